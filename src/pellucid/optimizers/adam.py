"""Adam: steps of even size, from running means of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from pellucid.arguments import flag, real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Adam(Optimizer):
    r"""Adaptive moment estimation.

        m <- beta_1 m + (1 - beta_1) g            m^ = m / (1 - beta_1^t)
        v <- beta_2 v + (1 - beta_2) g^2          v^ = v / (1 - beta_2^t)

        p <- p - rate * m^ / (sqrt(v^) + epsilon)                                           (Algorithm 1)

    The hats undo that m and v begin at 0. With ``epsilon_hat=True`` it is the form of the paper's section 2, last paragraph,

        p <- p - rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)

    where epsilon stands beside v without its hat, so it weighs more in the first steps: Keras' and scikit-learn's form.
    PyTorch and Optax follow Algorithm 1, as this does by default. The two differ where gradients are about as small as epsilon.

    Args:
        learning_rate: about the size of a step in each number, >= 0.
        beta_1, beta_2: share of m and of v that is kept, 0 <= beta < 1.
        epsilon: > 0; bounds the step where gradients vanish. Keras' 1e-7; the paper and PyTorch have 1e-8.
        epsilon_hat: which of the two forms.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Kingma and Ba, "Adam: A method for stochastic optimization", 2015.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0, 1.0])}, pl.optimizers.Adam(learning_rate=0.1)
    >>> optimizer.update(params, {"W": np.array([1e3, -1e-3])})
    >>> params["W"].round(4)  # the first step is as long for a small gradient as for a large one
    array([0.9, 1.1])
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        epsilon_hat: bool = False,
        name: str | None = None,
    ) -> None:
        super().__init__(learning_rate, name)
        self.beta_1 = real("Adam", "beta_1", beta_1, at_least=0, below=1)
        self.beta_2 = real("Adam", "beta_2", beta_2, at_least=0, below=1)
        self.epsilon = real("Adam", "epsilon", epsilon, above=0)
        self.epsilon_hat = flag("Adam", "epsilon_hat", epsilon_hat)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("first_moment", "second_moment")

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        m = self.beta_1 * state["first_moment"] + (1 - self.beta_1) * g
        v = self.beta_2 * state["second_moment"] + (1 - self.beta_2) * g * g
        correction_1, correction_2 = 1 - self.beta_1**t, 1 - self.beta_2**t
        if self.epsilon_hat:
            step = rate * sqrt(correction_2) / correction_1 * m / (xp.sqrt(v) + self.epsilon)
        else:
            step = rate * (m / correction_1) / (xp.sqrt(v / correction_2) + self.epsilon)
        return p - step, {"first_moment": m, "second_moment": v}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        m, v = state["first_moment"], state["second_moment"]
        if not all_float32(p, g, m, v):
            return None
        return [
            Call(
                "optimizer.adam",
                p.rows,
                p.row_size,
                self.beta_1,
                self.beta_2,
                self.epsilon,
                self.epsilon_hat,
                updates(p),
                reads(g, Share.ROWS),
                updates(m),
                updates(v),
                reads(rate),
                reads(clock),
            )
        ]
