"""ActivityRegularization: a penalty on what passes."""

from __future__ import annotations

from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.layers.layer import Layer
from pellucid.regularizers import L1, L2


class ActivityRegularization(Layer):
    """Hands its input on, and adds a penalty on it to the loss: small or sparse activations.

        loss + (l1 sum |x| + l2 sum x^2) / batch size

    Args:
        l1, l2: strengths, >= 0.
        layer: see `Layer`.

    Raises:
        ArgumentError: a strength is negative or no number.

    >>> import pellucid as pl
    >>> layer = pl.layers.ActivityRegularization(l1=0.5)
    >>> y = layer([[1.0, -3.0], [0.0, 0.0]])
    >>> layer.losses[0].item()  # 0.5 * 4 / 2
    1.0
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **layer: Any) -> None:
        super().__init__(**layer)
        self.l1 = real("ActivityRegularization", "l1", l1, at_least=0)
        self.l2 = real("ActivityRegularization", "l2", l2, at_least=0)

    def call(self, inputs: Tensor) -> Tensor:
        if self.l1:
            self._penalize(L1(self.l1), inputs)
        if self.l2:
            self._penalize(L2(self.l2), inputs)
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "l1": self.l1, "l2": self.l2}
