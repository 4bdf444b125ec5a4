"""Random numbers by counter: the same seed gives the same numbers, whatever ran before and on however many threads."""
