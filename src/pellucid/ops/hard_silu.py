"""Hard SiLU: x, gated by its own hard sigmoid."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Tensor
from pellucid.ops.dtypes import floating
from pellucid.ops.unary import Unary


class HardSilu(Unary):
    r"""SiLU without an exponential, also called hard Swish, elementwise.

        y = x min(max(x / 6 + 1 / 2, 0), 1)        dL/dx = dL/dy times 0, x / 3 + 1 / 2, 1

    for x <= -3, between, and x >= 3. Shapes: any -> the same. (Howard et al. 2019.)
    """

    forward_kernel = "activation.hard_silu"
    gradient_kernel = "activation.hard_silu_gradient"

    def forward(self, xp: Any, x: Any) -> Any:
        return x * xp.clip(x / 6 + 0.5, 0, 1)

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        return grad * xp.where(x >= 3, 1, xp.where(x <= -3, 0, x / 3 + 0.5))


def hard_silu(x: Any) -> Tensor:
    """``x hard_sigmoid(x)``, elementwise; also ``pellucid.ops.hard_swish``.

    >>> import pellucid as pl
    >>> pl.ops.hard_silu([-4.0, -1.5, 0.0, 4.0]).numpy()
    array([-0.   , -0.375,  0.   ,  4.   ], dtype=float32)
    """
    return HardSilu()(*floating(x))


hard_swish = hard_silu
