"""Rejection rules, one file each: which drafted tokens stay, and what follows them."""
