"""Backpropagation beside numerical differentiation: the same gradient, at another price."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.autodiff import Parameter, Tensor
from pellucid.numerics.differentiation import numerical_gradient


@dataclass(frozen=True)
class GradientComparison:
    """What both ways gave, and how long they took.

    ``worst`` is the largest difference, relative to the largest entry of the gradient, over all parameters.
    """

    worst: float
    backpropagation_seconds: float
    numerical_seconds: float

    @property
    def speed_ratio(self) -> float:
        return self.numerical_seconds / self.backpropagation_seconds

    def __str__(self) -> str:
        return (
            f"Backpropagation took {self.backpropagation_seconds * 1e3:.3g} ms, the numerical gradient "
            f"{self.numerical_seconds * 1e3:.3g} ms: {self.speed_ratio:,.0f} times as long. Largest relative difference: "
            f"{self.worst:.1e}."
        )


def compare_gradients(loss: Callable[[], Tensor], parameters: Sequence[Parameter], h: float = 1e-6) -> GradientComparison:
    """Differentiate ``loss()`` by each parameter both ways.

    The numerical gradient evaluates the loss twice for every single number in every parameter; backpropagation goes through
    it once forward and once back.

    Args:
        loss: computes one number from the parameters' present values; float64 for a sharp comparison.
        parameters: what to differentiate by; left as they were.
        h: half the step of the central difference.
    """
    start = time.perf_counter()
    for parameter in parameters:
        parameter.grad = None
    loss().backward()
    backpropagation = time.perf_counter() - start

    start = time.perf_counter()
    numerical = [numerical_gradient(lambda _: loss().item(), p.array, h) for p in parameters]
    slow = time.perf_counter() - start

    exact = [np.zeros(p.shape, p.dtype) if p.grad is None else p.grad for p in parameters]
    scale = max(float(np.max(np.abs(g), initial=0.0)) for g in exact) or 1.0
    worst = max(float(np.max(np.abs(a - b), initial=0.0)) for a, b in zip(exact, numerical, strict=True)) / scale
    return GradientComparison(worst, backpropagation, slow)
