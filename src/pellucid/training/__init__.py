"""Training: the five steps as a loop. Knows a model by a small protocol only."""
