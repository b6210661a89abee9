"""Runs in the terminal: one picture of a moment, drawn live, replayed, or printed once.

story -> events to what a picture needs, an event at a time    picture -> a moment as lines of text
screen -> lines on a terminal    keys -> the keyboard    dashboard, replay -> the two that move
plain -> when piped
"""
