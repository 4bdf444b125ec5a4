"""The update equations as published, one number at a time: what the optimizers are held against."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Momentum,
    Nadam,
    Optimizer,
    RMSprop,
)

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


def amsgrad(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Reddi et al. 2018, Algorithm 2, with Adam's hats on the moments: the greatest v so far in the denominator."""
    greatest = 0.0
    for t in range(1, len(gradients) + 1):
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        v = sum(0.999 ** (t - i) * 0.001 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        greatest = max(greatest, v)
        p = p - rate * (m / (1 - 0.9**t)) / (math.sqrt(greatest / (1 - 0.999**t)) + 1e-7)
        yield p


def adamw(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Loshchilov and Hutter 2019, Algorithm 2, the decay times the rate (Keras, PyTorch): 0.1 of the weight."""
    for t in range(1, len(gradients) + 1):
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        v = sum(0.999 ** (t - i) * 0.001 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        p = p - rate * ((m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-7) + 0.1 * p)
        yield p


def adamax(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Kingma and Ba 2015, Algorithm 2, u written out as the greatest of all faded gradients; Keras' epsilon beside it."""
    for t in range(1, len(gradients) + 1):
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        u = max(0.999 ** (t - i) * abs(gradients[i - 1]) for i in range(1, t + 1))
        p = p - rate / (1 - 0.9**t) * m / (u + 1e-7)
        yield p


def nadam(p: float, gradients: Sequence[float], rate: float, decay: float = 1.0) -> Path:
    """Dozat 2016, Algorithm 2, with mu_t = 0.9 (1 - 0.5 * 0.96^(t * decay)); products of mu written out."""

    def mu(t: int) -> float:
        return 0.9 * (1 - 0.5 * 0.96 ** (t * decay))

    for t in range(1, len(gradients) + 1):
        g = gradients[t - 1]
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        v = sum(0.999 ** (t - i) * 0.001 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        up_to_now = math.prod(mu(i) for i in range(1, t + 1))
        up_to_next = up_to_now * mu(t + 1)
        looking = mu(t + 1) * m / (1 - up_to_next) + (1 - mu(t)) * g / (1 - up_to_now)
        p = p - rate * looking / (math.sqrt(v / (1 - 0.999**t)) + 1e-7)
        yield p


def nadam_as_in_the_paper(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Dozat's 0.96^(t / 250)."""
    return nadam(p, gradients, rate, decay=0.004)


def adagrad(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Duchi et al. 2011, equation 1 on the diagonal, h = 0.1 at first and epsilon within the root (Keras)."""
    for t in range(1, len(gradients) + 1):
        p = p - rate * gradients[t - 1] / math.sqrt(0.1 + sum(g**2 for g in gradients[:t]) + 1e-7)
        yield p


def adagrad_of_books(p: float, gradients: Sequence[float], rate: float) -> Path:
    """h = 0 at first, and 1e-7 beside the root."""
    for t in range(1, len(gradients) + 1):
        p = p - rate * gradients[t - 1] / (math.sqrt(sum(g**2 for g in gradients[:t])) + 1e-7)
        yield p


def rmsprop(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Tieleman and Hinton 2012, slide 29, with 0.9, and epsilon within the root (Keras)."""
    for t in range(1, len(gradients) + 1):
        v = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        p = p - rate * gradients[t - 1] / math.sqrt(v + 1e-7)
        yield p


def rmsprop_of_books(p: float, gradients: Sequence[float], rate: float) -> Path:
    """0.99, and 1e-7 beside the root."""
    for t in range(1, len(gradients) + 1):
        v = sum(0.99 ** (t - i) * 0.01 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        p = p - rate * gradients[t - 1] / (math.sqrt(v) + 1e-7)
        yield p


def rmsprop_centered_with_momentum(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Graves 2013, equations 38 to 41, with 0.9 throughout; the variance written as a sum of squared distances."""
    step = 0.0
    for t in range(1, len(gradients) + 1):
        shares = [0.9 ** (t - i) * 0.1 for i in range(1, t + 1)]
        a = sum(s * g for s, g in zip(shares, gradients, strict=False))
        # sum s g^2 - a^2 = sum s (g - a)^2 + a^2 (1 - sum s), as sum s g = a
        variance = sum(s * (g - a) ** 2 for s, g in zip(shares, gradients, strict=False)) + a * a * (1 - sum(shares))
        step = 0.9 * step + rate * gradients[t - 1] / math.sqrt(variance + 1e-3)
        p = p - step
        yield p


def adadelta(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Zeiler 2012, Algorithm 1, with 0.95 and 1e-7; the running means written out."""
    steps: list[float] = []
    for t in range(1, len(gradients) + 1):
        v = sum(0.95 ** (t - i) * 0.05 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        s = sum(0.95 ** (t - 1 - i) * 0.05 * steps[i - 1] ** 2 for i in range(1, t))
        steps.append(math.sqrt(s + 1e-7) / math.sqrt(v + 1e-7) * gradients[t - 1])
        p = p - rate * steps[-1]
        yield p


def lion(p: float, gradients: Sequence[float], rate: float) -> Path:
    """Chen et al. 2023, Program 1: sign of 0.9 m + 0.1 g, then m of 0.99; m written out."""
    for t in range(1, len(gradients) + 1):
        m = sum(0.99 ** (t - 1 - i) * 0.01 * gradients[i - 1] for i in range(1, t))
        mixed = 0.9 * m + 0.1 * gradients[t - 1]
        p = p - rate * (math.copysign(1.0, mixed) if mixed else 0.0)
        yield p


def ftrl(p: float, gradients: Sequence[float], rate: float, l1: float = 0.0, l2: float = 0.0, beta: float = 0.0) -> Path:
    """McMahan et al. 2013, Algorithm 1, n = 0.1 at first and z = 0 (Keras), sums written out; at a rate of 0 nothing moves."""
    roots, weights = [math.sqrt(0.1)], [p]
    for t in range(1, len(gradients) + 1):
        if rate:
            roots.append(math.sqrt(0.1 + sum(g**2 for g in gradients[:t])))
            pulls = ((roots[i + 1] - roots[i]) / rate * weights[i] for i in range(t))
            z = math.fsum([*gradients[:t], *(-pull for pull in pulls)])
            p = 0.0 if abs(z) <= l1 else -(z - math.copysign(l1, z)) / ((beta + roots[t]) / rate + l2)
            weights.append(p)
        yield p


def ftrl_with_penalties(p: float, gradients: Sequence[float], rate: float) -> Path:
    """lambda_1 = 0.3, lambda_2 = 0.4, beta = 1."""
    return ftrl(p, gradients, rate, 0.3, 0.4, 1.0)


def lamb(p: float, gradients: Sequence[float], rate: float) -> Path:
    """You et al. 2020, Algorithm 2, of a single weight: the step is the weight's size times the rate, in Adam's direction."""
    for t in range(1, len(gradients) + 1):
        m = sum(0.9 ** (t - i) * 0.1 * gradients[i - 1] for i in range(1, t + 1))
        v = sum(0.999 ** (t - i) * 0.001 * gradients[i - 1] ** 2 for i in range(1, t + 1))
        r = (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-7)
        p = p - rate * (math.copysign(abs(p), r) if p and r else r)
        yield p


@dataclass(frozen=True)
class Published:
    """An optimizer's settings and the equation that it must follow.

    ``of_wholes``: whether numbers of one parameter depend on each other. ``twin``: whether there is a compiled kernel.
    """

    cls: type[Optimizer]
    equation: Callable[[float, Sequence[float], float], Path]
    settings: dict[str, Any] = field(default_factory=dict)
    of_wholes: bool = False
    twin: bool = True

    def make(self, learning_rate: float) -> Optimizer:
        return self.cls(learning_rate=learning_rate, **self.settings)

    def __str__(self) -> str:
        return self.equation.__name__


PUBLISHED = [
    Published(SGD, descent),
    Published(SGD, heavy_ball, {"momentum": 0.9}),
    Published(SGD, nesterov, {"momentum": 0.9, "nesterov": True}),
    Published(Momentum, heavy_ball),
    Published(Adagrad, adagrad),
    Published(Adagrad, adagrad_of_books, {"initial_accumulator_value": 0.0, "epsilon_outside": True}),
    Published(RMSprop, rmsprop),
    Published(RMSprop, rmsprop_of_books, {"rho": 0.99, "epsilon_outside": True}),
    Published(RMSprop, rmsprop_centered_with_momentum, {"centered": True, "momentum": 0.9, "epsilon": 1e-3}),
    Published(Adadelta, adadelta),
    Published(Adam, adam, {"epsilon_hat": False}),
    Published(Adam, adam_epsilon_hat),
    Published(Adam, amsgrad, {"amsgrad": True, "epsilon_hat": False}),
    Published(AdamW, adamw, {"weight_decay": 0.1, "epsilon_hat": False}),
    Published(Adamax, adamax),
    Published(Nadam, nadam),
    Published(Nadam, nadam_as_in_the_paper, {"momentum_decay": 0.004}),
    Published(Lion, lion),
    Published(Ftrl, ftrl, twin=False),
    Published(
        Ftrl,
        ftrl_with_penalties,
        {"l1_regularization_strength": 0.3, "l2_regularization_strength": 0.2, "beta": 1.0},
        twin=False,
    ),
    Published(Lamb, lamb, of_wholes=True, twin=False),
]
