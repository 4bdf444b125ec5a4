"""Leaky ReLU: what is negative is made small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.piecewise_linear import Pieces, PiecewiseLinear


@dataclass(frozen=True)
class LeakyRelu(PiecewiseLinear):
    r"""Rectified linear unit that lets a little through below 0, so that no unit dies.

        y = x                     dL/dx = dL/dy                      where x > 0
        y = negative_slope x      dL/dx = dL/dy negative_slope       elsewhere

    Shapes: any -> the same. (Maas, Hannun and Ng 2013.)
    """

    negative_slope: float = 0.2

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.where(x > 0, x, self.negative_slope * x)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return xp.where(x > 0, grad, self.negative_slope * grad)

    @property
    def pieces(self) -> Pieces:
        return Pieces(low=0.0, below=(self.negative_slope, 0.0), between=(1.0, 0.0))


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """``x`` where it is positive, else ``negative_slope * x``.

    The default is Keras' for the function; the layer `LeakyReLU` has 0.3 there, PyTorch 0.01.

    Raises:
        ArgumentError: the slope is no finite number.

    >>> import pellucid as pl
    >>> pl.ops.leaky_relu([-10.0, 0.0, 2.0]).numpy()
    array([-2.,  0.,  2.], dtype=float32)
    """
    return LeakyRelu(real("leaky_relu", "negative_slope", negative_slope))(*floating(x))
