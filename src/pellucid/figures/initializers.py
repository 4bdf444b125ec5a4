"""initializers: histograms of activations, layer by layer, for several first weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import tensor
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.initializers import GlorotNormal, HeNormal, RandomNormal
from pellucid.random.streams import generator

SAMPLES, WIDTH, LAYERS, BINS = 1000, 100, 5, 30
_ROWS: tuple[tuple[str, str, Callable[[Any], Any], Any], ...] = (
    ("sigmoid", "$\\sigma = 1$", ops.sigmoid, RandomNormal(stddev=1.0)),
    ("sigmoid", "$\\sigma = 0.01$", ops.sigmoid, RandomNormal(stddev=0.01)),
    ("sigmoid", "Glorot", ops.sigmoid, GlorotNormal()),
    ("ReLU", "$\\sigma = 0.01$", ops.relu, RandomNormal(stddev=0.01)),
    ("ReLU", "Glorot", ops.relu, GlorotNormal()),
    ("ReLU", "He", ops.relu, HeNormal()),
)


@dataclass(frozen=True)
class Initializers:
    """What comes out of each layer. Shapes: activation, start (rows,); share of values in each bin (rows, layers, bins), between
    edges (bins + 1,); mean and deviation (rows, layers). Values beyond the last edge are counted in the last bin."""

    activation: tuple[str, ...]
    start: tuple[str, ...]
    share: Array
    edges: Array
    mean: Array
    deviation: Array


def compute(settings: Settings) -> Initializers:
    """A thousand samples of a hundred normal numbers through five layers of a hundred units."""
    edges = np.linspace(0, 1, BINS + 1)
    shares, means, deviations = [], [], []
    for _, _, function, initializer in _ROWS:
        random = generator(settings.seed, "figures", "initializers")  # the same samples and draws for all
        y = tensor(random.standard_normal((SAMPLES, WIDTH)))
        outputs = []
        for _ in range(LAYERS):
            y = function(y @ tensor(initializer((WIDTH, WIDTH), "float64", random)))
            outputs.append(y.numpy().ravel())
        shares.append([np.histogram(np.minimum(z, 1), edges)[0] / z.size for z in outputs])
        means.append([z.mean() for z in outputs])
        deviations.append([z.std() for z in outputs])
    activations, starts = tuple(row[0] for row in _ROWS), tuple(row[1] for row in _ROWS)
    return Initializers(activations, starts, np.array(shares), edges, np.array(means), np.array(deviations))


def draw(data: Initializers, sheet: Sheet) -> None:
    """A row for each way to begin, a column for each layer."""
    from matplotlib.ticker import PercentFormatter

    rows, layers = data.share.shape[:2]
    panels = np.reshape(np.array(sheet.panels(rows, layers, sharex=True, sharey="row"), object), (rows, layers))
    middles, width = (data.edges[1:] + data.edges[:-1]) / 2, data.edges[1] - data.edges[0]
    for row in range(rows):
        for layer in range(layers):
            axes = panels[row, layer]
            axes.bar(middles, data.share[row, layer], width=width * 0.92, color=sheet.color(data.activation[row] == "ReLU"))
            place = {"transform": axes.transAxes, "ha": "right", "va": "top", "fontsize": 8}
            axes.text(0.98, 0.95, sheet.say(_DEVIATION, value=data.deviation[row, layer]), **place, color=sheet.theme.ink)
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axes.tick_params(labelsize=8)
            axes.set(xlim=(0, 1))
            axes.set_xticks([0, 0.5, 1], labels=["0", "0.5", "1"])
            if row == 0:
                axes.set_title(sheet.say(_LAYER, layer=layer + 1))
        panels[row, 0].set_ylim(0, min(1.05, 1.25 * data.share[row].max()))
        panels[row, 0].set_ylabel(f"{data.activation[row]}\n{data.start[row]}", linespacing=1.3)
    panels[-1, layers // 2].set_xlabel(sheet.say(_VALUE))


_LAYER = Text("layer {layer}", "{layer}층")
_DEVIATION = Text("s = {value:.2g}", "s = {value:.2g}")
_VALUE = Text("activation (for ReLU all above 1 in the last bar)", "활성화 값 (ReLU는 1 넘는 값을 마지막 막대에)")

PICTURE = Picture(
    "initializers",
    Text("First weights, and what becomes of the signal", "초기 가중치에 따라 달라지는 신호"),
    Text(
        "Too wide, and sigmoids stand at 0 or 1, where their slope vanishes; too narrow, and all units say the same. "
        "Glorot's deviation "
        "suits the sigmoid, He's the ReLU, which halves the signal otherwise. s: standard deviation.",
        "너무 넓으면 시그모이드가 기울기 없는 0과 1에 몰리고, 너무 좁으면 모든 유닛이 같은 값을 낸다. 시그모이드에는 글로럿, "
        "ReLU에는 He의 표준편차가 알맞다. s는 활성화 값의 표준편차.",
    ),
    compute,
    draw,
    size=(10.6, 10.4),
)
