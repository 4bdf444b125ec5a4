"""Spec: the shape and dtype of a value, without the value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from pellucid.errors import TraceError

Shape = tuple[int, ...]


class OpenAxis(int):
    """The length of a batch axis that is not known yet; prints as, and equals, ``None``.

    It carries a stand-in length (a large prime, which no real axis has), so that shape rules need no special case:
    whatever they compute with it comes out right, and ``Spec`` recognises it, and its multiples, again. As a value it
    is of no use: dividing by it, say, would leave the stand-in in the result, and is refused.
    """

    def _refuse(self, *_: object) -> NoReturn:
        raise TraceError(
            "The batch axis has no length yet, so it can be used in shapes but not in arithmetic. For a mean over the batch use "
            "pellucid.ops.mean; or compute inside of a layer's call, which is traced again with the batch's length."
        )

    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __float__ = _refuse

    def __repr__(self) -> str:
        return "None"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return other is None or int.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return int.__hash__(self)


OPEN = OpenAxis(999_983)  # small enough that an array made by mistake fits into memory
_STAND_IN = int(OPEN)


def _axis(n: int | None) -> int:
    if n is None:
        return OPEN
    n = int(n)
    return OpenAxis(n) if n >= _STAND_IN and n % _STAND_IN == 0 else n


def promote(*dtypes: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of a result of these: NumPy's, except that a float beside an integer keeps its size.

    As in Keras, PyTorch and JAX; NumPy would turn float32 beside int64 into float64.

    >>> promote(np.dtype("float32"), np.dtype("int64")).name
    'float32'
    """
    return np.result_type(*([d for d in dtypes if d.kind == "f"] or dtypes))


@dataclass(frozen=True, slots=True)
class Spec:
    """Shape and dtype of an array.

    >>> print(Spec((128, 784), "float32"))
    float32[128, 784]
    """

    shape: Shape
    dtype: np.dtype[Any]

    def __init__(self, shape: Iterable[int | None], dtype: npt.DTypeLike = np.float32) -> None:
        axes = tuple(_axis(n) for n in shape)
        object.__setattr__(self, "shape", axes)
        object.__setattr__(self, "dtype", np.dtype(dtype))

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> Spec:
        return cls(array.shape, array.dtype)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    @property
    def is_float(self) -> bool:
        return self.dtype.kind == "f"

    def with_shape(self, shape: Iterable[int | None]) -> Spec:
        return Spec(shape, self.dtype)

    def with_dtype(self, dtype: npt.DTypeLike) -> Spec:
        return Spec(self.shape, dtype)

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"
