"""Small faults put into the code, to see that a test notices each."""
