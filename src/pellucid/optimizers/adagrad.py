"""Adagrad: steps shrink with the sum of all squared gradients so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import flag, real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Adagrad(Optimizer):
    r"""Adaptive gradients: each number's steps are divided by the length of all its gradients so far.

        h <- h + g^2        p <- p - rate * g / sqrt(h + epsilon)

    Numbers that seldom have a gradient keep long steps. As h only grows, all steps end near 0. Keras' form and start are the
    defaults; from-scratch books begin at 0 and put epsilon outside, ``initial_accumulator_value=0, epsilon_outside=True``:

        p <- p - rate * g / (sqrt(h) + epsilon)

    and so does PyTorch, with an epsilon of 1e-10. The two differ where h is about as small as epsilon.

    Args:
        learning_rate: >= 0.
        initial_accumulator_value: what h begins with, >= 0. From 0 the first step is as long as the rate.
        epsilon: > 0.
        epsilon_outside: where epsilon stands.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011.

    >>> import numpy as np, pellucid as pl
    >>> params = {"W": np.array([1.0])}
    >>> optimizer = pl.optimizers.Adagrad(0.1, initial_accumulator_value=0, epsilon_outside=True)
    >>> for g in (3.0, 4.0):
    ...     optimizer.update(params, {"W": np.array([g])})
    >>> params["W"].round(4)  # 1 - 0.1 * 3 / 3 - 0.1 * 4 / 5
    array([0.82])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        *,
        epsilon_outside: bool = False,
        **settings: Any,
    ) -> None:
        super().__init__(learning_rate, **settings)
        self.initial_accumulator_value = real("Adagrad", "initial_accumulator_value", initial_accumulator_value, at_least=0)
        self.epsilon = real("Adagrad", "epsilon", epsilon, above=0)
        self.epsilon_outside = flag("Adagrad", "epsilon_outside", epsilon_outside)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("accumulator",)

    def first_value(self, slot: str, p: Array) -> Array | float:
        return self.initial_accumulator_value if slot == "accumulator" else super().first_value(slot, p)

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        h = state["accumulator"] + g * g
        length = xp.sqrt(h) + self.epsilon if self.epsilon_outside else xp.sqrt(h + self.epsilon)
        return p - rate * g / length, {"accumulator": h}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        h = state["accumulator"]
        if not all_float32(p, g, h):
            return None
        places = (updates(p), reads(g, Share.ROWS), updates(h), reads(rate))
        return [Call("optimizer.adagrad", p.rows, p.row_size, self.epsilon, self.epsilon_outside, *places)]
