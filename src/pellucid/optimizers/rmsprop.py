"""RMSprop: steps divided by a running mean of the gradient's size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import flag, real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class RMSprop(Optimizer):
    r"""Root mean square propagation: `Adagrad` with a memory that fades.

        v <- rho v + (1 - rho) g^2        step = rate * g / sqrt(v + epsilon)        p <- p - step

        centered    a <- rho a + (1 - rho) g, and v - a^2, the variance, in the place of v
        momentum    b <- momentum * b + step, and p <- p - b

    Keras' form. PyTorch and from-scratch books have sqrt(v) + epsilon (``epsilon_outside=True``); the two differ where
    gradients are about as small as epsilon or its root. The variance is held at 0 or above, where rounding alone could bring
    it below.

    Args:
        learning_rate: >= 0.
        rho: share of the mean that is kept, 0 <= rho < 1. Keras' 0.9; PyTorch and books have 0.99.
        momentum: share of the last step that is kept, 0 <= momentum <= 1.
        epsilon: > 0.
        centered: divide by the deviation of the gradients rather than by their size.
        epsilon_outside: where epsilon stands.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Tieleman and Hinton, "Neural networks for machine learning", lecture 6.5, 2012; centered: Graves 2013.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0])}, pl.optimizers.RMSprop(learning_rate=0.1, rho=0.75)
    >>> optimizer.update(params, {"W": np.array([4.0])})
    >>> params["W"].round(4)  # v = 0.25 * 16, so 1 - 0.1 * 4 / 2
    array([0.8])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        *,
        epsilon_outside: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(learning_rate, **settings)
        self.rho = real("RMSprop", "rho", rho, at_least=0, below=1)
        self.momentum = real("RMSprop", "momentum", momentum, at_least=0, at_most=1)
        self.epsilon = real("RMSprop", "epsilon", epsilon, above=0)
        self.centered = flag("RMSprop", "centered", centered)
        self.epsilon_outside = flag("RMSprop", "epsilon_outside", epsilon_outside)

    @property
    def slots(self) -> tuple[str, ...]:
        centered = ("mean_gradient",) if self.centered else ()
        return ("mean_square", *centered, *(("last_step",) if self.momentum else ()))

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        v = self.rho * state["mean_square"] + (1 - self.rho) * g * g
        after = {"mean_square": v}
        if self.centered:
            a = after["mean_gradient"] = self.rho * state["mean_gradient"] + (1 - self.rho) * g
            v = xp.maximum(v - a * a, 0.0)
        step = rate * g / (xp.sqrt(v) + self.epsilon if self.epsilon_outside else xp.sqrt(v + self.epsilon))
        if self.momentum:
            step = after["last_step"] = self.momentum * state["last_step"] + step
        return p - step, after

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        v = state["mean_square"]
        a, b = state.get("mean_gradient"), state.get("last_step")
        if not all_float32(p, g, v, a, b):
            return None
        constants = (self.rho, self.momentum, self.epsilon, self.epsilon_outside, self.centered)
        # Where there is no such array its address is given as 0, and never used.
        places = [updates(v), updates(a) if a is not None else 0, updates(b) if b is not None else 0]
        return [Call("optimizer.rmsprop", p.rows, p.row_size, *constants, updates(p), reads(g, Share.ROWS), *places, reads(rate))]
