"""pooling: the same map of edges pooled in four ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid import numerics, ops
from pellucid.figures.photograph import grey, photograph
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.pixels import show_shades
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

WINDOW = 6


@dataclass(frozen=True)
class Pooling:
    """A map of features and what poolings with windows of 6 x 6 make of it. Shapes: map (96, 96); the others (16, 16)."""

    map: Array
    greatest: Array
    mean: Array
    euclidean: Array
    drawn: Array


def compute(settings: Settings) -> Pooling:
    """Edges of a temple's roof, as a filter of a first layer might find them."""
    roof = numerics.edges(grey(photograph("china")))[30:126, 180:276]
    x = (roof / roof.max())[None, :, :, None]
    pooled = [
        ops.max_pool(x, WINDOW),
        ops.average_pool(x, WINDOW),
        ops.lp_pool(x, WINDOW),
        ops.stochastic_pool(x, WINDOW, key=settings.seed),
    ]
    return Pooling(x[0, :, :, 0], *(y.numpy()[0, :, :, 0] for y in pooled))


def draw(data: Pooling, sheet: Sheet) -> None:
    """The map, then each pooling in shades of its own range."""
    panels = sheet.panels(1, 5)
    titles = (_MAP, _GREATEST, _MEAN, _EUCLIDEAN, _DRAWN)
    for axes, values, title in zip(panels, (data.map, data.greatest, data.mean, data.euclidean, data.drawn), titles, strict=True):
        show_shades(axes, values, sheet)
        axes.set_title(sheet.say(title, side=len(values), most=float(np.max(values))), fontsize=10, linespacing=1.35)


_MAP = Text("edges, {side} × {side}\ngreatest {most:.2f}", "경계, {side} × {side}\n최댓값 {most:.2f}")
_GREATEST = Text("maximum\ngreatest {most:.2f}", "최대 풀링\n최댓값 {most:.2f}")
_MEAN = Text("average\ngreatest {most:.2f}", "평균 풀링\n최댓값 {most:.2f}")
_EUCLIDEAN = Text("L2: root of squares' sum\ngreatest {most:.2f}", "L2 풀링: 제곱합의 제곱근\n최댓값 {most:.2f}")
_DRAWN = Text("stochastic: drawn by size\ngreatest {most:.2f}", "확률적 풀링: 값에 비례한 추첨\n최댓값 {most:.2f}")

PICTURE = Picture(
    "pooling",
    Text("Four ways to pool", "풀링의 네 가지 방법"),
    Text(
        "Each window of 6 x 6 becomes one number. The maximum keeps the strongest stroke wherever it was; the mean "
        "dilutes thin ones; "
        "L2 looks to lie between; a draw by size is mostly a strong one, another each time.",
        "6×6 창 하나가 숫자 하나가 된다. 최대 풀링은 가장 강한 획을 위치와 상관없이 남기고, 평균 풀링은 가는 획을 "
        "흐린다. L2 풀링은 그 "
        "사이다. 값에 비례한 추첨은 대개 강한 값을 뽑되 뽑을 때마다 다르다.",
    ),
    compute,
    draw,
    size=(11.4, 3.4),
)
