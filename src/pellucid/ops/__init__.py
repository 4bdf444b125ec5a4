"""Operations on tensors, by the names of ``keras.ops``: what a small array library with derivatives needs.

Each works on tensors, NumPy arrays and Python numbers; eagerly it computes at once, in a trace it notes what is to be done.
"""

from pellucid.ops.linear import Linear, linear

__all__ = ["Linear", "linear"]
