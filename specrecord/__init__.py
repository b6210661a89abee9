"""specrecord: record real speculative decoding runs and make them explorable."""

__version__ = "0.1.0"
