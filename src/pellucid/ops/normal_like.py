"""Normal random numbers, of the shape of another array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.kernels.call import Buffer, Call, all_float32, reads, writes
from pellucid.ops.dropout import check_clock, check_stream
from pellucid.ops.dtypes import floating
from pellucid.random.streams import key_words, normal


@dataclass(frozen=True)
class NormalLike(Op):
    r"""Normal random numbers of x's shape; a constant to the derivative.

        y = mean + stddev n        n normal with mean 0 and variance 1

    Shapes: x (batch, ...), clock (2,): the training step, and the place in the epoch of the batch's first sample -> x's.
    n is `random.streams.normal`: it depends on key, step and the sample's place alone.
    """

    mean: float
    stddev: float
    key: int

    stops_gradient = True

    def __post_init__(self) -> None:
        check_stream(0.0, self.key)

    def infer(self, x: Spec, clock: Spec) -> Spec:
        return check_clock(x, clock)

    def forward(self, xp: Any, x: Any, clock: Any) -> Any:
        step, position = (int(n) for n in clock)
        n = normal(self.key, step, position, x.shape[0], prod(x.shape[1:])).reshape(x.shape)
        return (self.mean + self.stddev * n).astype(x.dtype)

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        _, clock = inputs
        if not all_float32(y):
            return None
        sizes = (y.rows, y.row_size, *key_words(self.key), float(self.mean), float(self.stddev))
        return [Call("noise.normal", *sizes, reads(clock), writes(y))]


def normal_like(x: Any, mean: float = 0.0, stddev: float = 1.0, key: int = 0, clock: Any = (0, 0)) -> Tensor:
    """Normal random numbers of the shape and dtype of ``x``; see `NormalLike`.

    Args:
        x: (batch, ...).
        mean, stddev: of the numbers.
        key: names the stream of random numbers; from `pellucid.random.streams.stream_key`.
        clock: training step and place of the first sample in the epoch.

    >>> import pellucid as pl
    >>> n = pl.ops.normal_like(pl.ops.zeros_like([[0.0] * 1000]), mean=5.0, stddev=0.1)
    >>> bool(abs(n.numpy().mean() - 5) < 0.02)
    True
    """
    return NormalLike(float(mean), float(stddev), key)(*floating(x), as_tensor(clock))
