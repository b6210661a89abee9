"""Turns a folder of recordings into a static site: gather everything, validate everything, then
write.

assets -> where the player and the authored pages are
runs -> what one recording says    walkthrough, pages -> HTML    links -> every address leads
somewhere    output -> the only module that writes    build, preview -> the two verbs
"""
