"""Activations and losses as plain functions of arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.errors import DataError, ShapeError
from pellucid.scratch.arrays import Array, floats

DELTA = 1e-7


def step_function(x: npt.ArrayLike) -> Any:
    """1 where ``x`` is positive, else 0, as integers: the perceptron's activation.

    Its slope is 0 wherever it has one, so a small change of a weight below it leaves no trace: nothing to learn from.

    >>> step_function(np.array([-1.0, 0.0, 2.0]))
    array([0, 0, 1])
    """
    return ops.step(floats(x)).numpy().astype(np.int64)[()]


def sigmoid(x: npt.ArrayLike) -> Any:
    """``1 / (1 + e^-x)``, elementwise; see `pellucid.ops.Sigmoid`. No x makes it overflow.

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return ops.sigmoid(floats(x)).numpy()[()]


def relu(x: npt.ArrayLike) -> Any:
    """``max(x, 0)``, elementwise; see `pellucid.ops.Relu`.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return ops.relu(floats(x)).numpy()[()]


def identity_function(x: Any) -> Any:
    """``x``: the output activation of regression.

    >>> identity_function(3.5)
    3.5
    """
    return x


def softmax(x: npt.ArrayLike) -> Array:
    """``e^x / sum e^x`` along the last axis; see `pellucid.ops.Softmax`. For a batch, each row by itself.

    The exponentials of the plain formula overflow from x = 710 on; the largest x is subtracted first, which changes nothing
    else.

    >>> softmax(np.array([19, 15.5, 10.4, 3.33, 20.8])).round(4)
    array([0.1412, 0.0043, 0.    , 0.    , 0.8545])
    >>> softmax(np.array([1010.0, 1000.0, 990.0])).round(4)
    array([1., 0., 0.])
    """
    return ops.softmax(floats(x)).numpy()


def mean_squared_error(y: npt.ArrayLike, t: npt.ArrayLike) -> float:
    r"""Half the sum of squared errors.

        E = 1/2 sum_k (y_k - t_k)^2

    Named a mean in the lecture, but it is a sum: the half makes its slope y - t. Keras' and Pellucid's ``MeanSquaredError`` is
    the mean over the outputs, 2/K of this.

    Raises:
        ShapeError: y and t differ in shape.

    >>> y, t = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0]), np.array([0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    >>> print(f"{mean_squared_error(y, t):.17f}")
    0.09750000000000003
    """
    outputs, targets = floats(y), np.asarray(t)
    if outputs.shape != targets.shape:
        raise ShapeError(f"mean_squared_error: t must have the shape of y, {outputs.shape}. Received {targets.shape}.")
    return float(0.5 * ((outputs - targets) ** 2).sum())


def cross_entropy_error(y: npt.ArrayLike, t: npt.ArrayLike) -> float:
    r"""Cross-entropy of targets with predicted probabilities, the mean over a batch.

        E = -1/N sum_n sum_k t_nk log(y_nk + 1e-7)

    With one-hot targets or labels alike: of the inner sum only the right class is left. 1e-7 keeps the logarithm of 0 finite,
    at the price of a wrong eighth digit: log(0.6 + 1e-7) for log 0.6. Training uses `SoftmaxWithLoss`, which needs no such
    thing.

    Args:
        y: probabilities (N, classes), or (classes,) for one sample.
        t: one-hot targets of the shape of y, or labels (N,), or one label.

    Raises:
        ShapeError: t fits neither.
        DataError: a label is not the number of a class.

    >>> y = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
    >>> round(cross_entropy_error(y, np.array([0, 0, 1, 0, 0, 0, 0, 0, 0, 0])), 10), round(cross_entropy_error(y, 2), 10)
    (0.5108254571, 0.5108254571)
    """
    outputs = np.atleast_2d(floats(y))
    targets = np.asarray(t)
    if targets.shape == np.shape(y):
        right = (targets.reshape(outputs.shape) * np.log(outputs + DELTA)).sum(axis=-1)
    elif targets.shape == np.shape(y)[:-1] and targets.dtype.kind in "iu":
        labels = targets.reshape(-1)
        if labels.size and not 0 <= labels.min() <= labels.max() < outputs.shape[-1]:
            raise DataError(
                f"cross_entropy_error: labels must be 0 to {outputs.shape[-1] - 1}. Received {labels.min()} to {labels.max()}."
            )
        right = np.log(outputs[np.arange(len(outputs)), labels] + DELTA)
    else:
        raise ShapeError(
            f"cross_entropy_error: t must be one-hot, of the shape of y, {np.shape(y)}, or integer labels of shape "
            f"{np.shape(y)[:-1]}. Received {targets.dtype} {targets.shape}."
        )
    return float(-right.sum() / len(outputs))
