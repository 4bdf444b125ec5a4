"""Logistic regression: a straight line through a sigmoid, trained by gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import DataError, ShapeError, unknown_name
from pellucid.numerics.descent import Descent, gradient_descent

Array = npt.NDArray[np.float64]
Cost = Literal["cross_entropy", "squared_error"]


@dataclass(frozen=True)
class LogisticRegression:
    """The hypothesis H(x) = g(x . w + b), g(z) = 1 / (1 + e^-z), and the descent that found it (its points are (*w, b))."""

    descent: Descent

    @property
    def w(self) -> Array:
        return self.descent.x[:-1]

    @property
    def b(self) -> float:
        return float(self.descent.x[-1])

    def predict_proba(self, x: npt.ArrayLike) -> Array:
        """The probability of class 1 for each sample, (m,)."""
        return _sigmoid(_rows(x) @ self.w + self.b)

    def predict(self, x: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """The likelier class of each sample, 0 or 1."""
        return (self.predict_proba(x) > 0.5).astype(np.int64)


def logistic_cost(w: npt.ArrayLike, b: float, x: npt.ArrayLike, y: npt.ArrayLike, cost: Cost = "cross_entropy") -> float:
    r"""The cost of weights on labelled samples, with H = g(x . w + b).

        cross_entropy    -1/m sum_i (y_i log H_i + (1 - y_i) log(1 - H_i))
        squared_error     1/m sum_i (H_i - y_i)^2

    Through a sigmoid the squared error is not convex: it lies flat, near 1, where the answer is quite wrong, so that descent
    makes no way there. Cross-entropy is convex, and steep where the answer is wrong. A lecture that shows the squared error
    under "convex function" is right for a straight line only.

    Raises:
        ShapeError: there is not one label a sample.
        DataError: a label is neither 0 nor 1.

    >>> round(logistic_cost([0.0], 0.0, [1.0, 2.0], [0, 1]), 6)  # H = 1/2 everywhere: log 2
    0.693147
    >>> logistic_cost([0.0], 0.0, [1.0, 2.0], [0, 1], cost="squared_error")
    0.25
    """
    rows, labels = _samples(x, y)
    return _value(np.append(np.asarray(w, np.float64), b), rows, labels, cost)


def logistic_regression(
    x: npt.ArrayLike, y: npt.ArrayLike, lr: float = 0.1, step_num: int = 1000, cost: Cost = "cross_entropy"
) -> LogisticRegression:
    r"""Binary classification by gradient descent on ``logistic_cost``, all samples a step, from weights of 0.

        z = x . w + b    H = g(z)

        cross_entropy    d cost / dz_i = (H_i - y_i) / m
        squared_error    d cost / dz_i = 2 (H_i - y_i) H_i (1 - H_i) / m

        d cost / dw = sum_i d cost / dz_i x_i        d cost / db = sum_i d cost / dz_i

    Where a straight line parts the classes without a fault, the weights of least cross-entropy are infinite: the descent then
    keeps moving, ever more slowly, as it should.

    Args:
        x: samples (m,) or (m, features), best of about unit size.
        y: labels (m,), 0 or 1.
        lr: the learning rate, >= 0.
        step_num: number of steps, >= 0.
        cost: which; the lecture's is ``squared_error``.

    Raises:
        ShapeError: there is not one label a sample.
        DataError: a label is neither 0 nor 1.

    Source: Cox 1958, "The regression analysis of binary sequences".

    >>> hours, passed = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0, 0, 0, 1, 1, 1]
    >>> fitted = logistic_regression(hours, passed, lr=0.5, step_num=2000)
    >>> fitted.predict([2.5, 4.5])
    array([0, 1])
    >>> round(float(-fitted.b / fitted.w[0]), 1)  # where the probability is 1/2
    3.5
    """
    lr = real("logistic_regression", "lr", lr, at_least=0)
    step_num = integer("logistic_regression", "step_num", step_num, at_least=0)
    rows, labels = _samples(x, y)

    def gradient(point: Array) -> Array:
        h = _sigmoid(rows @ point[:-1] + point[-1])
        dz = (h - labels) / len(labels)
        if cost == "squared_error":
            dz = 2 * dz * h * (1 - h)
        return np.append(dz @ rows, dz.sum())

    start = np.zeros(rows.shape[1] + 1)
    return LogisticRegression(gradient_descent(lambda point: _value(point, rows, labels, cost), start, lr, step_num, gradient))


def _value(point: Array, rows: Array, labels: Array, cost: Cost) -> float:
    z = rows @ point[:-1] + point[-1]
    if cost == "cross_entropy":  # log(1 + e^z) - y z: the same, and finite for any z
        return float((np.logaddexp(0, z) - labels * z).mean())
    if cost == "squared_error":
        return float(((_sigmoid(z) - labels) ** 2).mean())
    raise unknown_name("logistic regression: cost", cost, ("cross_entropy", "squared_error"))


def _sigmoid(z: Array) -> Array:
    e = np.exp(-np.abs(z))  # never overflows
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def _rows(x: npt.ArrayLike) -> Array:
    rows = np.asarray(x, np.float64)
    return rows[:, None] if rows.ndim == 1 else rows


def _samples(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Array, Array]:
    rows, labels = _rows(x), np.asarray(y, np.float64)
    if rows.ndim != 2 or labels.shape != rows.shape[:1] or not rows.size:
        raise ShapeError(
            f"logistic regression: x must be (m,) or (m, features), not empty, and y (m,). Received {np.shape(x)} and "
            f"{labels.shape}."
        )
    if not np.isin(labels, (0, 1)).all():
        raise DataError(f"logistic regression: labels must be 0 or 1. Received {np.unique(labels)[:10].tolist()}.")
    return rows, labels
