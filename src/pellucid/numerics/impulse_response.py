"""The impulse response: all that there is to know of a linear time-invariant system."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.errors import ArgumentError, ShapeError
from pellucid.numerics.convolution import convolve

Array = npt.NDArray[Any]
System = Callable[[Array], npt.ArrayLike]


@dataclass(frozen=True)
class ImpulseResponse:
    """What a system answers to a single 1 among zeros, before and after it.

    Args:
        values: h[-m], ..., h[m].
        origin: m, where h[0] stands among the values: at the time of the 1.
    """

    values: Array
    origin: int

    @property
    def after(self) -> Array:
        """h[0], h[1], ...: from the time of the 1 on."""
        return self.values[self.origin :]

    @property
    def is_causal(self) -> bool:
        """Whether nothing is answered before it is asked."""
        return not self.values[: self.origin].any()

    def answer(self, x: npt.ArrayLike) -> Array:
        """The system's answer to a signal: its convolution with h, as long as the signal.

        Raises:
            ShapeError: the signal is longer than those that h was found with, or has other axes than one.
        """
        signal = np.asarray(x, np.float64)
        if signal.ndim != 1 or len(signal) > self.origin + 1:
            raise ShapeError(
                f"answer: x must be at most {self.origin + 1} numbers, as long as the signals that h was found with. "
                f"Received shape {signal.shape}."
            )
        return convolve(signal, self.values)[self.origin : self.origin + len(signal)]


def impulse_response(system: System, length: int = 32, tolerance: float = 1e-6) -> ImpulseResponse:
    r"""Find the impulse response of a system, and make sure that it tells all.

        x = sum over k of  x[k] delta[n - k]   so   S(x) = sum over k of  x[k] S(delta[n - k]) = sum over k of  x[k] h[n - k]

    where the second step needs a linear system, S(a x + b z) = a S(x) + b S(z), and the third a time-invariant one, whose answer
    to a delayed signal is its answer delayed. Both are tried out.

    Args:
        system: a function from a signal (length,) to one as long; what is before and after the signal counts as 0.
        length: of the signals that it is tried with.
        tolerance: of the largest answer, by which answers may differ.

    Raises:
        ArgumentError: the system is no function, not linear or not time-invariant; the message shows where.
        ShapeError: an answer is not as long as the signal.

    >>> def smoothed(x):  # half of the present, a quarter of each neighbour
    ...     return 0.5 * x + 0.25 * np.append(x[1:], 0) + 0.25 * np.append(0, x[:-1])
    >>> impulse_response(smoothed, 4).values
    array([0.  , 0.  , 0.25, 0.5 , 0.25, 0.  , 0.  ])
    >>> impulse_response(lambda x: x**2)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    pellucid.errors.ArgumentError: impulse_response: the system is not linear: to a signal times 2 it must answer twice ...
    """
    n = integer("impulse_response", "length", length, at_least=2)
    if not callable(system):
        raise ArgumentError(f"impulse_response: system must be a function from a signal to one as long. Received {system!r}.")

    def answer(x: Array) -> Array:
        y = np.asarray(system(x.copy()), np.float64)
        if y.shape != x.shape:
            raise ShapeError(f"impulse_response: the system must answer {n} numbers with as many. Received shape {y.shape}.")
        return y

    impulses = np.eye(n)
    at_the_end, at_the_start = answer(impulses[-1]), answer(impulses[0])
    h = np.concatenate([at_the_end[:-1], at_the_start])
    _require_linear(answer, n, tolerance)
    _require_time_invariant(answer, h, n, tolerance)
    return ImpulseResponse(h, n - 1)


def _require_linear(answer: Callable[[Array], Array], n: int, tolerance: float) -> None:
    random = np.random.default_rng(0)
    x, z = random.normal(size=(2, n))
    rules = [
        ("to silence it must answer with silence", np.zeros(n), np.zeros(n)),
        ("to a signal times 2 it must answer twice as much", 2 * x, 2 * answer(x)),
        ("to a signal times -1 it must answer the same times -1", -x, -answer(x)),
        ("to the sum of two signals it must answer the sum of its answers", x + z, answer(x) + answer(z)),
    ]
    for rule, signal, expected in rules:
        _require("not linear", rule, answer(signal), expected, tolerance)


def _require_time_invariant(answer: Callable[[Array], Array], h: Array, n: int, tolerance: float) -> None:
    for delay in sorted({0, 1, n // 2, n - 1}):
        rule = f"to an impulse at {delay} it must answer as to one at 0 or {n - 1}, moved"
        _require("not time-invariant", rule, answer(np.eye(n)[delay]), h[n - 1 - delay : 2 * n - 1 - delay], tolerance)


def _require(what: str, rule: str, received: Array, expected: Array, tolerance: float) -> None:
    scale = max(float(np.abs(expected).max()), float(np.abs(received).max()), 1e-300)
    with np.errstate(invalid="ignore"):
        wrong = ~(np.abs(received - expected) <= tolerance * scale)
    if wrong.any():
        place = int(wrong.argmax())
        raise ArgumentError(
            f"impulse_response: the system is {what}: {rule}. At place {place} it must be {expected[place]:.6g}. Received "
            f"{received[place]:.6g}. No impulse response tells its answers."
        )
