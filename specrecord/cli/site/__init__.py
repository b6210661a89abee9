"""Commands of a site."""
