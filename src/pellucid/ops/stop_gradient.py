"""stop_gradient: the value without its history."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Op, Spec, Tensor


class StopGradient(Op):
    """y = x, but a constant to the derivative."""

    stops_gradient = True

    def infer(self, x: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return x


def stop_gradient(x: Any) -> Tensor:
    """``x`` as a constant: nothing flows back through it.

    >>> import pellucid as pl
    >>> x = pl.tensor(3.0, requires_grad=True)
    >>> (x * pl.ops.stop_gradient(x)).backward()
    >>> x.grad
    array(3., dtype=float32)
    """
    return StopGradient()(x)
