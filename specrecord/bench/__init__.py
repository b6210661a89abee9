"""A grid of recorded runs and what they say together: which draft pays, at which K, and what theory
makes of it.
"""
