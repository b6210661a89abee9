"""A local model served as a target for another machine, over the completions API."""
