"""The command line: one file a command; see ``pellucid --help``."""
