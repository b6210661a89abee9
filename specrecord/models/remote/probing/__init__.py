"""What a remote target can do, found by asking it."""
