"""Decoding against a target behind HTTP: retries, verdicts from its own samples, the baselines
across a network.
"""
