"""Uniform random numbers, some for each sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import Op, Spec, Tensor, as_tensor
from pellucid.errors import ArgumentError
from pellucid.kernels.call import Buffer, Call, all_float32, reads, writes
from pellucid.ops.dropout import check_clock, check_stream
from pellucid.ops.dtypes import floating
from pellucid.random.streams import key_words, uniform


@dataclass(frozen=True)
class UniformRows(Op):
    r"""Uniform random numbers, ``columns`` for each sample of x; a constant to the derivative.

        y = low + (high - low) u        u uniform on [0, 1)        where ``whole``, the whole number below that

    Shapes: x (batch, ...), clock (2,): the training step, and the place in the epoch of the batch's first sample
    -> (batch, columns). Of x nothing but the number of samples and the dtype counts. u is `random.streams.uniform`: it depends on
    key, step and the sample's place alone.
    """

    columns: int
    low: float
    high: float
    key: int
    whole: bool = False

    stops_gradient = True

    def __post_init__(self) -> None:
        check_stream(0.0, self.key)
        if self.columns < 1 or self.high < self.low:
            raise ArgumentError(
                f"columns must be at least 1 and high at least low. Received columns={self.columns}, low={self.low}, "
                f"high={self.high}."
            )

    def infer(self, x: Spec, clock: Spec) -> Spec:
        return check_clock(x, clock).with_shape((x.shape[0], self.columns))

    def forward(self, xp: Any, x: Any, clock: Any) -> Any:
        step, position = (int(n) for n in clock)
        u = uniform(self.key, step, position, x.shape[0], self.columns).astype(x.dtype)
        y = self.low + (self.high - self.low) * u
        return xp.floor(y) if self.whole else y

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        _, clock = inputs
        if not all_float32(y):
            return None
        sizes = (y.rows, self.columns, *key_words(self.key), float(self.low), float(self.high - self.low), self.whole)
        return [Call("noise.uniform_rows", *sizes, reads(clock), writes(y))]


def uniform_rows(
    x: Any, columns: int, low: float = 0.0, high: float = 1.0, key: int = 0, clock: Any = (0, 0), whole: bool = False
) -> Tensor:
    """Uniform random numbers, ``columns`` for each sample of ``x``; see `UniformRows`.

    Args:
        x: (batch, ...).
        columns: numbers a sample.
        low, high: between which they lie; high itself is not reached.
        key: names the stream of random numbers; from `pellucid.random.streams.stream_key`.
        clock: training step and place of the first sample in the epoch.
        whole: give whole numbers, each rounded down.

    >>> import pellucid as pl
    >>> die = pl.ops.uniform_rows([[0.0]] * 600, 1, 1, 7, key=1, whole=True).numpy()
    >>> sorted(set(die.ravel().tolist()))
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    return UniformRows(columns, float(low), float(high), key, whole)(*floating(x), as_tensor(clock))
