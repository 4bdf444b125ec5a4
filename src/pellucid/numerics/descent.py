"""Gradient descent on plain functions, with the path that it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import ShapeError
from pellucid.numerics.differentiation import numerical_gradient

Array = npt.NDArray[np.float64]

# The gradient counts as gone where its norm has fallen to this share of the first step's, or below it altogether.
VANISHED = 1e-6


class Outcome(Enum):
    """How a descent ended."""

    CONVERGED = "converged"
    STILL_MOVING = "still moving"
    DIVERGED = "diverged"


@dataclass(frozen=True)
class Descent:
    """Where gradient descent went. Unpacks into the last point and the path: ``x, path = gradient_descent(...)``.

    Shapes: x as ``init_x``; path (steps + 1, *x.shape), from ``init_x`` to x; values and gradient_norms (steps + 1,).
    """

    path: Array
    values: Array
    gradient_norms: Array
    learning_rate: float

    @property
    def x(self) -> Array:
        """The last point."""
        last: Array = self.path[-1]
        return last

    @property
    def steps(self) -> int:
        return len(self.path) - 1

    @property
    def outcome(self) -> Outcome:
        """One of three:

            diverged      the last value is higher than the first, or not a number: the learning rate is too large
            converged     the gradient vanished (10^-6 of the first, or less): a minimum; or a saddle point or plateau,
                          which a gradient cannot tell from one
            still moving  neither: too few steps, or too small a learning rate

        That divergence is looked for first has a reason: far out the step h is lost beside x, the numerical gradient is 0
        there, and a descent that flew away stands still.
        """
        if not (np.isfinite(self.values[-1]) and np.isfinite(self.path[-1]).all()) or self.values[-1] > self.values[0]:
            return Outcome.DIVERGED
        if self.gradient_norms[-1] <= VANISHED * max(1.0, self.gradient_norms[0]):
            return Outcome.CONVERGED
        return Outcome.STILL_MOVING

    def __iter__(self) -> Iterator[Array]:
        yield self.x
        yield self.path

    def __str__(self) -> str:
        advice = {
            Outcome.CONVERGED: "the gradient vanished, at a minimum, a saddle point or a plateau.",
            Outcome.STILL_MOVING: "the gradient is not yet 0; take more steps, or a larger learning rate.",
            Outcome.DIVERGED: "the value rose; take a smaller learning rate.",
        }
        return (
            f"{self.outcome.value} after {self.steps} steps at learning rate {self.learning_rate:g}: f went from "
            f"{self.values[0]:.6g} to {self.values[-1]:.6g}, its gradient's norm from {self.gradient_norms[0]:.3g} to "
            f"{self.gradient_norms[-1]:.3g}: {advice[self.outcome]}"
        )


def gradient_descent(
    f: Callable[[Any], Any],
    init_x: npt.ArrayLike,
    lr: float = 0.01,
    step_num: int = 100,
    gradient: Callable[[Any], npt.ArrayLike] | None = None,
) -> Descent:
    r"""Go down ``f`` from ``init_x``, each step against the gradient.

        x <- x - lr * df/dx

    It ends before ``step_num`` steps only where a point or value is not finite any more.

    Args:
        f: of an array; returns one number.
        init_x: where to begin; left as it is.
        lr: the learning rate, >= 0.
        step_num: number of steps, >= 0.
        gradient: of an array, df/dx in its shape; the numerical gradient where absent.

    Raises:
        ArgumentError: a learning rate or number of steps below 0.
        ShapeError: the gradient has another shape than x.

    Source: Cauchy 1847, "Méthode générale pour la résolution des systèmes d'équations simultanées".

    >>> descent = gradient_descent(lambda x: (x**2).sum(), [-3.0, 4.0], lr=0.1, step_num=100)
    >>> x, path = descent
    >>> bool(abs(x).max() < 1e-9), path.shape, descent.outcome.value
    (True, (101, 2), 'converged')
    >>> print(gradient_descent(lambda x: (x**2).sum(), [-3.0, 4.0], lr=10.0, step_num=3, gradient=lambda x: 2 * x))
    diverged after 3 steps at learning rate 10: f went from 25 to 1.17615e+09, its gradient's norm from 10 to 6.86e+04: the
    value rose; take a smaller learning rate.
    """
    lr = real("gradient_descent", "lr", lr, at_least=0)
    step_num = integer("gradient_descent", "step_num", step_num, at_least=0)
    x = np.array(init_x, np.float64)
    path, values, norms = [x.copy()], [], []
    with np.errstate(all="ignore"):  # a descent that diverges overflows, which the outcome tells
        for step in range(step_num + 1):
            slope = numerical_gradient(f, x) if gradient is None else np.asarray(gradient(x.copy()), np.float64)
            if slope.shape != x.shape:
                raise ShapeError(f"gradient_descent: gradient must return the shape of x, {x.shape}. Received {slope.shape}.")
            values.append(float(np.asarray(f(x.copy())).item()))
            norms.append(float(np.sqrt((slope**2).sum())))
            if step == step_num or not (np.isfinite(values[-1]) and np.isfinite(slope).all()):
                break
            x = x - lr * slope
            path.append(x.copy())
    return Descent(np.array(path), np.array(values), np.array(norms), lr)
