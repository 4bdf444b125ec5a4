"""Stochastic pooling: of each window one number, drawn by its size; and the mean of what would be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.autodiff import Spec, Tensor, as_tensor
from pellucid.ops.dropout import check_clock, check_key
from pellucid.ops.dtypes import floating
from pellucid.ops.pooling import Pooling, pooling_settings
from pellucid.ops.windows import Pair
from pellucid.random.streams import uniform


@dataclass(frozen=True)
class StochasticPooling(Pooling):
    r"""One number of each window, drawn with a probability proportional to it.

        y = x_k, k drawn with P(k) = a_k / sum of a        a = max(x, 0)        dL/dx_k = dL/dy, 0 for the others

    Large activations are likely but not certain to be passed on, which regularizes as dropout does, without a rate to choose.
    A window in which nothing is positive gives 0, and no gradient. It is made for what a ReLU gives out.

    Shapes: x (N, H, W, C), clock (2,): the training step, and the place in the epoch of the batch's first sample
    -> (N, rows, columns, C). ``place`` is saved: which place of its window each was, -1 for none. The draws depend on key, step
    and the sample's place, see `random.streams.uniform`.

    Source: Zeiler and Fergus, "Stochastic pooling for regularization of deep convolutional neural networks", 2013.
    """

    key: int = 0

    saves = ("place",)

    def __post_init__(self) -> None:
        check_key(self.key)

    def infer(self, x: Spec, clock: Spec) -> Spec:  # type: ignore[override]
        return super().infer(check_clock(x, clock))

    def infer_saved(self, x: Spec, clock: Spec) -> tuple[Spec, ...]:
        return (Spec(self.infer(x, clock).shape, np.int32),)

    def forward(self, xp: Any, x: Any, clock: Any) -> Any:
        padded = self.padded(xp, xp.maximum(x, 0), 0)
        seen = xp.stack([padded[view] for view in self.views(x.shape)])
        below = xp.cumsum(seen, axis=0)
        total = below[-1]
        shape = total.shape
        u = uniform(self.key, int(clock[0]), int(clock[1]), shape[0], int(np.prod(shape[1:]))).reshape(shape)
        # Below the total even after rounding, so that the first sum beyond it is of a number that is not 0.
        mark = xp.minimum((u * total).astype(x.dtype), xp.nextafter(total, xp.zeros_like(total)))
        place = xp.where(total > 0, xp.argmax(below > mark, axis=0), -1)
        y = xp.take_along_axis(seen, xp.maximum(place, 0)[None], axis=0)[0]
        return y, place.astype(np.int32)

    def backward(self, xp: Any, grad: Any, x_spec: Spec, place: Any) -> Any:
        dx = self.padded(xp, xp.zeros(x_spec.shape, grad.dtype), 0)
        for number, view in enumerate(self.views(x_spec.shape)):
            dx[view] += xp.where(place == number, grad, 0)
        return self.inside(dx, x_spec.shape), None


@dataclass(frozen=True)
class WeightedPooling(Pooling):
    r"""The mean of each window, each number weighted by itself: what `StochasticPooling` draws on average.

        y = sum of a^2 / sum of a        a = max(x, 0)        dL/dx = sum of dL/dy (2 a - y) / (sum of a)   where x > 0

    A window in which nothing is positive gives 0, and no gradient.

    Shapes: x (N, H, W, C) -> (N, rows, columns, C). (Zeiler and Fergus 2013, section 3.2.)
    """

    def forward(self, xp: Any, x: Any) -> Any:
        seen, total = self._seen(xp, x)
        return sum(a * (a / total) for a in seen)  # no square is ever taken, so none overflows

    def backward(self, xp: Any, grad: Any, x: Any, y: Any) -> Any:
        share = grad / self._seen(xp, x)[1]
        padded, dx = self.padded(xp, x, 0), self.padded(xp, xp.zeros_like(x), 0)
        for view in self.views(x.shape):
            a = padded[view]
            dx[view] += xp.where(a > 0, share * (2 * a - y), 0)
        return self.inside(dx, x.shape)

    def _seen(self, xp: Any, x: Any) -> tuple[list[Any], Any]:
        """The numbers of each window, place by place, and their sum; 1 where nothing is positive."""
        padded = self.padded(xp, xp.maximum(x, 0), 0)
        seen = [padded[view] for view in self.views(x.shape)]
        total = sum(seen)
        return seen, xp.where(total > 0, total, 1)


def stochastic_pool(
    inputs: Any,
    pool_size: int | Pair,
    strides: int | Pair | None = None,
    padding: Any = "valid",
    key: int = 0,
    clock: Any = (0, 0),
) -> Tensor:
    """One number of each window, drawn by its size; see `StochasticPooling`.

    Args:
        inputs: images, channels last.
        pool_size, strides, padding: as in `max_pool`.
        key: names the stream of random numbers; from `pellucid.random.streams.stream_key`.
        clock: training step and place of the first sample in the epoch.

    >>> import numpy as np, pellucid as pl
    >>> pl.ops.stochastic_pool(np.array([0.0, 2.0, 0.0, 2.0]).reshape(1, 2, 2, 1), 2).item()
    2.0
    """
    (x,) = floating(inputs)
    return StochasticPooling(*pooling_settings("stochastic_pool", x, pool_size, strides, padding), key=key)(x, as_tensor(clock))


def weighted_pool(inputs: Any, pool_size: int | Pair, strides: int | Pair | None = None, padding: Any = "valid") -> Tensor:
    """The mean of each window, each number weighted by itself; see `WeightedPooling`.

    >>> import numpy as np, pellucid as pl
    >>> pl.ops.weighted_pool(np.array([1.0, 3.0, 0.0, 0.0]).reshape(1, 2, 2, 1), 2).item()  # (1 + 9) / 4
    2.5
    """
    (x,) = floating(inputs)
    return WeightedPooling(*pooling_settings("weighted_pool", x, pool_size, strides, padding))(x)
