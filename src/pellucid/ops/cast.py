"""Cast: the same values in another dtype."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.autodiff.tensor import tensor_method
from pellucid.errors import ArgumentError
from pellucid.kernels.call import Buffer, Call, Share, reads, writes


@dataclass(frozen=True)
class Cast(Op):
    """Convert to ``dtype``: rounding between float types, truncating towards zero from float to integer.

    The gradient passes between float types; a conversion to integers or booleans ends it.
    """

    dtype: np.dtype[Any]

    def infer(self, x: Spec) -> Spec:
        return x.with_dtype(self.dtype)

    def forward(self, xp: Any, x: Any) -> Any:
        return x.astype(self.dtype)

    def backward(self, xp: Any, grad: Any) -> Any:
        return grad  # the caller brings it back to the input's dtype

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        kernel = _KERNELS.get(f"{x.dtype}_to_{y.dtype}")
        return None if kernel is None else [Call(kernel, x.rows, x.row_size, reads(x, Share.ROWS), writes(y))]


_KERNELS = {
    "float32_to_int64": "cast.float32_to_int64",
    "int64_to_float32": "cast.int64_to_float32",
    "bool_to_float32": "logic.bool_to_float32",
}


@tensor_method("cast")
def cast(x: Any, dtype: npt.DTypeLike) -> Tensor:
    """``x`` as ``dtype``; itself where it has that dtype already.

    Raises:
        ArgumentError: the dtype is not one of floats, integers or booleans.

    >>> import pellucid as pl
    >>> pl.ops.cast([1.7, -1.7], "int64").numpy()
    array([ 1, -1])
    """
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        wanted = np.dtype(object)
    if wanted.kind not in "fiub":
        raise ArgumentError(f"dtype must be one of floats, integers or booleans, such as 'float32'. Received {dtype!r}.")
    x = as_tensor(x)
    return x if x.dtype == wanted else Cast(wanted)(x)
