"""Turns a folder of recordings into a static site: gather everything, validate everything, then
write.

source, own_files -> what a folder holds    pages -> HTML    links -> every address leads somewhere
output -> the only module that writes    build, preview, github_pages -> the verbs
"""
