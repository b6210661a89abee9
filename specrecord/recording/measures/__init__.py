"""Numbers of a run: counted from its rounds, and what they say of other settings."""
