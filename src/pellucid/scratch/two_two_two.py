"""The smallest network that learns: two inputs, two hidden sigmoids, two output sigmoids, one sample; every number shown.

Plain NumPy in float64 and nothing else, on purpose: the whole of learning on one page. Its starting numbers are those of a
published lesson, so its output can be held against print.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import unknown_name
from pellucid.numerics import numerical_gradient

Array = npt.NDArray[np.float64]
Method = Literal["numerical", "backpropagation"]

INPUT = (0.5, 0.8)
TARGET = (0.2, 0.1)
WEIGHTS = {
    "weight1": ((0.1, 0.2), (0.3, 0.1)),
    "weight2": ((0.4, 0.5), (0.1, 0.3)),
    "bias1": (0.1, 0.2),
    "bias2": (0.3, 0.4),
}
EVERY = 150  # iterations from one printed line to the next


def first_weights() -> dict[str, Array]:
    """The lesson's weights and biases before training, as new arrays.

    >>> {name: array.shape for name, array in first_weights().items()}
    {'weight1': (2, 2), 'weight2': (2, 2), 'bias1': (2,), 'bias2': (2,)}
    """
    return {name: np.array(values, np.float64) for name, values in WEIGHTS.items()}


def affine(x: Array, w: Array, b: Array) -> Array:
    """``x w + b``."""
    return x @ w + b


def sigmoid(x: Array) -> Array:
    """``1 / (1 + e^-x)``."""
    return 1 / (1 + np.exp(-x))


def predict(params: Mapping[str, npt.ArrayLike], x: npt.ArrayLike = INPUT) -> Array:
    r"""Forward propagation.

        a1 = x W1 + b1      z1 = sigmoid(a1)      a2 = z1 W2 + b2      y = sigmoid(a2)

    >>> predict(first_weights()).round(4)
    array([0.6452, 0.7061])
    """
    weight1, weight2, bias1, bias2 = (np.asarray(params[name], np.float64) for name in WEIGHTS)
    z1 = sigmoid(affine(np.asarray(x, np.float64), weight1, bias1))
    return sigmoid(affine(z1, weight2, bias2))


def loss(params: Mapping[str, npt.ArrayLike], x: npt.ArrayLike = INPUT, t: npt.ArrayLike = TARGET) -> float:
    """Mean squared error, ``1/2 sum_k (y_k - t_k)^2`` for two outputs.

    >>> round(loss(first_weights()), 4)
    0.2827
    """
    return float(((predict(params, x) - np.asarray(t)) ** 2).mean())


def numerical(params: dict[str, Array], x: npt.ArrayLike = INPUT, t: npt.ArrayLike = TARGET) -> dict[str, Array]:
    """The gradient by central differences, h = 1e-4: 24 evaluations of the loss for 12 numbers.

    >>> numerical(first_weights())["bias2"].round(8)
    array([0.10191142, 0.12578144])
    """
    return {name: numerical_gradient(lambda _: loss(params, x, t), array) for name, array in params.items()}


def backpropagation(params: dict[str, Array], x: npt.ArrayLike = INPUT, t: npt.ArrayLike = TARGET) -> dict[str, Array]:
    r"""The gradient by the chain rule: once forward, once back.

        dL/dy = 2/2 (y - t)           dL/da2 = dL/dy y (1 - y)          dL/dW2 = z1^T dL/da2      dL/db2 = dL/da2
        dL/dz1 = dL/da2 W2^T          dL/da1 = dL/dz1 z1 (1 - z1)       dL/dW1 = x^T dL/da1       dL/db1 = dL/da1

    >>> backpropagation(first_weights())["bias2"].round(8)
    array([0.10191142, 0.12578144])
    """
    x, t = np.asarray(x, np.float64), np.asarray(t, np.float64)
    z1 = sigmoid(affine(x, params["weight1"], params["bias1"]))
    y = sigmoid(affine(z1, params["weight2"], params["bias2"]))
    da2 = 2 / y.size * (y - t) * y * (1 - y)
    da1 = da2 @ params["weight2"].T * z1 * (1 - z1)
    return {"weight1": np.outer(x, da1), "weight2": np.outer(z1, da2), "bias1": da1, "bias2": da2}


METHODS: dict[str, Callable[..., dict[str, Array]]] = {"numerical": numerical, "backpropagation": backpropagation}


@dataclass(frozen=True)
class Run:
    """A training from its first iteration to its last.

    ``predictions`` (iterations, 2) and ``losses`` (iterations,) are those after each update; ``gradients`` and ``params``
    hold each iteration's gradient and the weights after it, by name.
    """

    predictions: Array
    losses: Array
    gradients: list[dict[str, Array]] = field(repr=False)
    params: list[dict[str, Array]] = field(repr=False)

    def lines(self, every: int = EVERY) -> list[str]:
        """One line each ``every`` iterations: iteration, prediction, loss."""
        chosen = range(0, len(self.losses), every)
        return [f"[{i}] prediction: {self.predictions[i]}, loss: {float(self.losses[i])}" for i in chosen]

    def __str__(self) -> str:
        return "\n".join(self.lines())


def train(method: Method = "numerical", iterations: int = 3000, lr: float = 0.1) -> Run:
    """Gradient descent from the lesson's weights; ``print(train())`` shows the lesson's twenty lines.

    Predictions and gradients come out to every digit that the lesson prints, and losses to 12 of their 16. The others are
    rounding: a loss is one of exponentials and dot products, whose last bit differs between processors, and its gradient the
    difference of two, divided by 2e-4.

    Args:
        method: how the gradient is found, ``numerical`` as in the lesson, or by ``backpropagation``: the same path, in a
            fraction of the time.
        iterations: number of updates, >= 1.
        lr: the learning rate.

    Raises:
        ArgumentError: the method is another, or a number is out of its range.

    Source: the printed numbers are of a lesson on forward propagation after Saito, Deep Learning from Scratch, 2016.

    >>> print(train(iterations=151))  # doctest: +ELLIPSIS
    [0] prediction: [0.64106615 0.70142718], loss: 0.278127004715...
    [150] prediction: [0.30649078 0.26057261], loss: 0.018561924206...
    """
    if method not in METHODS:
        raise unknown_name("train: method", method, METHODS)
    iterations = integer("train", "iterations", iterations, at_least=1)
    lr = real("train", "lr", lr, at_least=0)
    params: dict[str, Array] = first_weights()
    predictions, losses = np.empty((iterations, 2)), np.empty(iterations)
    gradients: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    for i in range(iterations):
        gradients.append(METHODS[method](params))
        for name, array in params.items():
            array -= lr * gradients[-1][name]
        predictions[i], losses[i] = predict(params), loss(params)
        history.append({name: array.copy() for name, array in params.items()})
    return Run(predictions, losses, gradients, history)
