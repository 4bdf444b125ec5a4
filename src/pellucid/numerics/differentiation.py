"""Numerical differentiation: slopes from differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt


def numerical_gradient(function: Callable[[], float], x: npt.NDArray[Any], h: float = 1e-4) -> npt.NDArray[Any]:
    r"""The gradient of ``function()`` by the array ``x`` that it reads, by central differences.

        df/dx_i ~ (f(x + h e_i) - f(x - h e_i)) / 2h

    Its error is of order h^2 from the truncated series and of order eps/h from rounding. Two evaluations an entry: right for
    checking a derivative, too slow for training by it.

    Args:
        function: of no arguments; reads ``x``, which is changed in place and restored, also where the function raises.
        x: floats of any shape.
        h: half the step.

    >>> x = np.array([3.0, 4.0])
    >>> numerical_gradient(lambda: float(x[0] ** 2 + x[1] ** 2), x).round(6)
    array([6., 8.])
    """
    gradient = np.zeros(x.shape, np.float64)
    for place in np.ndindex(x.shape):
        before = x[place]
        try:
            x[place] = before + h
            above = function()
            x[place] = before - h
            below = function()
        finally:
            x[place] = before
        gradient[place] = (above - below) / (2 * h)
    return gradient
