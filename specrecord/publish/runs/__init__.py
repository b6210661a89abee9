"""What one recording says, as pages need it: `gather` reads and audits it, the others word and draw
it.
"""
