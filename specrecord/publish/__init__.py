"""What is written for others to read: a static site, and a recording in other forms.

assets -> where the player and the authored pages are    templates, policy -> what every page shares
runs -> what one recording says    walkthrough -> chapters    site, export -> what is written
"""
