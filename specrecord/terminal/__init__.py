"""Runs in the terminal: one picture of a moment, drawn live, replayed, or printed once.

timeline -> what a picture needs, an event at a time    render -> a moment as lines of text
screen -> lines on a terminal    keys -> the keyboard    dashboard, replay -> the two that move
pipe_output -> when piped
"""
