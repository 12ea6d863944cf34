"""``python -m kinodex``."""

from kinodex.cli import main

main()
