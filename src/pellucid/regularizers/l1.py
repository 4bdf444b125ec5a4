"""L1: the sum of absolute values."""

from __future__ import annotations

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.regularizers.regularizer import Regularizer


class L1(Regularizer):
    """Penalty that pulls each weight towards 0 with constant force, so that many become 0.

        l1 * sum |w|        derivative: l1 * sign(w)

    Args:
        l1: strength, >= 0.

    Source: Tibshirani, "Regression shrinkage and selection via the lasso", 1996.

    >>> import pellucid as pl
    >>> pl.regularizers.L1(0.5)(pl.tensor([1.0, -3.0])).item()
    2.0
    """

    def __init__(self, l1: float = 0.01) -> None:
        self.l1 = real("L1", "l1", l1, at_least=0)

    def __call__(self, w: Tensor) -> Tensor:
        return ops.weight_penalty(w, l1=self.l1)
