"""Turns a folder of recordings into a static site: gather everything, validate everything, then
write.

assets -> where the player and the authored pages are    gather -> recordings as pages need them
rounds, text, strip, numbers, facts -> what one recording says    chapters, pages -> HTML links ->
every address leads somewhere    output -> the only module that writes    build, preview -> the two
verbs
"""
