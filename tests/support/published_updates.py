"""The update equations as published, one number at a time: what the optimizers are held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.optimizers import SGD, Adam, Optimizer

Path = Iterator[float]


def descent(p: float, gradients: Sequence[float], rate: float) -> Path:
    for g in gradients:
        p = p - rate * g
        yield p


def heavy_ball(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Polyak 1964 with momentum 0.9: the step is the last one shortened, less the gradient's."""
    before = p
    for g in gradients:
        p, before = p + 0.9 * (p - before) - rate * g, p
        yield p


def nesterov(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Bengio et al. 2013, equation 7 (momentum 0.9 throughout): v' = 0.9 v - rate g; p' = p + 0.9^2 v - 1.9 rate g."""
    v = 0.0
    for g in gradients:
        p = p + 0.9 * 0.9 * v - 1.9 * rate * g
        v = 0.9 * v - rate * g
        yield p


def adam(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Kingma and Ba 2015, Algorithm 1, with the running means written out as weighted sums of all gradients."""
    for t in range(1, len(gradients) + 1):
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        v = sum(0.999 ** (t - i) * 0.001 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        p = p - rate * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-7)
        yield p


def adam_epsilon_hat(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Kingma and Ba 2015, end of section 2: alpha_t = alpha sqrt(1 - b2^t) / (1 - b1^t); p' = p - alpha_t m / (sqrt v + eps)."""
    for t in range(1, len(gradients) + 1):
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        v = sum(0.999 ** (t - i) * 0.001 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        p = p - rate * math.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m / (math.sqrt(v) + 1e-7)
        yield p


@dataclass(frozen=True)
class Published:
    """An optimizer's settings and the equation that it must follow."""

    cls: type[Optimizer]
    equation: Callable[[float, Sequence[float], float], Path]
    settings: dict[str, Any] = field(default_factory=dict)

    def make(self, learning_rate: float) -> Optimizer:
        return self.cls(learning_rate=learning_rate, **self.settings)

    def __str__(self) -> str:
        return self.equation.__name__


PUBLISHED = [
    Published(SGD, descent),
    Published(SGD, heavy_ball, {"momentum": 0.9}),
    Published(SGD, nesterov, {"momentum": 0.9, "nesterov": True}),
    Published(Adam, adam),
    Published(Adam, adam_epsilon_hat, {"epsilon_hat": True}),
]
