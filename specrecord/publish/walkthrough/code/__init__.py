"""The rule in plain Python, as chapters show it; a test proves both listings."""
