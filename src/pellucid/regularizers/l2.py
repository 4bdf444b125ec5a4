"""L2: the sum of squares, "weight decay" where the optimizer is plain gradient descent."""

from __future__ import annotations

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.regularizers.regularizer import Regularizer


class L2(Regularizer):
    """Penalty that pulls each weight towards 0 in proportion to its size.

        l2 * sum w^2        derivative: 2 * l2 * w

    As in Keras there is no factor 1/2, which many books have: their strength is twice this one.

    Args:
        l2: strength, >= 0.

    >>> import pellucid as pl
    >>> pl.regularizers.L2(0.5)(pl.tensor([1.0, -3.0])).item()
    5.0
    """

    def __init__(self, l2: float = 0.01) -> None:
        self.l2 = real("L2", "l2", l2, at_least=0)

    def __call__(self, w: Tensor) -> Tensor:
        return ops.weight_penalty(w, l2=self.l2)
