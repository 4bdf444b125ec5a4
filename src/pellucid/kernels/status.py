"""What a kernel returns. Imports no Numba."""

RAISED = 0  # an exception in a compiled callback is printed and forgotten, and 0 returned
OK = 1
NOT_FINITE = 2
OUT_OF_RANGE = 3
