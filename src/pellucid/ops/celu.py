"""CELU: an ELU without a corner, whatever its alpha."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.exponential_linear import Branches, ExponentialLinear


@dataclass(frozen=True)
class Celu(ExponentialLinear):
    r"""Continuously differentiable exponential linear unit, elementwise.

        y = x                            dL/dx = dL/dy                        where x > 0
        y = alpha (e^(x/alpha) - 1)      dL/dx = dL/dy (y / alpha + 1)        elsewhere

    Shapes: any -> the same. (Barron 2017.)
    """

    alpha: float = 1.0

    @property
    def branches(self) -> Branches:
        return Branches(slope=1.0, height=self.alpha, rate=1 / self.alpha)


def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """``x`` where it is positive, else ``alpha (e^(x / alpha) - 1)``.

    Raises:
        ArgumentError: alpha is not > 0.

    >>> import pellucid as pl
    >>> pl.ops.celu([-1000.0, -1.0, 2.0], alpha=2.0).numpy().round(4)
    array([-2.    , -0.7869,  2.    ], dtype=float32)
    """
    return Celu(real("celu", "alpha", alpha, above=0))(*floating(x))
