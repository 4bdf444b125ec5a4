"""What elementwise operations have in common: inputs broadcast against each other."""

from __future__ import annotations

import numpy as np

from pellucid.autodiff import Op, Spec
from pellucid.errors import ArgumentError
from pellucid.ops.shapes import broadcast


class Elementwise(Op):
    """An operation on corresponding elements; the output has the broadcast shape and the promoted dtype."""

    def infer(self, *inputs: Spec) -> Spec:
        return Spec(broadcast(*(i.shape for i in inputs)), np.result_type(*(i.dtype for i in inputs)))


class FloatElementwise(Elementwise):
    """An elementwise operation on floats. (The public functions turn integers into float32 first.)"""

    def infer(self, *inputs: Spec) -> Spec:
        for i in inputs:
            if not i.is_float:
                raise ArgumentError(f"inputs must be floats. Received {i}. Convert it: x.astype('float32').")
        return super().infer(*inputs)


class Comparison(Elementwise):
    """An elementwise operation whose output is true or false, and so has no derivative."""

    def infer(self, *inputs: Spec) -> Spec:
        return Spec(super().infer(*inputs).shape, np.bool_)
