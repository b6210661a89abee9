"""Targets behind HTTP: `api:MODEL@URL` and `cerebras:MODEL`."""
