"""Cosine schedules: down along half a wave, once or with warm restarts."""

from __future__ import annotations

import numpy as np

from pellucid.arguments import integer, real
from pellucid.optimizers.schedules.schedule import Array, Formula


def half_wave(fraction: Array) -> Array:
    """From 1 at 0 down to 0 at 1, flat at both ends."""
    return 0.5 * (1 + np.cos(np.pi * fraction))


class CosineDecay(Formula):
    """The rate falls along half a cosine wave to ``alpha`` times its height, after a straight rise where one is asked for.

        without warm-up:   initial * ((1 - alpha) * (1 + cos(pi * step / decay_steps)) / 2 + alpha)
        with warm-up:      initial + (target - initial) * step / warmup_steps    for step < warmup_steps,
                           then the first formula with target for initial, counted from there

    After the wave it stays at its end.

    Args:
        initial_learning_rate: at step 0, >= 0.
        decay_steps: length of the wave, > 0; the warm-up is not counted in.
        alpha: the last rate as a fraction of the highest, >= 0.
        warmup_target: rate at the end of the warm-up; None for no warm-up.
        warmup_steps: length of the rise.

    Source: Loshchilov and Hutter, "SGDR: Stochastic gradient descent with warm restarts", 2017; arguments as in Keras.

    >>> CosineDecay(0.1, decay_steps=100)(50)
    0.05
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = real("CosineDecay", "initial_learning_rate", initial_learning_rate, at_least=0)
        self.decay_steps = real("CosineDecay", "decay_steps", decay_steps, above=0)
        self.alpha = real("CosineDecay", "alpha", alpha, at_least=0)
        self.name = name
        self.warmup_target = None if warmup_target is None else real("CosineDecay", "warmup_target", warmup_target, at_least=0)
        self.warmup_steps = integer("CosineDecay", "warmup_steps", warmup_steps, at_least=0)

    def formula(self, step: Array) -> Array:
        first = self.initial_learning_rate
        if self.warmup_target is None:
            return self._wave(step, first)
        warmup = self.warmup_steps
        rise = first + (self.warmup_target - first) * step / max(warmup, 1)
        return np.where(step < warmup, rise, self._wave(np.maximum(step - warmup, 0), self.warmup_target))

    def _wave(self, step: Array, height: float) -> Array:
        fraction = np.minimum(step, self.decay_steps) / self.decay_steps
        return height * ((1 - self.alpha) * half_wave(fraction) + self.alpha)


class CosineDecayRestarts(Formula):
    """Half cosine waves, one after another, each ``t_mul`` times as long and ``m_mul`` times as high as the one before.

        initial * ((1 - alpha) * m_mul^i * (1 + cos(pi * done)) / 2 + alpha)

    with i the number of restarts so far and ``done`` the part of the present wave that is over.

    Args:
        initial_learning_rate: at step 0, >= 0.
        first_decay_steps: length of the first wave, > 0.
        t_mul: >= 1.
        m_mul: >= 0.
        alpha: the lowest rate as a fraction of the first, >= 0.

    Source: Loshchilov and Hutter 2017; arguments as in Keras.

    >>> schedule = CosineDecayRestarts(0.1, first_decay_steps=10)
    >>> schedule(5), schedule(10), round(schedule(20), 12)  # the second wave is of 20 steps
    (0.05, 0.1, 0.05)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = real("CosineDecayRestarts", "initial_learning_rate", initial_learning_rate, at_least=0)
        self.first_decay_steps = real("CosineDecayRestarts", "first_decay_steps", first_decay_steps, above=0)
        self.t_mul = real("CosineDecayRestarts", "t_mul", t_mul, at_least=1)
        self.m_mul = real("CosineDecayRestarts", "m_mul", m_mul, at_least=0)
        self.alpha = real("CosineDecayRestarts", "alpha", alpha, at_least=0)
        self.name = name

    def formula(self, step: Array) -> Array:
        done = step / self.first_decay_steps
        restarts = self._restarts(done)
        fraction = (done - self._start(restarts)) / self.t_mul**restarts
        return self.initial_learning_rate * ((1 - self.alpha) * self.m_mul**restarts * half_wave(fraction) + self.alpha)

    def _start(self, restarts: Array) -> Array:
        """Where wave number ``restarts`` begins, in lengths of the first: 1 + t_mul + t_mul^2 + ..."""
        if self.t_mul == 1:
            return restarts
        start: Array = (self.t_mul**restarts - 1) / (self.t_mul - 1)
        return start

    def _restarts(self, done: Array) -> Array:
        if self.t_mul == 1:
            return np.floor(done)
        guess = np.floor(np.log1p(done * (self.t_mul - 1)) / np.log(self.t_mul))
        guess = np.where(self._start(guess) > done, guess - 1, guess)  # a logarithm may err by a hair at a restart
        restarts: Array = np.where(self._start(guess + 1) <= done, guess + 1, guess)
        return restarts
