"""filters: the kernels of a first convolution before and after training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.figures import small_network
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.pixels import show_signed, show_tiles
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

_MOST = 32  # filters beyond which they would be too small to see


@dataclass(frozen=True)
class Filters:
    """Kernels of the same filters, one channel of each. Shapes: before, after (filters, height, width)."""

    before: Array
    after: Array


def filters_of(before: Array, after: Array) -> Filters:
    """The data of the figure for kernels as `lens.filters` gives them, (height, width, inputs, outputs), of a model's first
    convolution: the mean of each filter over its inputs, and of many filters the first 32."""
    first, last = (np.moveaxis(np.asarray(kernel).mean(axis=2), -1, 0)[:_MOST] for kernel in (before, after))
    return Filters(first, last)


def compute(settings: Settings) -> Filters:
    """A small network on handwritten digits."""
    network = small_network.trained(settings)
    return filters_of(network.before, network.after)


def draw(data: Filters, sheet: Sheet) -> None:
    """Filters at the same places in both halves; of each half the largest weight has the full colour."""
    columns = 4 if len(data.before) <= 16 else 8
    panels = sheet.panels(1, 2, gridspec_kw={"wspace": 0.12})
    for axes, kernels, title in zip(panels, (data.before, data.after), (_BEFORE, _AFTER), strict=True):
        show_tiles(axes, kernels, columns, sheet, show_signed)
        axes.set_title(sheet.say(title))


_BEFORE = Text("before training: random", "훈련 전: 무작위")
_AFTER = Text("after training", "훈련 후")

PICTURE = Picture(
    "filters",
    Text("What the filters of a first convolution become", "첫 합성곱층의 필터가 배우는 것"),
    Text(
        "Each square is one filter of a small network on handwritten digits; blue weights are positive, orange ones "
        "negative. From "
        "noise come strokes and edges of several directions, which nobody has written down.",
        "네모 하나가 손글씨 숫자를 배운 작은 신경망의 필터 하나다. 파랑은 양수, 주황은 음수 가중치. 무작위 값에서 여러 방향의 "
        "획과 경계가 생겨난다. 아무도 적어 주지 않은 것이다.",
    ),
    compute,
    draw,
    size=(9.0, 5.2),
)
