"""Backpropagation beside numerical differentiation: the same gradient, at another price."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Parameter, Tensor
from pellucid.numerics import numerical_gradient

Gradients = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True)
class GradientComparison:
    """What both ways gave, and how long they took.

    ``worst`` is the largest difference, relative to the largest entry of the gradient, over all parameters; ``place`` says
    where it is.
    """

    worst: float
    backpropagation_seconds: float
    numerical_seconds: float
    place: str = ""

    @property
    def speed_ratio(self) -> float:
        return self.numerical_seconds / self.backpropagation_seconds

    def __str__(self) -> str:
        where = f", in {self.place}" if self.place else ""
        return (
            f"Backpropagation took {self.backpropagation_seconds * 1e3:.3g} ms, the numerical gradient "
            f"{self.numerical_seconds * 1e3:.3g} ms: {self.speed_ratio:,.0f} times as long. Largest relative difference: "
            f"{self.worst:.1e}{where}."
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
    names = [f"{i}. {p.name}" for i, p in enumerate(parameters, 1)]  # layers of one model may call theirs alike

    def backpropagation() -> Gradients:
        for parameter in parameters:
            parameter.grad = None
        loss().backward()
        return {n: np.zeros(p.shape, p.dtype) if p.grad is None else p.grad for n, p in zip(names, parameters, strict=True)}

    def numerical() -> Gradients:
        return {n: numerical_gradient(lambda _: loss().item(), p.array, h) for n, p in zip(names, parameters, strict=True)}

    return compare_gradients_by(backpropagation, numerical)


def compare_gradients_by(backpropagation: Callable[[], Gradients], numerical: Callable[[], Gradients]) -> GradientComparison:
    """Run both functions, time them, and compare the gradients that they return under the same names.

    >>> exact, differences = {"W": np.array([1.0, 4.0])}, {"W": np.array([1.0, 3.0])}
    >>> result = compare_gradients_by(lambda: exact, lambda: differences)
    >>> result.worst, result.place
    (0.25, 'W[1]')
    """
    start = time.perf_counter()
    exact = backpropagation()
    middle = time.perf_counter()
    differences = numerical()
    end = time.perf_counter()

    scale = max((float(np.abs(g[np.isfinite(g)]).max(initial=0.0)) for g in exact.values()), default=0.0) or 1.0
    worst, place = 0.0, ""
    for name, gradient in exact.items():
        with np.errstate(all="ignore"):
            errors = np.nan_to_num(np.abs(gradient - differences[name]) / scale, nan=np.inf)
        if errors.size and errors.max() > worst:
            index = np.unravel_index(int(errors.argmax()), errors.shape)
            worst, place = float(errors[index]), f"{name}{[int(i) for i in index] or ''}"
    return GradientComparison(worst, middle - start, end - middle, place)
