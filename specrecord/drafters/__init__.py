"""Ways to draft without a draft model of their own, and several drafts at once."""
