"""`python -m bot` is `toehold`."""

from bot.cli import main

main()
