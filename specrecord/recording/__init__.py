"""The recording as bytes: written, read, followed, rewritten, audited, and counted."""
