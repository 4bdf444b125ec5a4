"""Layer normalization: each vector by its own mean and deviation, as one operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor, promote
from pellucid.errors import ShapeError
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.binding import vectors
from pellucid.ops.dtypes import floating


@dataclass(frozen=True)
class LayerNormalization(Op):
    r"""Each vector of the last axis brought to mean beta and standard deviation gamma.

        y = gamma h + beta        h = (x - mu) s        s = 1 / sqrt(v + epsilon)

    mu and v are the mean and the variance (divided by n) of the vector. With u = dL/dy gamma, and means over the vector:

        dL/dx = s (u - mean u - h mean(u h))        dL/dgamma = sum dL/dy h        dL/dbeta = sum dL/dy

    Without ``centred`` mu is 0 and v the mean of squares, and so is "mean u" missing: root-mean-square normalization.

    Shapes: x (..., n), gamma and beta (n,) -> x's; the sums are over all vectors.
    (Ba, Kiros and Hinton 2016; Zhang and Sennrich 2019.)
    """

    epsilon: float = 1e-3
    centred: bool = True

    def infer(self, x: Spec, gamma: Spec, beta: Spec) -> Spec:
        if x.ndim < 1 or gamma.shape != x.shape[-1:] or beta.shape != x.shape[-1:]:
            raise ShapeError(f"x (..., n) needs gamma (n,) and beta (n,). Received x {x}, gamma {gamma}, beta {beta}.")
        if not all(i.is_float for i in (x, gamma, beta)):
            raise ShapeError(f"all inputs must be floats. Received x {x}, gamma {gamma}, beta {beta}.")
        return x.with_dtype(promote(x.dtype, gamma.dtype, beta.dtype))

    def forward(self, xp: Any, x: Any, gamma: Any, beta: Any) -> Any:
        h, _ = self._normalized(xp, x)
        return gamma * h + beta

    def backward(self, xp: Any, grad: Any, x: Any, gamma: Any) -> Any:
        h, s = self._normalized(xp, x)
        u = grad * gamma
        dx = u - h * xp.mean(u * h, axis=-1, keepdims=True)
        if self.centred:
            dx = dx - xp.mean(u, axis=-1, keepdims=True)
        axes = tuple(range(grad.ndim - 1))
        return s * dx, xp.sum(grad * h, axis=axes), xp.sum(grad, axis=axes)

    def _normalized(self, xp: Any, x: Any) -> tuple[Any, Any]:
        """h and s."""
        if self.centred:
            x = x - xp.mean(x, axis=-1, keepdims=True)
        s = 1 / xp.sqrt(xp.mean(x * x, axis=-1, keepdims=True) + self.epsilon)
        return x * s, s

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        x, gamma, beta = inputs
        if len(x.shape) < 2 or not all_float32(*inputs, y):
            return None
        places = (reads(x, Share.ROWS), reads(gamma), reads(beta), writes(y))
        return [Call("layer_normalization.forward", *vectors(x), float(self.epsilon), self.centred, *places)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, gamma = needed
        if len(x.shape) < 2 or not all_float32(grad, x, gamma, *into):
            return None
        sizes = vectors(x)
        (dx, dgamma, dbeta), (add_x, add_gamma, add_beta) = into, accumulate
        calls = []
        # Of each vector mu and s, by rows: what one rank has found, those that sum up gamma's entries read.
        statistics = Buffer((*x.shape[:-1], 2), np.float32, "statistics")
        if dx is not None or dgamma is not None:
            places = (reads(x, Share.ROWS), writes(statistics))
            calls.append(Call("layer_normalization.statistics", *sizes, float(self.epsilon), self.centred, *places))
        if dx is not None:
            rows = (reads(grad, Share.ROWS), reads(x, Share.ROWS), reads(gamma), reads(statistics, Share.ROWS))
            calls.append(Call("layer_normalization.input_gradient", *sizes, self.centred, add_x, *rows, gradient_into(dx, add_x)))
        if dgamma is not None:
            whole = (reads(grad), reads(x), reads(statistics))
            target = gradient_into(dgamma, add_gamma)
            calls.append(Call("layer_normalization.gamma_gradient", *sizes, add_gamma, *whole, target))
        if dbeta is not None:  # the same sum as a bias gradient: of no inputs, n outputs
            target = gradient_into(dbeta, add_beta)
            calls.append(Call("linear.bias_gradient", *sizes[:2], 0, sizes[2], add_beta, reads(grad), target))
        return calls


def layer_normalization(x: Any, gamma: Any, beta: Any, epsilon: float = 1e-3) -> Tensor:
    """``gamma (x - mean) / sqrt(variance + epsilon) + beta``, for each vector of the last axis; see `LayerNormalization`.

    >>> import pellucid as pl
    >>> pl.ops.layer_normalization([[1.0, 3.0]], gamma=[1.0, 10.0], beta=[0.0, 0.0], epsilon=0.0).numpy()
    array([[-1., 10.]], dtype=float32)
    """
    return LayerNormalization(float(epsilon))(*floating(x, gamma, beta))


def rms_normalization(x: Any, scale: Any, epsilon: float = 1e-6) -> Tensor:
    """``scale x / sqrt(mean of x^2 + epsilon)``, for each vector of the last axis; see `LayerNormalization`.

    >>> import pellucid as pl
    >>> pl.ops.rms_normalization([[3.0, -3.0]], scale=[1.0, 10.0], epsilon=0.0).numpy()
    array([[  1., -10.]], dtype=float32)
    """
    x, scale = floating(x, scale)
    return LayerNormalization(float(epsilon), centred=False)(x, scale, np.zeros(scale.shape, scale.dtype))
