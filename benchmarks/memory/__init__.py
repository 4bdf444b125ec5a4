"""Memory: the peak of a whole run, each system in its own process, and whether repeated training grows."""
