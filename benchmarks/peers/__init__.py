"""specrecord beside others that do a part of what it does."""
