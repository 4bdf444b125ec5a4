"""One file a system. Each is a program that speaks ``benchmarks.protocol``."""
