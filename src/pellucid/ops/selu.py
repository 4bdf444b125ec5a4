"""SELU: an ELU that keeps mean and variance from layer to layer."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.exponential_linear import Branches, ExponentialLinear

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805


class Selu(ExponentialLinear):
    r"""Scaled exponential linear unit, elementwise.

        y = scale x                    dL/dx = dL/dy scale                        where x > 0
        y = scale alpha (e^x - 1)      dL/dx = dL/dy (y + scale alpha)            elsewhere

    Shapes: any -> the same. With alpha = 1.67326 and scale = 1.05070, mean 0 and variance 1 are a fixed point of a layer whose
    weights have mean 0 and variance 1 / inputs: ``kernel_initializer="lecun_normal"``. (Klambauer et al. 2017.)
    """

    @property
    def branches(self) -> Branches:
        return Branches(slope=SCALE, height=SCALE * ALPHA, rate=1.0)


def selu(x: Any) -> Tensor:
    """``1.0507 x`` where ``x`` is positive, else ``1.0507 * 1.6733 (e^x - 1)``.

    >>> import pellucid as pl
    >>> pl.ops.selu([-1000.0, 0.0, 1.0]).numpy().round(4)
    array([-1.7581,  0.    ,  1.0507], dtype=float32)
    """
    return Selu()(*floating(x))
