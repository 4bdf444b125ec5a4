"""MultiLayerNet: any number of hidden layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy.typing as npt

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import unknown_name
from pellucid.scratch.network import Network

_ACTIVATIONS = ("relu", "sigmoid", "tanh")
# Variance of the first weights times the number of inputs: what keeps the signal's size through the layer.
_GAINS = {"relu": 2.0, "he": 2.0, "sigmoid": 1.0, "xavier": 1.0}


class MultiLayerNet(Network):
    r"""Hidden layers of one activation, and a last layer of scores.

        z_0 = x      z_i = f(z_(i-1) W_i + b_i)      scores = z_n W_(n+1) + b_(n+1)

        L = mean cross-entropy of softmax(scores) + 1/2 lambda sum over all weights of W^2

    ``predict`` gives the scores: their order is that of the probabilities. Biases are not decayed.

    Args:
        input_size: number of inputs.
        hidden_size_list: number of neurons of each hidden layer.
        output_size: number of classes.
        activation: ``relu``, ``sigmoid`` or ``tanh``.
        weight_init_std: standard deviation of the first weights, a number; or ``relu`` (``he``) for sqrt(2 / inputs), ``sigmoid``
            (``xavier``) for sqrt(1 / inputs), with the inputs of each layer.
        weight_decay_lambda: lambda, >= 0.
        seed, dtype: see `TwoLayerNet`.

    Raises:
        ArgumentError: a size is not a positive integer, a name is not known, or a number is below 0.

    Source: Saito, Deep Learning from Scratch, 2016, chapter 6 (the names); He et al. 2015; Glorot and Bengio 2010.

    >>> network = MultiLayerNet(784, [100, 100, 100, 100], 10)
    >>> network.depth, network.params["W5"].shape
    (5, (100, 10))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size_list: Sequence[int],
        output_size: int,
        activation: str = "relu",
        weight_init_std: str | float = "relu",
        weight_decay_lambda: float = 0.0,
        *,
        seed: int | None = None,
        dtype: npt.DTypeLike = "float64",
    ) -> None:
        self.activation = str(activation).lower()
        if self.activation not in _ACTIVATIONS:
            raise unknown_name("MultiLayerNet: activation", activation, _ACTIVATIONS)
        self.weight_decay_lambda = real("MultiLayerNet", "weight_decay_lambda", weight_decay_lambda, at_least=0)
        sizes = [input_size, *hidden_size_list, output_size]
        super().__init__(sizes, [_stddev(weight_init_std, inputs) for inputs in sizes[:-1]], seed, dtype)

    def _scores(self, x: Tensor, params: Mapping[str, Tensor]) -> Tensor:
        for i in range(1, self.depth):
            x = ops.linear(x, params[f"W{i}"], params[f"b{i}"], self.activation)
        return ops.linear(x, params[f"W{self.depth}"], params[f"b{self.depth}"])

    def _loss(self, x: npt.ArrayLike, t: npt.ArrayLike, params: Mapping[str, Tensor]) -> Tensor:
        loss = super()._loss(x, t, params)
        if self.weight_decay_lambda:
            for i in range(1, self.depth + 1):
                loss = loss + 0.5 * self.weight_decay_lambda * ops.square(params[f"W{i}"]).sum()
        return loss


def _stddev(weight_init_std: str | float, inputs: int) -> float:
    if isinstance(weight_init_std, str):
        gain = _GAINS.get(weight_init_std.lower())
        if gain is None:
            raise unknown_name("MultiLayerNet: weight_init_std", weight_init_std, _GAINS)
        return sqrt(gain / max(1, inputs))
    return real("MultiLayerNet", "weight_init_std", weight_init_std, at_least=0)
