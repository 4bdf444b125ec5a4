"""L1L2: absolute values and squares together."""

from __future__ import annotations

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.regularizers.regularizer import Regularizer


class L1L2(Regularizer):
    """The penalties `L1` and `L2` added up ("elastic net").

        l1 * sum |w| + l2 * sum w^2

    Args:
        l1, l2: strengths, >= 0; 0 by default, as in Keras.

    Source: Zou and Hastie, "Regularization and variable selection via the elastic net", 2005.

    >>> import pellucid as pl
    >>> pl.regularizers.L1L2(l1=0.5, l2=0.1)(pl.tensor([1.0, -3.0])).item()
    3.0
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0) -> None:
        self.l1 = real("L1L2", "l1", l1, at_least=0)
        self.l2 = real("L1L2", "l2", l2, at_least=0)

    def __call__(self, w: Tensor) -> Tensor:
        return ops.weight_penalty(w, l1=self.l1, l2=self.l2)
