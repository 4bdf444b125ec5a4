"""Compiled CPU kernels: serial functions ``(arguments, rank, ranks) -> status`` on addresses and sizes.

Importing this package imports no Numba; ``library.load`` compiles, or takes from the cache, one file of kernels at a time.
"""
