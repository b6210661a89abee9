"""Speculative decoding itself: a draft and a target in, events out; no file, no own clock."""
