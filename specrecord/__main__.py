"""`python -m specrecord` is the command line."""

from specrecord.cli import main

main()
