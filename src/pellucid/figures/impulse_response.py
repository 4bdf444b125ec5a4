"""impulse-response: a signal as a sum of impulses, and a system's answer as the sum of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pellucid import numerics
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LENGTH = 16


@dataclass(frozen=True)
class ImpulseAnswer:
    """A system and a signal. Shapes: response (length,), h[0] first; signal (length,); parts (impulses, length), the answer to
    each impulse of the signal that is not 0, at ``places`` (impulses,); answer (length,), the system's own."""

    response: Array
    signal: Array
    places: Array
    parts: Array
    answer: Array


def system(x: Array) -> Array:
    """A leaky store: three quarters of what was there stay, a quarter of what comes is added."""
    y = np.zeros(len(x))
    level = 0.0
    for n, value in enumerate(x):
        level = 0.75 * level + 0.25 * value
        y[n] = level
    return y


def compute(settings: Settings) -> ImpulseAnswer:
    """Three impulses into a leaky store."""
    found = numerics.impulse_response(system, LENGTH)
    signal = np.zeros(LENGTH)
    signal[[1, 4, 6]] = 2.0, 1.0, -1.5
    places = np.flatnonzero(signal)
    parts = np.array([signal[k] * np.append(np.zeros(k), found.after[: LENGTH - k]) for k in places])
    return ImpulseAnswer(found.after, signal, places, parts, system(signal))


def draw(data: ImpulseAnswer, sheet: Sheet) -> None:
    """An impulse and its answer; a signal, the answers to its parts, and their sum."""
    panels = sheet.panels(2, 2, sharex=True)
    n = np.arange(LENGTH)
    _stems(panels[0], n[:1], np.ones(1), sheet.theme.muted, "s", sheet.say(_IMPULSE))
    _stems(panels[0], n + 0.25, data.response, sheet.color(0), "o", sheet.say(_RESPONSE))
    panels[0].set_title(sheet.say(_ONE))
    for i, (place, part) in enumerate(zip(data.places, data.parts, strict=True)):
        _stems(panels[1], n[[place]], data.signal[[place]], sheet.color(i), "os^"[i], f"$x[{place}] = {data.signal[place]:g}$")
        _stems(panels[2], n + 0.22 * (i - 1), part, sheet.color(i), "os^"[i], f"${data.signal[place]:g}\\,h[n-{place}]$", place)
    panels[1].set_title(sheet.say(_SIGNAL))
    panels[2].set_title(sheet.say(_PARTS))
    _stems(panels[3], n, data.answer, sheet.theme.ink, "o", "")
    total = data.parts.sum(axis=0)
    panels[3].plot(n, total, "x", color=sheet.color(1), markersize=8, label=sheet.say(_SUM), zorder=3)
    panels[3].set_title(sheet.say(_ANSWER))
    for axes in panels:
        axes.axhline(0, color=sheet.theme.muted, linewidth=0.8)
        axes.set(xlim=(-0.7, LENGTH - 0.3), xticks=range(0, LENGTH, 5))
        axes.legend(loc="upper right")
    for axes in panels[2:]:
        axes.set_xlabel("$n$")


def _stems(axes: Axes, n: Array, values: Array, color: str, marker: str, label: str, start: int = 0) -> None:
    kept = np.arange(len(n)) >= start
    axes.vlines(n[kept], 0, values[kept], color=color, linewidth=1.6)
    axes.plot(n[kept], values[kept], marker, color=color, label=label or None, markersize=5)


_IMPULSE = Text("impulse", "임펄스")
_RESPONSE = Text("answer $h[n]$", "응답 $h[n]$")
_ONE = Text("one impulse, and the system's answer", "임펄스 하나와 시스템의 응답")
_SIGNAL = Text("a signal is a sum of impulses", "신호는 임펄스의 합이다")
_PARTS = Text("the answer to each of them", "임펄스마다의 응답")
_SUM = Text("sum of the parts: $\\sum_k x[k]\\,h[n-k]$", "응답의 합: $\\sum_k x[k]\\,h[n-k]$")
_ANSWER = Text("the system's answer to the signal", "신호에 대한 시스템의 응답")

PICTURE = Picture(
    "impulse-response",
    Text("The impulse response tells everything", "임펄스 응답이면 충분하다"),
    Text(
        "A linear system answers a sum with the sum of its answers; a time-invariant one answers a later impulse later, "
        "and otherwise "
        "alike. So the answer to one impulse gives the answer to any signal: their convolution.",
        "선형 시스템은 합에 대해 응답의 합을 내고, 시불변 시스템은 늦게 온 임펄스에 그만큼 늦게 똑같이 응답한다. 그래서 임펄스 "
        "하나에 대한 응답만 알면 어떤 신호에 대한 응답도 안다. 둘의 합성곱이다.",
    ),
    compute,
    draw,
    size=(10.4, 6.0),
)
