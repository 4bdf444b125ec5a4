"""LocalResponseNormalization: a strong channel quiets its neighbours, as in AlexNet."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.arguments import integer, real
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer


class LocalResponseNormalization(Layer):
    """AlexNet's normalization across channels; see `ops.LocalResponseNormalization`.

        y[c] = x[c] / (k + alpha * sum of x[j]^2 over the n channels around c)^beta

    Shapes: (batch, ..., channels) -> the same. No parameters.

    Args:
        n: how many neighbours, itself among them; n // 2 on either side.
        k, alpha, beta: constants; the defaults are the paper's.
        layer: see `Layer`.

    Raises:
        ArgumentError: n is no positive integer, k is not above 0, or alpha or beta is below.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012.

    >>> import pellucid as pl
    >>> layer = pl.layers.LocalResponseNormalization(n=3, k=1.0, alpha=1.0, beta=1.0)
    >>> layer([[1.0, 2.0, 0.0]]).numpy().round(3)  # 1 / (1 + 1 + 4), 2 / (1 + 1 + 4), 0
    array([[0.167, 0.333, 0.   ]], dtype=float32)
    """

    def __init__(self, n: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75, **layer: Any) -> None:
        super().__init__(**layer)
        self.n = integer("LocalResponseNormalization", "n", n, at_least=1)
        self.k = real("LocalResponseNormalization", "k", k, above=0)
        self.alpha = real("LocalResponseNormalization", "alpha", alpha, at_least=0)
        self.beta = real("LocalResponseNormalization", "beta", beta, at_least=0)

    def call(self, inputs: Tensor) -> Tensor:
        return ops.local_response_normalization(inputs, self.n, self.k, self.alpha, self.beta)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "n": self.n, "k": self.k, "alpha": self.alpha, "beta": self.beta}
