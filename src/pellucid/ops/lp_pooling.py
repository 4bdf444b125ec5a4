"""Lp pooling: the p-norm of each window, between the sum (p = 1) and the maximum (p to infinity)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.pooling import Pooling, pooling_settings
from pellucid.ops.windows import Pair


@dataclass(frozen=True)
class LpPooling(Pooling):
    r"""The p-norm of each window.

        y[n, i, j, c] = (sum over u, v of  |x[n, s i + u - q, s j + v - q, c]|^p)^(1/p)

        dL/dx[n, h, w, c] = sum over the windows that saw the place of  dL/dy (|x| / y)^(p - 1) sign x

    with strides s and padding q. Where a window is all 0, its gradient is taken as 0. Each window is divided by its greatest
    number first, so that no power overflows. PyTorch's LPPool takes x^p without the sign, which is the same for even p and for
    what is not negative, and NaN else. For p = 2 it is the pooling of LeNet's descendants with "L2 pooling" (Sermanet, Chintala
    and LeCun, "Convolutional neural networks applied to house numbers digit classification", 2012).

    Shapes: x (N, H, W, C) -> (N, rows, columns, C).
    """

    norm: float = 2.0

    def __post_init__(self) -> None:
        real("LpPooling", "norm", self.norm, at_least=1)

    def forward(self, xp: Any, x: Any) -> Any:
        padded = self.padded(xp, xp.abs(x), 0)
        seen = xp.stack([padded[view] for view in self.views(x.shape)])
        greatest = seen.max(axis=0)
        unit = xp.where(greatest > 0, greatest, 1)
        return greatest * ((seen / unit) ** self.norm).sum(axis=0) ** (1 / self.norm)

    def backward(self, xp: Any, grad: Any, x: Any, y: Any) -> Any:
        padded, dx = self.padded(xp, x, 0), self.padded(xp, xp.zeros_like(x), 0)
        length = xp.where(y > 0, y, 1)
        for view in self.views(x.shape):
            part = padded[view]
            dx[view] += grad * (xp.abs(part) / length) ** (self.norm - 1) * xp.sign(part)
        return self.inside(dx, x.shape)


def lp_pool(
    inputs: Any, pool_size: int | Pair, strides: int | Pair | None = None, padding: Any = "valid", norm: float = 2.0
) -> Tensor:
    """The p-norm of each window, channels last; see `LpPooling`.

    >>> import numpy as np, pellucid as pl
    >>> pl.ops.lp_pool(np.array([3.0, 4.0, 0.0, 0.0]).reshape(1, 2, 2, 1), 2).item()
    5.0
    """
    (x,) = floating(inputs)
    return LpPooling(*pooling_settings("lp_pool", x, pool_size, strides, padding), norm=float(norm))(x)
