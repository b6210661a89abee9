"""Commands that read or rewrite a recording."""
