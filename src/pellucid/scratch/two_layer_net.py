"""TwoLayerNet: one hidden layer of sigmoids, softmax at the end."""

from __future__ import annotations

from collections.abc import Mapping

import numpy.typing as npt

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.scratch.arrays import Array
from pellucid.scratch.network import Network


class TwoLayerNet(Network):
    r"""A network of two layers of weights, by the names of the lecture's two tables.

        a1 = x W1 + b1      z1 = sigmoid(a1)      a2 = z1 W2 + b2      y = softmax(a2)

    Members: ``params`` with W1, b1, W2, b2; ``predict(x)`` gives y; ``loss(x, t)`` is the mean cross-entropy; ``accuracy(x,
    t)``; ``gradient(x, t)`` and ``numerical_gradient(x, t)`` give dictionaries with the keys of ``params``.

    Args:
        input_size, hidden_size, output_size: numbers of neurons.
        weight_init_std: standard deviation of the first weights, normal around 0; biases begin at 0.
        seed: of the first weights; where absent they are drawn on from the stream that ``pellucid.utils.set_random_seed``
            starts (NumPy's own ``np.random.seed`` has no part in it).
        dtype: of the parameters.

    Raises:
        ArgumentError: a size is not a positive integer.

    Source: Saito, Deep Learning from Scratch, 2016, chapter 4 (the names).

    >>> import numpy as np
    >>> network = TwoLayerNet(input_size=784, hidden_size=100, output_size=10)
    >>> [network.params[key].shape for key in ("W1", "b1", "W2", "b2")]
    [(784, 100), (100,), (100, 10), (10,)]
    >>> x, t = np.zeros((5, 784)), np.array([0, 1, 2, 3, 4])
    >>> network.predict(x).shape, network.gradient(x, t)["W1"].shape
    ((5, 10), (784, 100))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        output_size: int,
        weight_init_std: float = 0.01,
        *,
        seed: int | None = None,
        dtype: npt.DTypeLike = "float64",
    ) -> None:
        stddev = real("TwoLayerNet", "weight_init_std", weight_init_std, at_least=0)
        super().__init__([input_size, hidden_size, output_size], [stddev, stddev], seed, dtype)

    def _scores(self, x: Tensor, params: Mapping[str, Tensor]) -> Tensor:
        z1 = ops.sigmoid(ops.linear(x, params["W1"], params["b1"]))
        return ops.linear(z1, params["W2"], params["b2"])

    def predict(self, x: npt.ArrayLike) -> Array:
        """The probability of each class, (N, output_size)."""
        return ops.softmax(super().predict(x)).numpy()
