"""Attacks on the recording: files cut, filled up, mutated and killed while they are written, read
by both readers. `python -m tools.torture` prints what came of it; all of it should be zero.
"""
