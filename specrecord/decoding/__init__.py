"""Speculative decoding itself: a draft and a target in, events out. No file, no clock."""
