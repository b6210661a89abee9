"""The rule in plain Python, as chapters show it; imported by nothing but the test that proves it."""
