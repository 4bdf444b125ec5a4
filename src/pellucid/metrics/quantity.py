"""Quantity: one name in a history, as tensors of a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.autodiff import Tensor

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Quantity:
    """One name in a history: tensors to sum over samples, and a function of the sums.

    ``tensors`` without axes are means over a batch and count by its size. ``from_totals`` gets the sums and the number of
    samples, and gives a number, or an array where the quantity is one.
    """

    name: str
    tensors: tuple[Tensor, ...]
    from_totals: Callable[[Sequence[Array], int], Any]
    metric: Any = None  # whose it is, to be told the sums


def mean_over_samples(name: str, value: Tensor) -> Quantity:
    """The mean of ``value``, one number for a batch or some for each of its samples, over all samples."""
    value = value if value.spec.is_float else ops.cast(value, np.float32)
    per_sample = prod(value.shape[1:])
    return Quantity(name, (value,), lambda totals, samples: float(totals[0].sum()) / max(1, samples * per_sample))
