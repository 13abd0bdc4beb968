"""``python -m keydesk``: the command line by way of a given interpreter."""

from keydesk.cli import main

main()
