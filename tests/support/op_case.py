"""Case: one operation with example inputs, for the tests that every operation passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Case:
    """An operation, and how to draw inputs for it.

    ``inputs`` draws them from a seeded generator, floats in float64, and away from kinks (ties of a maximum, zero of a
    ReLU), where a central difference is no derivative. ``derivative`` is False where there is none to check by difference.
    """

    op: Op
    inputs: Callable[[np.random.Generator], tuple[Array, ...]]
    label: str = ""
    derivative: bool = True

    def __str__(self) -> str:
        return f"{self.op.name}-{self.label}" if self.label else self.op.name
