"""Which dtype meets which: the promotion that the public functions share.

NumPy's promotion, except that an integer or boolean array beside a float takes the float's dtype (as in Keras, PyTorch and
JAX), where NumPy would turn float32 beside int64 into float64. Python numbers follow their company. Where integers must
become floats (division, mean, exp), they become float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.autodiff import Tensor, as_tensors, promote
from pellucid.ops.cast import cast


def together(*values: Any) -> tuple[Tensor, ...]:
    """``values`` as tensors of one common dtype.

    >>> import numpy as np
    >>> [t.dtype.name for t in together(np.float32([1.5]), np.int64([2]), 3)]
    ['float32', 'float32', 'float32']
    """
    tensors = as_tensors(*values)
    common = promote(*(t.dtype for t in tensors))
    return tuple(cast(t, common) for t in tensors)


def floating(*values: Any) -> tuple[Tensor, ...]:
    """``values`` as tensors of one common float dtype; integers become float32.

    >>> [t.dtype.name for t in floating([1, 2], 3)]
    ['float32', 'float32']
    """
    tensors = together(*values)
    return tensors if tensors[0].spec.is_float else tuple(cast(t, np.float32) for t in tensors)


def accumulator(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a sum: small integers and booleans are added up as 64-bit integers."""
    if dtype.kind in "bi":
        return np.dtype(np.int64)
    return np.dtype(np.uint64) if dtype.kind == "u" else dtype
