"""Numerical differentiation: slopes from differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.arguments import real
from pellucid.errors import ArgumentError, ShapeError, unknown_name

Array = npt.NDArray[Any]
Method = Literal["central", "forward"]


def numerical_diff(f: Callable[[Any], Any], x: Any, h: float = 1e-4, method: Method = "central") -> Any:
    r"""The slope of ``f`` at ``x`` from the difference of two values.

        central    (f(x + h) - f(x - h)) / 2h        its error falls as h^2
        forward    (f(x + h) - f(x)) / h             its error falls as h

    That is the error of cutting the series off. Against it stands the error of rounding, which grows as eps / h: f(x + h)
    and f(x - h) agree in their first digits, and only the last ones are left in the difference. Between the two lies the best
    step, about eps^(1/3) = 6e-6 for the central difference and eps^(1/2) = 1e-8 for the forward one. With a step such as 1e-50
    nothing is left at all: x + h is x, and the slope comes out as 0.

    Args:
        f: of one number; of an array too, elementwise, where ``x`` is an array.
        x: where.
        h: the step, > 0.
        method: ``central`` or ``forward``.

    Raises:
        ArgumentError: the step is not positive, or the method is another.

    Source: Press et al., Numerical Recipes, 3rd edition 2007, section 5.7.

    >>> numerical_diff(lambda x: 0.01 * x**2 + 0.1 * x, 5.0)  # by calculus 0.02 x + 0.1 = 0.2
    0.1999999999990898
    >>> numerical_diff(lambda x: 0.01 * x**2 + 0.1 * x, 5.0, h=1e-50, method="forward")
    0.0
    """
    h = real("numerical_diff", "h", h, above=0)
    if method == "central":
        return (f(x + h) - f(x - h)) / (2 * h)
    if method == "forward":
        return (f(x + h) - f(x)) / h
    raise unknown_name("numerical_diff: method", method, ("central", "forward"))


def numerical_gradient(f: Callable[[Any], Any], x: npt.ArrayLike, h: float = 1e-4) -> npt.NDArray[np.float64]:
    r"""The gradient of ``f`` at ``x``: the partial derivative by each entry in turn, by central differences.

        df/dx_i ~ (f(x + h e_i) - f(x - h e_i)) / 2h

    Two evaluations an entry: right for checking a derivative, too slow for training by it.

    Args:
        f: of an array; returns one number. It may as well ignore its argument and read ``x`` from elsewhere, as the loss of a
            network reads its weights: an array of floats is changed in place.
        x: of any shape. An array of floats is restored to the bit, also where ``f`` raises; anything else is copied to
            float64 first.
        h: half the step, > 0.

    Raises:
        ArgumentError: ``x`` is an array of integers, which could not hold the step, or may not be written to.
        ShapeError: ``f`` returns more than one number.

    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([3.0, 4.0])).round(6)
    array([6., 8.])
    """
    h = real("numerical_gradient", "h", h, above=0)
    x = _changeable(x)
    before, gradient = x.copy(), np.zeros(x.shape, np.float64)
    try:
        for place in np.ndindex(x.shape):
            x[place] = before[place] + h
            above, ahead = _one_number(f(x)), float(x[place]) - float(before[place])
            x[place] = before[place] - h
            below, behind = _one_number(f(x)), float(before[place]) - float(x[place])
            x[place] = before[place]
            # float32 rounds the step itself; what was stored is what counts.
            gradient[place] = (above - below) / (2 * h if x.dtype == np.float64 or ahead + behind == 0 else ahead + behind)
    finally:
        x[...] = before
    return gradient


@dataclass(frozen=True)
class Line:
    """The straight line ``slope * x + intercept``.

    >>> Line(slope=2.0, intercept=1.0)(3.0)
    7.0
    """

    slope: float
    intercept: float

    def __call__(self, x: Any) -> Any:
        return self.slope * x + self.intercept


def tangent(f: Callable[[Any], Any], x: float, h: float = 1e-4) -> Line:
    """The line that touches ``f`` at ``x``; its slope is the central difference.

        y = f'(x) (t - x) + f(x)

    >>> line = tangent(lambda x: 0.01 * x**2 + 0.1 * x, 10.0)  # slope 0.02 * 10 + 0.1, through (10, 2)
    >>> round(line.slope, 6), round(line(10.0), 6)
    (0.3, 2.0)
    """
    slope = float(numerical_diff(f, x, h))
    return Line(slope, float(f(x)) - slope * x)


def difference_errors(
    f: Callable[[Any], Any], derivative: Callable[[Any], Any], x: float, steps: npt.ArrayLike, method: Method = "central"
) -> npt.NDArray[np.float64]:
    """How far the difference is from the true slope, for each of these steps: |difference(h) - f'(x)|.

    Over falling steps the error first falls, as less of the series is cut off, then rises, as rounding takes over.

    >>> cut_off, best, rounded = difference_errors(np.exp, np.exp, 0.0, [1e-1, 1e-5, 1e-13])
    >>> bool(cut_off > best < rounded), round(float(cut_off), 6)  # h^2 / 6 = 0.001667
    (True, 0.001668)
    """
    true = float(derivative(x))
    return np.array([abs(float(numerical_diff(f, x, float(h), method)) - true) for h in np.ravel(steps)])


def _changeable(x: npt.ArrayLike) -> Array:
    """``x`` itself where it is an array of floats, else its values in float64."""
    if not isinstance(x, np.ndarray):
        return np.array(x, np.float64)
    if x.dtype.kind != "f" or not x.flags.writeable:
        received = f"an array of {x.dtype}" if x.dtype.kind != "f" else "a read-only array"
        raise ArgumentError(
            f"numerical_gradient: x must be an array of floats that may be changed, since each entry is moved by h in place. "
            f"Received {received}. Pass x.astype(float), or a copy."
        )
    return x


def _one_number(value: Any) -> float:
    array = np.asarray(value)
    if array.size != 1:
        raise ShapeError(
            f"numerical_gradient: f must return one number. Received shape {array.shape}. Sum or average it, or differentiate an "
            "elementwise function with numerical_diff."
        )
    return float(array.item())
