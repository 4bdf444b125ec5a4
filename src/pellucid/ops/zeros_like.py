"""Tensors of zeros and ones, of the shape and dtype of another."""

from __future__ import annotations

from typing import Any

from pellucid.autodiff import Op, Spec, Tensor


class ZerosLike(Op):
    """Zeros of x's shape and dtype; a constant to the derivative."""

    stops_gradient = True

    def infer(self, x: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.zeros_like(x)


class OnesLike(Op):
    """Ones of x's shape and dtype; a constant to the derivative."""

    stops_gradient = True

    def infer(self, x: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.ones_like(x)


def zeros_like(x: Any) -> Tensor:
    """Zeros of the shape and dtype of ``x``.

    >>> import pellucid as pl
    >>> pl.ops.zeros_like([1.5, 2.5]).numpy()
    array([0., 0.], dtype=float32)
    """
    return ZerosLike()(x)


def ones_like(x: Any) -> Tensor:
    """Ones of the shape and dtype of ``x``.

    >>> import pellucid as pl
    >>> pl.ops.ones_like([1.5, 2.5]).numpy()
    array([1., 1.], dtype=float32)
    """
    return OnesLike()(x)
