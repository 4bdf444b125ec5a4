"""Lamb: Adam whose step is as long as the layer's weights allow, for very large batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.arguments import real
from pellucid.kernels.call import Buffer, Call, Share, all_float32, reads, updates, writes
from pellucid.optimizers.optimizer import Array, Optimizer


class Lamb(Optimizer):
    r"""Layer-wise adaptive moments: Adam's direction, and a length in proportion to the parameter's own.

        m <- beta_1 m + (1 - beta_1) g        v <- beta_2 v + (1 - beta_2) g^2
        u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon)
        p <- p - rate * (|p| / |u|) * u,      norms over the whole parameter; 1 in their place where one is 0

    As in Keras, weight decay is not part of u, but taken off the weights by itself.

    Args:
        learning_rate: by how much of its length a parameter moves in a step, >= 0.
        beta_1, beta_2: share of m and of v that is kept, 0 <= beta < 1.
        epsilon: > 0.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: You et al., "Large batch optimization for deep learning: training BERT in 76 minutes", 2020, Algorithm 2.

    >>> import numpy as np, pellucid as pl
    >>> params = {"W": np.array([3.0, 4.0])}
    >>> pl.optimizers.Lamb(learning_rate=0.1).update(params, {"W": np.array([1e-3, 1e3])})
    >>> moved = np.array([3.0, 4.0]) - params["W"]
    >>> round(float(np.linalg.norm(moved)), 4)  # a tenth of the length, 5
    0.5
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
        self.beta_1 = real("Lamb", "beta_1", beta_1, at_least=0, below=1)
        self.beta_2 = real("Lamb", "beta_2", beta_2, at_least=0, below=1)
        self.epsilon = real("Lamb", "epsilon", epsilon, above=0)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("first_moment", "second_moment")

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        m = self.beta_1 * state["first_moment"] + (1 - self.beta_1) * g
        v = self.beta_2 * state["second_moment"] + (1 - self.beta_2) * g * g
        u = m / (1 - self.beta_1**t) / (xp.sqrt(v / (1 - self.beta_2**t)) + self.epsilon)
        length, step = (float(xp.sqrt(xp.sum(xp.square(a, dtype="float64")))) for a in (p, u))
        trust = length / step if length > 0 and step > 0 else 1.0
        return p - rate * trust * u, {"first_moment": m, "second_moment": v}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        """Moments and sums of squares by rows; then, with the whole parameter's length known, the step: one barrier."""
        if not all_float32(p, g, *state.values()):
            return None
        lengths, steps = (Buffer((p.rows,), np.float64, f"{p.name} {what}") for what in ("lengths", "steps"))
        sizes = (p.rows, p.row_size, self.beta_1, self.beta_2, self.epsilon)
        moments = [state[slot] for slot in self.slots]
        before = (reads(p, Share.ROWS), reads(g, Share.ROWS), *map(updates, moments), writes(lengths), writes(steps))
        step = (updates(p), *(reads(m, Share.ROWS) for m in moments), reads(lengths), reads(steps), reads(rate))
        return [
            Call("optimizer.lamb_moments", *sizes, *before, reads(clock)),
            Call("optimizer.lamb", *sizes, *step, reads(clock)),
        ]
