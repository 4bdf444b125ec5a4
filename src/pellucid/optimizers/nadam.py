"""Nadam: Adam that looks ahead along its mean, as Nesterov's momentum does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp, expm1, log
from typing import TYPE_CHECKING, Any

from pellucid.arguments import real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer

_BASE = 0.96
_TERMS = 52  # 0.5^52 is a rounding


class Nadam(Optimizer):
    r"""Adam with Nesterov's momentum, and a momentum that grows from half of beta_1 to the whole.

        mu_t = beta_1 * (1 - 0.96^(t * momentum_decay) / 2)
        m <- beta_1 m + (1 - beta_1) g        v <- beta_2 v + (1 - beta_2) g^2
        m^ = mu_(t+1) m / (1 - mu_1 ... mu_(t+1)) + (1 - mu_t) g / (1 - mu_1 ... mu_t)
        p <- p - rate * m^ / (sqrt(v / (1 - beta_2^t)) + epsilon)

    Args:
        learning_rate: >= 0. PyTorch has 0.002.
        beta_1, beta_2: share of m and of v that is kept, 0 <= beta < 1.
        epsilon: > 0.
        momentum_decay: how fast the momentum grows, > 0: Keras' 1, so within about 100 steps; the paper and PyTorch have
            0.004, so within about 25,000.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Dozat, "Incorporating Nesterov momentum into Adam", 2016.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0])}, pl.optimizers.Nadam(learning_rate=0.1)
    >>> optimizer.update(params, {"W": np.array([5.0])})
    >>> bool(params["W"] < 0.9)  # further than Adam's first step
    True
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *,
        momentum_decay: float = 1.0,
        **settings: Any,
    ) -> None:
        super().__init__(learning_rate, **settings)
        self.beta_1 = real("Nadam", "beta_1", beta_1, at_least=0, below=1)
        self.beta_2 = real("Nadam", "beta_2", beta_2, at_least=0, below=1)
        self.epsilon = real("Nadam", "epsilon", epsilon, above=0)
        self.momentum_decay = real("Nadam", "momentum_decay", momentum_decay, above=0)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("first_moment", "second_moment")

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        m = self.beta_1 * state["first_moment"] + (1 - self.beta_1) * g
        v = self.beta_2 * state["second_moment"] + (1 - self.beta_2) * g * g
        now, ahead = self._momentum(t), self._momentum(t + 1)
        product = self._product(t)
        looking = ahead * m / (1 - product * ahead) + (1 - now) * g / (1 - product)
        step = rate * looking / (xp.sqrt(v / (1 - self.beta_2**t)) + self.epsilon)
        return p - step, {"first_moment": m, "second_moment": v}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        m, v = state["first_moment"], state["second_moment"]
        if not all_float32(p, g, m, v):
            return None
        constants = (self.beta_1, self.beta_2, self.epsilon, self.momentum_decay * log(_BASE))
        places = (updates(p), reads(g, Share.ROWS), updates(m), updates(v), reads(rate), reads(clock))
        return [Call("optimizer.nadam", p.rows, p.row_size, *constants, *places)]

    def _momentum(self, t: int) -> float:
        return self.beta_1 * (1 - 0.5 * exp(t * self.momentum_decay * log(_BASE)))

    def _product(self, t: int) -> float:
        """mu_1 ... mu_t for any t at once, so that nothing has to be kept from step to step.

        The logarithm of 1 - q^i / 2, as a series in 1/2, makes a geometric sum over i of each term:
        log prod (1 - q^i / 2) = - sum over k of 1/k 2^-k q^k (1 - q^(k t)) / (1 - q^k).
        """
        q = self.momentum_decay * log(_BASE)  # of q itself, the logarithm
        series = sum(0.5**k / k * exp(k * q) * expm1(k * q * t) / expm1(k * q) for k in range(1, _TERMS))
        return float(self.beta_1**t * exp(-series))
