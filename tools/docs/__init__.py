"""Writes into the docs and the player what the code decides."""
