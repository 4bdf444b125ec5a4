"""What the networks of the from-scratch courses have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pellucid import ops
from pellucid.arguments import integer
from pellucid.autodiff import Tensor, tensor
from pellucid.initializers import RandomNormal
from pellucid.lens.gradient_comparison import GradientComparison, compare_gradients_by
from pellucid.numerics import numerical_gradient
from pellucid.random.streams import generator as stream
from pellucid.scratch.arrays import Array, floats, targets_for


class Network(ABC):
    """Weights and biases in a dictionary, W1, b1, W2, b2, ...; predictions, a loss, and its gradient in two ways.

    ``params`` may be changed in place or assigned to between calls, as ``SGD().update(network.params, grads)`` does.
    """

    def __init__(
        self, sizes: Sequence[int], stddevs: Sequence[float], seed: int | None = None, dtype: npt.DTypeLike = "float64"
    ) -> None:
        owner = type(self).__name__
        widths = [integer(owner, "a layer's size", size, at_least=1) for size in sizes]
        self.params: dict[str, Array] = {}
        generator = None if seed is None else stream(seed, "weights", 0)
        for i, ((inputs, outputs), stddev) in enumerate(zip(pairwise(widths), stddevs, strict=True), 1):
            self.params[f"W{i}"] = RandomNormal(stddev=stddev)((inputs, outputs), dtype, generator)
            self.params[f"b{i}"] = np.zeros(outputs, dtype)

    @property
    def depth(self) -> int:
        """Number of layers with weights."""
        return len(self.params) // 2

    @abstractmethod
    def _scores(self, x: Tensor, params: Mapping[str, Tensor]) -> Tensor:
        """What goes into the softmax."""

    def _loss(self, x: npt.ArrayLike, t: npt.ArrayLike, params: Mapping[str, Tensor]) -> Tensor:
        """Mean cross-entropy of the batch."""
        scores = self._scores(_rows(x), params)
        return ops.softmax_cross_entropy(scores, targets_for(scores.shape, t, scores.dtype)).mean()

    def _tensors(self, requires_grad: bool = False) -> dict[str, Tensor]:
        return {key: tensor(value, requires_grad=requires_grad) for key, value in self.params.items()}

    def predict(self, x: npt.ArrayLike) -> Array:
        """What the network says of each sample, (N, outputs)."""
        return self._scores(_rows(x), self._tensors()).numpy()

    def loss(self, x: npt.ArrayLike, t: npt.ArrayLike) -> float:
        """The loss on samples ``x`` and their targets ``t``, one-hot or labels."""
        return float(self._loss(x, t, self._tensors()).item())

    def accuracy(self, x: npt.ArrayLike, t: npt.ArrayLike) -> float:
        """The share of samples whose likeliest class is the right one."""
        guesses, targets = self.predict(x).argmax(axis=-1), np.asarray(t)
        labels = targets.argmax(axis=-1) if targets.ndim > guesses.ndim else targets
        return float((guesses == labels).mean())

    def gradient(self, x: npt.ArrayLike, t: npt.ArrayLike) -> dict[str, Array]:
        """dL/d(parameter) for each, by backpropagation: once through the network and once back."""
        leaves = self._tensors(requires_grad=True)
        self._loss(x, t, leaves).backward()
        return {key: np.zeros(leaf.shape, leaf.dtype) if leaf.grad is None else leaf.grad for key, leaf in leaves.items()}

    def numerical_gradient(self, x: npt.ArrayLike, t: npt.ArrayLike) -> dict[str, Array]:
        """The same by central differences (h = 1e-4): through the network twice for every single number in ``params``."""
        return {key: numerical_gradient(lambda _: self.loss(x, t), value) for key, value in self.params.items()}


def compare_gradients(network: Network, x: npt.ArrayLike, t: npt.ArrayLike) -> GradientComparison:
    """``network.gradient`` beside ``network.numerical_gradient``: how far apart they are, and how much longer the second takes.

    >>> from pellucid.scratch import TwoLayerNet
    >>> x, t = np.random.default_rng(0).random((3, 20)), np.array([0, 1, 2])
    >>> print(compare_gradients(TwoLayerNet(20, 5, 3), x, t))  # doctest: +ELLIPSIS
    Backpropagation took ... ms, the numerical gradient ... ms: ... times as long. Largest relative difference: ...
    """
    return compare_gradients_by(lambda: network.gradient(x, t), lambda: network.numerical_gradient(x, t))


def _rows(x: npt.ArrayLike) -> Tensor:
    """Samples as rows: images are flattened."""
    array = floats(x)
    return tensor(array.reshape(len(array), -1) if array.ndim > 2 else array)
