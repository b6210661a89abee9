"""A slow network, emulated on one machine."""
