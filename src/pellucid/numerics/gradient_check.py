"""Gradient check: a derivative written by hand, held against differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import ShapeError
from pellucid.numerics.differentiation import numerical_gradient

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class GradientCheck:
    """Both gradients, and where they differ most.

    Shapes: derivative and numerical both of the shape of x; along directions (directions,), each a slope along one.
    """

    derivative: Array
    numerical: Array
    tolerance: float
    along_directions: bool = False

    @property
    def errors(self) -> Array:
        """|derivative - numerical|, relative to the largest entry of either (or to 1e-8, where all are smaller)."""
        with np.errstate(all="ignore"):
            scale = max(1e-8, float(max(np.abs(g).max(initial=0.0) for g in (self.derivative, self.numerical))))
            errors: Array = np.abs(self.derivative - self.numerical) / scale
        return np.where(np.isfinite(errors), errors, np.inf)

    @property
    def worst(self) -> float:
        """The largest of the errors; infinity where a value is not finite."""
        return float(self.errors.max(initial=0.0))

    @property
    def place(self) -> tuple[int, ...]:
        """The index of the worst; () where there is nothing to index."""
        errors = self.errors
        return tuple(int(i) for i in np.unravel_index(int(errors.argmax()), errors.shape)) if errors.size else ()

    @property
    def passed(self) -> bool:
        return self.worst <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        verdict = "agree" if self.passed else "DIFFER"
        what = "slopes along random directions" if self.along_directions else "gradients"
        head = f"The {what} {verdict}: largest relative error {self.worst:.1e}, tolerance {self.tolerance:.0e}."
        if not self.errors.size:
            return head
        where = f"direction {self.place[0]}" if self.along_directions else (f"x{list(self.place)}" if self.place else "x")
        there = f"Worst at {where}: derivative {self.derivative[self.place]:.10g}, numerical {self.numerical[self.place]:.10g}."
        return f"{head}\n{there}\nderivative:\n{self.derivative}\nnumerical:\n{self.numerical}"


def gradient_check(
    f: Callable[[Any], Any],
    gradient: npt.ArrayLike | Callable[[Any], npt.ArrayLike],
    x: npt.ArrayLike,
    h: float = 1e-5,
    tolerance: float = 1e-6,
    directions: int | None = None,
    seed: int = 0,
) -> GradientCheck:
    r"""Hold a gradient of ``f`` at ``x`` against central differences in float64.

        full          dL/dx_i against (f(x + h e_i) - f(x - h e_i)) / 2h, for each entry
        directions    dL/dx . v against (f(x + h v) - f(x - h v)) / 2h, for random v, whose entries are about 1

    The full check costs two evaluations an entry and says which entry is wrong. Directions cost two evaluations each, however
    large x is; a wrong gradient passes one only where its error happens to lie at a right angle to v.

    Args:
        f: of an array; returns one number. It must read its argument: it is given copies.
        gradient: what is to be checked, an array of the shape of x, or a function of x that returns one.
        x: of any shape; left as it is.
        h: half the step, > 0.
        tolerance: of the largest error, relative to the largest entry.
        directions: how many random directions; None is the full check.
        seed: of the directions.

    Raises:
        ShapeError: the gradient has another shape than x.

    Source: Griewank and Walther, Evaluating Derivatives, 2nd edition 2008.

    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> gradient_check(lambda x: (x**3).sum(), lambda x: 3 * x**2, x).passed
    True
    >>> wrong = gradient_check(lambda x: (x**3).sum(), [[3.0, 12.0], [27.0, 47.0]], x)
    >>> wrong.place, bool(wrong)
    ((1, 1), False)
    >>> gradient_check(lambda x: (x**3).sum(), lambda x: 3 * x**2, x, directions=4).passed
    True
    """
    h = real("gradient_check", "h", h, above=0)
    tolerance = real("gradient_check", "tolerance", tolerance, at_least=0)
    at = np.array(x, np.float64)
    derivative = np.array(gradient(at.copy()) if callable(gradient) else gradient, np.float64)
    if derivative.shape != at.shape:
        raise ShapeError(f"gradient_check: the gradient must have the shape of x, {at.shape}. Received {derivative.shape}.")
    if directions is None:
        return GradientCheck(derivative, numerical_gradient(lambda moved: f(moved.copy()), at, h), tolerance)

    generator = np.random.default_rng(seed)
    along, numerical = [], []
    for _ in range(integer("gradient_check", "directions", directions, at_least=1)):
        v = generator.standard_normal(at.shape)
        along.append((derivative * v).sum())
        numerical.append(numerical_gradient(lambda t, v=v: f(at + float(t) * v), np.zeros(()), h))  # type: ignore[misc]
    return GradientCheck(np.array(along), np.array(numerical), tolerance, along_directions=True)
