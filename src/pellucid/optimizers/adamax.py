"""Adamax: Adam with the greatest gradient of late in the place of the mean square."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Adamax(Optimizer):
    r"""Adam in the infinity norm: no step is longer than the rate.

        m <- beta_1 m + (1 - beta_1) g        u <- max(beta_2 u, |g|)
        p <- p - rate / (1 - beta_1^t) * m / (u + epsilon)

    The paper has no epsilon; PyTorch has it within the maximum, u <- max(beta_2 u, |g| + epsilon); Keras as here.

    Args:
        learning_rate: >= 0. The paper and PyTorch have 0.002.
        beta_1, beta_2: share of m and of u that is kept, 0 <= beta < 1.
        epsilon: > 0.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Kingma and Ba, "Adam: A method for stochastic optimization", 2015, section 7.1.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0])}, pl.optimizers.Adamax(learning_rate=0.1)
    >>> optimizer.update(params, {"W": np.array([5.0])})
    >>> params["W"].round(4)
    array([0.9])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        **settings: Any,
    ) -> None:
        super().__init__(learning_rate, **settings)
        self.beta_1 = real("Adamax", "beta_1", beta_1, at_least=0, below=1)
        self.beta_2 = real("Adamax", "beta_2", beta_2, at_least=0, below=1)
        self.epsilon = real("Adamax", "epsilon", epsilon, above=0)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("first_moment", "greatest_gradient")

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        m = self.beta_1 * state["first_moment"] + (1 - self.beta_1) * g
        u = xp.maximum(self.beta_2 * state["greatest_gradient"], xp.abs(g))
        return p - rate / (1 - self.beta_1**t) * m / (u + self.epsilon), {"first_moment": m, "greatest_gradient": u}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        m, u = state["first_moment"], state["greatest_gradient"]
        if not all_float32(p, g, m, u):
            return None
        places = (updates(p), reads(g, Share.ROWS), updates(m), updates(u), reads(rate), reads(clock))
        return [Call("optimizer.adamax", p.rows, p.row_size, self.beta_1, self.beta_2, self.epsilon, *places)]
