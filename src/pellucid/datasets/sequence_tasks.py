"""Sequences that are made up: tasks that need memory, formats of dates, sums, signals. The same seed makes the same data."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer

Array = npt.NDArray[Any]
Pairs = list[tuple[str, str]]

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def recall(count: int, delay: int = 50, symbols: int = 4, seed: int = 0) -> tuple[Array, Array]:
    """Which symbol was shown ``delay`` steps ago? In between there is noise; the last step says nothing but that it is asked.

    Whatever looks at the last step alone is right once in ``symbols`` times.

    Shapes: x (count, delay + 1, symbols + 2): the symbol one-hot, noise, the question; y (count,), the symbol's number.

    Args:
        count: sequences.
        delay: steps from the symbol to the question.
        symbols: how many there are.
        seed: of what is drawn.

    >>> x, y = recall(3, delay=5)
    >>> x.shape, bool((x[:, 0, :4].argmax(1) == y).all())
    ((3, 6, 6), True)
    """
    delay = integer("recall", "delay", delay, at_least=1)
    random = np.random.default_rng(seed)
    y = random.integers(symbols, size=count)
    x = np.zeros((count, delay + 1, symbols + 2), np.float32)
    x[np.arange(count), 0, y] = 1
    x[:, 1:-1, symbols] = random.uniform(-1, 1, (count, delay - 1))
    x[:, -1, symbols + 1] = 1
    return x, y


def dates(count: int, seed: int = 0) -> Pairs:
    """Dates from 1950 to 2049 as people write them, in one of six formats, and as ISO 8601 has them; each day once at most.

    >>> dates(3)
    [('Sep 20 1958', '1958-09-20'), ('Jun 20 1964', '1964-06-20'), ('1.4.2009', '2009-04-01')]
    """
    random = np.random.default_rng(seed)
    first = datetime.date(1950, 1, 1).toordinal()
    days = random.permutation(datetime.date(2050, 1, 1).toordinal() - first)[:count]
    pairs = []
    for day, form in zip(days, random.integers(6, size=len(days)), strict=True):
        date = datetime.date.fromordinal(first + int(day))
        month = _MONTHS[date.month - 1]  # not strftime, which speaks the user's language
        written = (
            f"{date.day} {month} {date.year}",
            f"{month} {date.day}, {date.year}",
            f"{_DAYS[date.weekday()][:3]} {date.day} {month[:3]} {date.year}",
            f"{date.day:02d}/{date.month:02d}/{date.year}",
            f"{date.day}.{date.month}.{date.year}",
            f"{month[:3]} {date.day} {date.year}",
        )[form]
        pairs.append((written, date.isoformat()))
    return pairs


def sums(count: int, digits: int = 3, seed: int = 0) -> Pairs:
    """Sums of two numbers of up to so many digits, the answer written backwards, units first, as one adds by hand.

    Pairs of summands differ, so that none is both learned and tested.

    >>> sums(2)
    [('850+623', '3741'), ('636+961', '7951')]
    """
    top = 10 ** integer("sums", "digits", digits, at_least=1)
    random = np.random.default_rng(seed)
    numbers = random.choice(top * top, size=min(count, top * top), replace=False, shuffle=True)
    return [(f"{n // top}+{n % top}", str(n // top + n % top)[::-1]) for n in map(int, numbers)]


def tones(count: int, length: int = 60, noise: float = 0.7, seed: int = 0) -> tuple[Array, Array]:
    """A signal that changes between three frequencies, in noise, and which one it has at each step.

    No single step tells the frequency: it lies in how the steps follow each other.

    Shapes: x (count, length, 1), y (count, length) of 0, 1, 2: periods of 20, 10 and 5 steps.

    >>> x, y = tones(2)
    >>> x.shape, y.shape
    ((2, 60, 1), (2, 60))
    """
    random = np.random.default_rng(seed)
    y = np.zeros((count, length), np.int64)
    for row in y:
        start = 0
        while start < length:
            row[start:] = random.integers(3)
            start += int(random.integers(15, 31))
    phase = 2 * np.pi * (random.uniform(size=(count, 1)) + np.cumsum(np.array([1 / 20, 1 / 10, 1 / 5])[y], axis=1))
    x = np.sin(phase) + random.normal(0, noise, y.shape)
    return x[:, :, None].astype(np.float32), y


def mackey_glass(length: int, delay: int = 17, seed: int = 0) -> Array:
    """A chaotic series, the usual trial of forecasts: it nearly repeats, and never does.

        dx/dt = 0.2 x(t - delay) / (1 + x(t - delay)^10) - 0.1 x(t)

    Shapes: (length,) float32, by fourth-order Runge-Kutta steps of 1 with the delayed value held, after 500 steps to settle.

    Source: Mackey and Glass, "Oscillation and chaos in physiological control systems", 1977.

    >>> series = mackey_glass(1000)
    >>> bool(0.2 < series.min() < 0.5), bool(1.2 < series.max() < 1.4)
    (True, True)
    """
    settle = 500
    x = np.empty(length + settle + delay + 1)
    x[: delay + 1] = 1.2 + 0.2 * (np.random.default_rng(seed).uniform(size=delay + 1) - 0.5)
    for t in range(delay, len(x) - 1):
        fed = 0.2 * x[t - delay] / (1 + x[t - delay] ** 10)

        def slope(value: float, fed: float = fed) -> float:
            return fed - 0.1 * value

        a = slope(x[t])
        b = slope(x[t] + a / 2)
        c = slope(x[t] + b / 2)
        d = slope(x[t] + c)
        x[t + 1] = x[t] + (a + 2 * b + 2 * c + d) / 6
    return x[-length:].astype(np.float32)
