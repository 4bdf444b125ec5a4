"""What each fused or special-cased path buys: the path as a plan runs it, beside the same mathematics without it.

A *row* holds the two against each other, in one process. ``without`` is what a model would run otherwise: a composition of plain
operations, or the operation's reference as a call of Python in the program. Tests hold the rows to the code: every kernel is
in one, or in a list of exceptions with its reason, and both sides of a row compute the same.
"""
