"""Completions APIs from the client's side: requests, answers, and the ways to verify by them."""
