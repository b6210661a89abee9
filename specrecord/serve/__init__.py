"""Servers on this machine: runs in the browser while they happen, and a model for others."""
