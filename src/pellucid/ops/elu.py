"""ELU: a ReLU that saturates softly below 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.exponential_linear import Branches, ExponentialLinear


@dataclass(frozen=True)
class Elu(ExponentialLinear):
    r"""Exponential linear unit, elementwise.

        y = x                    dL/dx = dL/dy                    where x > 0
        y = alpha (e^x - 1)      dL/dx = dL/dy (y + alpha)        elsewhere

    Shapes: any -> the same. Its mean is nearer to 0 than a ReLU's. (Clevert, Unterthiner and Hochreiter 2016.)
    """

    alpha: float = 1.0

    @property
    def branches(self) -> Branches:
        return Branches(slope=1.0, height=self.alpha, rate=1.0)


def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """``x`` where it is positive, else ``alpha (e^x - 1)``.

    Raises:
        ArgumentError: alpha is not >= 0.

    >>> import pellucid as pl
    >>> pl.ops.elu([-1000.0, -1.0, 2.0]).numpy().round(4)
    array([-1.    , -0.6321,  2.    ], dtype=float32)
    """
    return Elu(real("elu", "alpha", alpha, at_least=0))(*floating(x))
