"""Lion: the sign of a mixed momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Lion(Optimizer):
    r"""Evolved sign momentum: every number moves by the rate exactly, up or down.

        p <- p - rate * sign(beta_1 m + (1 - beta_1) g)        m <- beta_2 m + (1 - beta_2) g

    It keeps one array where Adam keeps two. As each step is of full length, it wants a learning rate three to ten times
    smaller than Adam's and a weight decay as much larger.

    Args:
        learning_rate: the length of each step in each number, >= 0. Keras' 0.001; the paper has 1e-4.
        beta_1: share of m in the sign, 0 <= beta_1 <= 1.
        beta_2: share of m that is kept, 0 <= beta_2 <= 1.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Chen et al., "Symbolic discovery of optimization algorithms", 2023.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0, 1.0])}, pl.optimizers.Lion(learning_rate=0.1)
    >>> optimizer.update(params, {"W": np.array([1e3, -1e-3])})
    >>> params["W"]
    array([0.9, 1.1])
    """

    def __init__(self, learning_rate: Any = 0.001, beta_1: float = 0.9, beta_2: float = 0.99, **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.beta_1 = real("Lion", "beta_1", beta_1, at_least=0, at_most=1)
        self.beta_2 = real("Lion", "beta_2", beta_2, at_least=0, at_most=1)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("momentum",)

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        m = state["momentum"]
        direction = xp.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        return p - rate * direction, {"momentum": self.beta_2 * m + (1 - self.beta_2) * g}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        m = state["momentum"]
        if not all_float32(p, g, m):
            return None
        places = (updates(p), reads(g, Share.ROWS), updates(m), reads(rate))
        return [Call("optimizer.lion", p.rows, p.row_size, self.beta_1, self.beta_2, *places)]
