"""``python -m pellucid``: the command ``pellucid``."""

from pellucid.cli.main import main

main()
