"""Least squares: the cost of a straight line, and the line that has the least."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import ShapeError

Array = npt.NDArray[np.float64]


def cost(w: npt.ArrayLike, x: npt.ArrayLike = (1.0, 2.0, 3.0), y: npt.ArrayLike = (1.0, 2.0, 3.0)) -> Any:
    r"""The cost of the hypothesis H(x) = w x: the mean of its squared errors.

        cost(w) = 1/m sum_i (w x_i - y_i)^2

    A parabola over w, so it has one minimum, and its slope leads there from anywhere.

    Args:
        w: one weight, or an array of weights to draw the curve over.
        x, y: samples (m,); by default the three points (1, 1), (2, 2), (3, 3).

    Returns:
        A float for one weight, else an array of the shape of ``w``.

    Raises:
        ShapeError: x and y are not as long as each other, or empty.

    >>> cost(1), round(cost(0), 2), round(cost(2), 2)  # 0, then (1 + 4 + 9) / 3 both times
    (0.0, 4.67, 4.67)
    """
    x, y = _samples("cost", x, y)
    weights = np.asarray(w, np.float64)
    costs = ((weights[..., None] * x - y) ** 2).mean(axis=-1)
    return costs if weights.ndim else float(costs)


def cost_gradient(w: npt.ArrayLike, x: npt.ArrayLike = (1.0, 2.0, 3.0), y: npt.ArrayLike = (1.0, 2.0, 3.0)) -> Any:
    r"""The slope of ``cost`` at ``w``, by calculus.

        d cost / dw = 2/m sum_i (w x_i - y_i) x_i

    >>> cost_gradient(1.0), round(cost_gradient(0.0), 4)  # 0 at the minimum; -2 (1 + 4 + 9) / 3
    (0.0, -9.3333)
    """
    x, y = _samples("cost_gradient", x, y)
    weights = np.asarray(w, np.float64)
    slopes = 2 * ((weights[..., None] * x - y) * x).mean(axis=-1)
    return slopes if weights.ndim else float(slopes)


@dataclass(frozen=True)
class LeastSquares:
    """The hypothesis H(x) = x . w + b with the least mean squared error on the samples, and that error."""

    w: Array
    b: float
    cost: float

    def predict(self, x: npt.ArrayLike) -> Array:
        """H of each sample, (m,)."""
        rows = np.asarray(x, np.float64)
        return (rows[:, None] if rows.ndim == 1 else rows) @ self.w + self.b


def least_squares(x: npt.ArrayLike, y: npt.ArrayLike, bias: bool = True) -> LeastSquares:
    r"""The weights that minimise the cost, solved for instead of descended to.

        min over w, b of 1/m sum_i (x_i . w + b - y_i)^2        where the gradient is 0:  X^T X w = X^T y

    Solved through the singular values of X (``numpy.linalg.lstsq``), not through X^T X, which would square its condition.
    Where several weights are equally good (fewer samples than features, say) it is the shortest.

    Args:
        x: samples (m,) or (m, features).
        y: targets (m,).
        bias: whether there is b; else the line goes through the origin.

    Raises:
        ShapeError: there is not one target a sample.

    Source: Gauss 1809, Theoria motus corporum coelestium.

    >>> line = least_squares([1.0, 2.0, 3.0], [3.0, 5.0, 7.0])  # y = 2 x + 1
    >>> line.w.round(6), round(line.b, 6)
    (array([2.]), 1.0)
    """
    rows = np.asarray(x, np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    targets = np.asarray(y, np.float64)
    if rows.ndim != 2 or targets.shape != rows.shape[:1] or not rows.size:
        raise ShapeError(
            f"least_squares: x must be (m,) or (m, features), not empty, and y (m,). Received {np.shape(x)} and {targets.shape}."
        )
    design = np.column_stack([rows, np.ones(len(rows))]) if bias else rows
    solution = np.linalg.lstsq(design, targets, rcond=None)[0].astype(np.float64)
    error = float(((design @ solution - targets) ** 2).mean())
    return LeastSquares(solution[: rows.shape[1]], float(solution[-1]) if bias else 0.0, error)


def _samples(owner: str, x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
    xs, ys = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape or not xs.size:
        raise ShapeError(
            f"{owner}: x and y must be two lists of numbers of one length. Received shapes {xs.shape} and {ys.shape}."
        )
    return xs, ys
