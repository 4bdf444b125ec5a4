"""Ftrl: follow the regularized leader, for sparse weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Ftrl(Optimizer):
    r"""The weights that would have been best for all gradients so far, under penalties that make small ones exactly 0.

        n' = n + g^2        s = (n'^-power - n^-power) / rate        z <- z + g - s p
        p <- 0 where |z| <= l1, else -(z - l1 sign(z)) / ((n'^-power + beta) / rate + 2 l2)

    For linear models on many rare features, such as which of millions of advertisements was shown. As in Keras, z begins at 0
    whatever the first weights are, so the first update forgets them: begin with zeros. A learning rate of 0 changes nothing.

    Args:
        learning_rate: alpha in the paper, >= 0.
        learning_rate_power: of n in the step, <= 0; -0.5 is the paper's.
        initial_accumulator_value: n at first, >= 0.
        l1_regularization_strength: l1, >= 0; a weight is 0 until its z is beyond.
        l2_regularization_strength: l2, >= 0; lambda_2 in the paper is twice that.
        l2_shrinkage_regularization_strength: >= 0; times 2 p, is added to the gradient in z alone.
        beta: >= 0; in the paper 1 where n begins at 0.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: McMahan et al., "Ad click prediction: a view from the trenches", 2013, Algorithm 1.

    >>> import numpy as np, pellucid as pl
    >>> params = {"W": np.zeros(2)}
    >>> pl.optimizers.Ftrl(learning_rate=0.1, l1_regularization_strength=1.0).update(params, {"W": np.array([0.5, 3.0])})
    >>> params["W"].round(4)  # what is said faintly stays 0
    array([ 0.    , -0.0663])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        **settings: Any,
    ) -> None:
        super().__init__(learning_rate, **settings)
        self.learning_rate_power = real("Ftrl", "learning_rate_power", learning_rate_power, at_most=0)
        self.initial_accumulator_value = real("Ftrl", "initial_accumulator_value", initial_accumulator_value, at_least=0)
        self.l1_regularization_strength = real("Ftrl", "l1_regularization_strength", l1_regularization_strength, at_least=0)
        self.l2_regularization_strength = real("Ftrl", "l2_regularization_strength", l2_regularization_strength, at_least=0)
        self.l2_shrinkage_regularization_strength = real(
            "Ftrl", "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, at_least=0
        )
        self.beta = real("Ftrl", "beta", beta, at_least=0)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("accumulator", "linear")

    def first_value(self, slot: str, p: Array) -> Array | float:
        return self.initial_accumulator_value if slot == "accumulator" else super().first_value(slot, p)

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        if rate == 0:
            return p.copy(), dict(state)
        before, n = state["accumulator"], state["accumulator"] + g * g
        root, root_before = (xp.power(value, -self.learning_rate_power) for value in (n, before))
        shrunk = g + 2 * self.l2_shrinkage_regularization_strength * p
        z = state["linear"] + shrunk - (root - root_before) / rate * p
        l1 = self.l1_regularization_strength
        curvature = (root + self.beta) / rate + 2 * self.l2_regularization_strength
        flat = curvature == 0  # no gradient yet, and none at first: nothing is known
        moved = (xp.clip(z, -l1, l1) - z) / xp.where(flat, xp.ones_like(curvature), curvature)
        return xp.where(flat, p, moved), {"accumulator": n, "linear": z}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        if not all_float32(p, g, *state.values()):
            return None
        constants = (
            -self.learning_rate_power,
            self.l1_regularization_strength,
            self.l2_regularization_strength,
            self.l2_shrinkage_regularization_strength,
            self.beta,
        )
        places = (updates(p), reads(g, Share.ROWS), *(updates(state[slot]) for slot in self.slots), reads(rate))
        return [Call("optimizer.ftrl", p.rows, p.row_size, *constants, *places)]
