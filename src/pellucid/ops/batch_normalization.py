"""Batch normalization in two parts: a batch's moments, and the normalization by moments, the batch's or remembered ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, promote
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer, Call, Scratch, Share, all_float32, reads, writes
from pellucid.ops.binding import into as gradient_into
from pellucid.ops.convolution_calls import added_up
from pellucid.ops.dtypes import floating


class Moments(Op):
    r"""Mean and variance of each feature (the last axis) over all other axes.

        mu = 1/N sum x        v = 1/N sum (x - mu)^2        dL/dx = (dL/dmu + 2 (x - mu) dL/dv) / N

    Shapes: x (..., C) -> (2, C), mu above v. The variance is the biased one, divided by N.
    """

    def infer(self, x: Spec) -> Spec:
        if not x.is_float or x.ndim < 2 or any(n == 0 for n in x.shape[:-1]):
            raise ShapeError(f"x must be floats with at least one sample and an axis of features, the last. Received {x}.")
        return x.with_shape((2, x.shape[-1]))

    def forward(self, xp: Any, x: Any) -> Any:
        axes = tuple(range(x.ndim - 1))
        return xp.stack([xp.mean(x, axis=axes), xp.var(x, axis=axes)])

    def backward(self, xp: Any, grad: Any, x: Any, y: Any) -> Any:
        count = x.size // x.shape[-1]
        return (grad[0] + 2 * (x - y[0]) * grad[1]) / count

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        (x,) = inputs
        if not all_float32(x, y):
            return None
        parts = Scratch(2 * x.shape[-1], "moments by rank")
        return [
            Call("batch_normalization.moment_parts", *_sizes(x), reads(x, Share.ROWS), writes(parts)),
            Call("batch_normalization.moments", *_sizes(x), reads(parts), writes(y)),
        ]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        (x, y), (dx,), (add,) = needed, into, accumulate
        if dx is None or not all_float32(grad, x, y, dx):
            return None
        places = (reads(grad), reads(x, Share.ROWS), reads(y), gradient_into(dx, add))
        return [Call("batch_normalization.moments_backward", *_sizes(x), add, *places)]


@dataclass(frozen=True)
class Normalize(Op):
    r"""Features brought to mean beta and standard deviation gamma.

        y = gamma h + beta        h = (x - mu) s        s = 1 / sqrt(v + epsilon)

        dL/dx = dL/dy gamma s        dL/dgamma = sum dL/dy h        dL/dbeta = sum dL/dy
        dL/dmu = -gamma s dL/dbeta   dL/dv = -1/2 gamma s^2 dL/dgamma

    sums over all axes but the last. Shapes: x (..., C), moments (2, C), gamma and beta (C,) -> x's. (Ioffe and Szegedy 2015.)
    """

    epsilon: float = 1e-3

    def infer(self, x: Spec, moments: Spec, gamma: Spec, beta: Spec) -> Spec:
        features = x.shape[-1:]
        if x.ndim < 2 or moments.shape != (2, *features) or gamma.shape != features or beta.shape != features:
            raise ShapeError(
                "x (..., C) needs moments (2, C), gamma (C,) and beta (C,). "
                f"Received x {x}, moments {moments}, gamma {gamma}, beta {beta}."
            )
        if not all(i.is_float for i in (x, moments, gamma, beta)):
            raise ArgumentError(f"all inputs must be floats. Received x {x}, moments {moments}, gamma {gamma}, beta {beta}.")
        return x.with_dtype(promote(x.dtype, moments.dtype, gamma.dtype, beta.dtype))

    def forward(self, xp: Any, x: Any, moments: Any, gamma: Any, beta: Any) -> Any:
        s = 1 / xp.sqrt(moments[1] + self.epsilon)
        return gamma * ((x - moments[0]) * s) + beta

    def backward(self, xp: Any, grad: Any, x: Any, moments: Any, gamma: Any) -> Any:
        s = 1 / xp.sqrt(moments[1] + self.epsilon)
        axes = tuple(range(grad.ndim - 1))
        dgamma = xp.sum(grad * (x - moments[0]) * s, axis=axes)
        dbeta = xp.sum(grad, axis=axes)
        dmoments = xp.stack([-gamma * s * dbeta, -gamma * s * s * dgamma / 2])
        return grad * (gamma * s), dmoments, dgamma, dbeta

    accumulates = True

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        if not all_float32(*inputs, y):
            return None
        x, *rest = inputs
        places = (reads(x, Share.ROWS), *(reads(b) for b in rest), writes(y))
        return [Call("batch_normalization.normalize", *_sizes(x), self.epsilon, *places)]

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        x, moments, gamma = needed
        if not all_float32(grad, *needed, *into):
            return None
        (dx, dmoments, dgamma, dbeta), features = into, x.shape[-1]
        parts = Scratch(2 * features, "sums by rank")
        towards = gradient_into(dx, accumulate[0]) if dx is not None else 0
        sources = (reads(grad, Share.ROWS), reads(x, Share.ROWS), reads(moments), reads(gamma))
        calls = [
            Call("batch_normalization.backward", *_sizes(x), self.epsilon, accumulate[0], *sources, towards, writes(parts)),
            *added_up(parts, [(dbeta, accumulate[3], 0)]),
        ]
        if dmoments is not None:
            places = (reads(parts), reads(moments), reads(gamma), gradient_into(dmoments, accumulate[1]))
            calls.append(Call("batch_normalization.moments_gradient", features, self.epsilon, accumulate[1], *places))
        if dgamma is not None:
            sums = (reads(parts), reads(moments), gradient_into(dgamma, accumulate[2]))
            calls.append(Call("batch_normalization.gamma_gradient", features, self.epsilon, accumulate[2], *sums))
        return calls


def _sizes(x: Buffer) -> tuple[int, int, int]:
    """Rows of the first axis, vectors of features in each, features."""
    features = x.shape[-1]
    return x.rows, x.row_size // features if features else 0, features


def moments(x: Any) -> Tensor:
    """Mean and (biased) variance of each feature, as (2, C); see `Moments`.

    >>> import pellucid as pl
    >>> pl.ops.moments([[1.0, 0.0], [3.0, 0.0]]).numpy()
    array([[2., 0.],
           [1., 0.]], dtype=float32)
    """
    return Moments()(*floating(x))


def normalize(x: Any, moments: Any, gamma: Any, beta: Any, epsilon: float = 1e-3) -> Tensor:
    """``gamma (x - mean) / sqrt(variance + epsilon) + beta`` for each feature; see `Normalize`.

    >>> import pellucid as pl
    >>> x = [[1.0], [3.0]]
    >>> pl.ops.normalize(x, pl.ops.moments(x), [10.0], [5.0], epsilon=0.0).numpy().tolist()
    [[-5.0], [15.0]]
    """
    return Normalize(float(epsilon))(*floating(x, moments, gamma, beta))
