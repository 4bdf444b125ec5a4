"""Measures of arrays: ranges, sizes, whether all is finite; and rows of samples."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.samples import Samples

Array = npt.NDArray[Any]


def is_finite(array: Array) -> bool:
    """Whether no value is NaN or infinite."""
    return array.dtype.kind != "f" or bool(np.isfinite(array).all())


def are_finite(arrays: Iterable[Array]) -> bool:
    """Whether all values of all arrays are finite."""
    return all(map(is_finite, arrays))


def rms(array: Array) -> float:
    """Root of the mean square: the size of a typical value; 0 of nothing.

    >>> rms(np.array([3.0, -3.0]))
    3.0
    """
    if not array.size:
        return 0.0
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


def largest(arrays: Iterable[Array]) -> float:
    """The greatest magnitude among all values."""
    return max((float(np.abs(a).max()) for a in arrays if a.size), default=0.0)


def range_of(array: Array) -> str:
    """Least and greatest value, and how many are not finite.

    >>> range_of(np.array([1.0, 0.5, np.nan]))
    '0.5 to 1, 1 NaN of 3'
    >>> range_of(np.array([2.0]))
    '2'
    """
    if not array.size:
        return "empty"
    values = array.astype(np.float64)
    finite = values[np.isfinite(values)]
    parts = []
    if finite.size:
        low, high = float(finite.min()), float(finite.max())
        parts.append(f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}")
    nan, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    parts += [f"{count:,} {word} of {values.size:,}" for count, word in ((nan, "NaN"), (infinite, "infinite")) if count]
    return ", ".join(parts)


def rows_of(samples: Samples, rows: Array) -> Samples:
    """Copies of these rows of all arrays."""
    return Samples(*([np.array(a[rows]) for a in group] for group in (samples.inputs, samples.targets, samples.weights)))
