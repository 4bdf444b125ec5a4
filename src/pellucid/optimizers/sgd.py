"""SGD: gradient descent, plain, with momentum, or Nesterov's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import flag, real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class SGD(Optimizer):
    r"""Gradient descent: each parameter goes down its gradient, or down a running sum of gradients.

        plain       p <- p - rate * g
        momentum    v <- momentum * v - rate * g        p <- p + v
        nesterov    v <- momentum * v - rate * g        p <- p + momentum * v - rate * g

    Named after the samples drawn at random: on batches it is stochastic, on all data plain gradient descent. The velocity
    holds the rate, as in Keras; PyTorch's does not (v <- momentum * v + g, p <- p - rate * v), which is the same path
    while the rate is constant and another where it changes.

    Args:
        learning_rate: step size, >= 0.
        momentum: share of the velocity that is kept, 0 <= momentum <= 1; 0 is plain descent.
        nesterov: look ahead along the velocity. Needs momentum > 0 to have an effect.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Polyak 1964 (momentum); Nesterov 1983, in the form of Bengio, Boulanger-Lewandowski and Pascanu 2013.

    >>> import numpy as np, pellucid as pl
    >>> ball, optimizer = {"x": np.array([1.0])}, pl.optimizers.SGD(learning_rate=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.update(ball, {"x": 2 * ball["x"]})  # down f(x) = x^2
    >>> ball["x"].round(3)  # v = -0.2, x = 0.8; then v = -0.1 - 0.16
    array([0.54])
    """

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.0, nesterov: bool = False, **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.momentum = real(type(self).__name__, "momentum", momentum, at_least=0, at_most=1)
        self.nesterov = flag(type(self).__name__, "nesterov", nesterov)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("velocity",) if self.momentum else ()

    @property
    def is_plain_descent(self) -> bool:
        return not self.momentum

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        if not self.momentum:
            return p - rate * g, {}
        v = self.momentum * state["velocity"] - rate * g
        step = self.momentum * v - rate * g if self.nesterov else v
        return p + step, {"velocity": v}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        if not all_float32(p, g, *state.values()):
            return None
        if not self.momentum:
            return [Call("optimizer.sgd", p.rows, p.row_size, updates(p), reads(g, Share.ROWS), reads(rate))]
        return [
            Call(
                "optimizer.momentum",
                p.rows,
                p.row_size,
                self.momentum,
                self.nesterov,
                updates(p),
                reads(g, Share.ROWS),
                updates(state["velocity"]),
                reads(rate),
            )
        ]


class Momentum(SGD):
    r"""Gradient descent with momentum, under the name that from-scratch courses give it: `SGD` with another default.

        v <- momentum * v - rate * g        p <- p + v

    Args:
        learning_rate, momentum, nesterov, settings: as of `SGD`.

    Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.

    >>> import numpy as np, pellucid as pl
    >>> ball, optimizer = {"x": np.array([1.0])}, pl.optimizers.Momentum(learning_rate=0.1)
    >>> for _ in range(2):
    ...     optimizer.update(ball, {"x": 2 * ball["x"]})
    >>> ball["x"].round(3)  # v = -0.2, x = 0.8; then v = -0.18 - 0.16
    array([0.46])
    """

    def __init__(self, learning_rate: Any = 0.01, momentum: float = 0.9, nesterov: bool = False, **settings: Any) -> None:
        super().__init__(learning_rate, momentum, nesterov, **settings)
