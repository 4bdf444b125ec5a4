"""Nets of today's kinds, whose training steps are compared beside the plain ones: their parameters, by one name in all systems.

- residual: x + Dense(gelu(Dense(LayerNormalization(x)))) three times;
- table: columns of categories through embeddings, beside numbers, into two layers;
- normalized: layers of Dense, BatchNormalization, ReLU and Dropout; decoupled weight decay, clipping by global norm;
- simple-cnn and lenet5: convolutions of 5 x 5 with ReLU and pooling, then two dense layers;
- small-vgg and small-alexnet: convolutions that keep the size, with ReLU, and max pooling, then two dense layers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import large

Array = npt.NDArray[Any]

WIDTH, BLOCKS = 256, 3
COLUMNS, ENTRIES, EMBEDDED, NUMBERS = 6, 100, 16, 16
EPSILON, MOMENTUM = 1e-3, 0.99  # of normalization, and of moving averages
DROPPED, DECAY, GREATEST_NORM = 0.3, 0.004, 1.0
MOVING = ("moving_mean", "moving_variance")


@dataclass(frozen=True)
class Convolutional:
    """Square convolutions with ReLU, each with its filters and its pooling of 2 x 2; a dense layer with ReLU; the last."""

    border: int  # of zeros around the picture
    stages: tuple[tuple[int, str], ...]
    hidden: int
    side: int = 28
    channels: int = 1
    windows: tuple[int, ...] = (5,)  # of each convolution; of all, where it is one
    keeps_size: bool = False

    @property
    def flat(self) -> tuple[int, int]:
        """Side and channels of what the dense layer sees."""
        return (self.sides[-1][1] // (2 if self.stages[-1][1] else 1)), self.stages[-1][0]

    def window(self, stage: int) -> int:
        return self.windows[stage if len(self.windows) > 1 else 0]

    def padding(self, stage: int) -> int:
        """Places around what a convolution sees, the picture's border included."""
        return self.window(stage) // 2 if self.keeps_size else 0 if stage else self.border

    @property
    def sides(self) -> list[tuple[int, int]]:
        """Sides of what each convolution sees and of what it makes."""
        side, result = self.side, []
        for stage, (_, pooling) in enumerate(self.stages):
            made = side + 2 * self.padding(stage) - self.window(stage) + 1
            result.append((side, made))
            side = made // 2 if pooling else made
        return result


def _blocks(*widths: int) -> tuple[tuple[int, str], ...]:
    """Two convolutions of each width, then pooling."""
    return tuple(stage for width in widths for stage in ((width, ""), (width, "max")))


IMAGES = {
    "simple-cnn": Convolutional(0, ((30, "max"),), 100),
    "lenet5": Convolutional(2, ((6, "mean"), (16, "mean"), (120, "")), 84),
    "small-vgg": Convolutional(0, _blocks(64, 128, 256, 512), 256, side=32, channels=3, windows=(3,), keeps_size=True),
    "small-alexnet": Convolutional(
        0,
        ((64, "max"), (192, "max"), (384, ""), (256, ""), (256, "max")),
        512,
        side=32,
        channels=3,
        windows=(5, 5, 3, 3, 3),
        keeps_size=True,
    ),
}


@dataclass(frozen=True)
class _Made:
    """Initial values by name, drawn one after the other."""

    rng: np.random.Generator
    values: dict[str, Array]

    def dense(self, name: str, fan_in: int, fan_out: int, *, bias: bool = True) -> None:
        self.values[f"{name}/kernel"] = self.rng.normal(0.0, np.sqrt(1 / fan_in), (fan_in, fan_out)).astype(np.float32)
        if bias:
            self.values[f"{name}/bias"] = np.zeros(fan_out, np.float32)

    def convolution(self, name: str, window: int, channels: int, filters: int) -> None:
        shape = (window, window, channels, filters)
        self.values[f"{name}/kernel"] = self.rng.normal(0.0, np.sqrt(2 / (window**2 * channels)), shape).astype(np.float32)
        self.values[f"{name}/bias"] = np.zeros(filters, np.float32)

    def normalization(self, name: str, features: int, *moving: str) -> None:
        for weight in ("gamma", "beta", *moving):
            value = 1.0 if weight in ("gamma", "moving_variance") else 0.0
            self.values[f"{name}/{weight}"] = np.full(features, value, np.float32)


def initial_values(net: str, inputs: int, classes: int, rng: np.random.Generator) -> dict[str, Array]:
    """Every parameter, "layer/weight", and what moves along without being trained."""
    if net in large.LARGE:
        return large.initial_values(net, inputs, classes, rng)
    made = _Made(rng, {})
    if net == "residual":
        made.dense("entry", inputs, WIDTH)
        for block in range(BLOCKS):
            made.normalization(f"norm{block}", WIDTH)
            made.dense(f"up{block}", WIDTH, 2 * WIDTH)
            made.dense(f"down{block}", 2 * WIDTH, WIDTH)
        made.normalization("norm", WIDTH)
        made.dense("last", WIDTH, classes)
    elif net == "table":
        for column in range(COLUMNS):
            made.values[f"column{column}/embeddings"] = rng.normal(0.0, 0.5, (ENTRIES, EMBEDDED)).astype(np.float32)
        made.dense("first", NUMBERS + COLUMNS * EMBEDDED, WIDTH)
        made.dense("second", WIDTH, WIDTH // 2)
        made.dense("last", WIDTH // 2, classes)
    elif net == "normalized":
        for block in range(BLOCKS):
            made.dense(f"dense{block}", WIDTH if block else inputs, WIDTH, bias=False)  # normalization takes it away again
            made.normalization(f"norm{block}", WIDTH, *MOVING)
        made.dense("last", WIDTH, classes)
    elif net in IMAGES:
        shape = IMAGES[net]
        channels = [shape.channels, *(filters for filters, _ in shape.stages)]
        for i, (seen, filters) in enumerate(pairwise(channels)):
            made.convolution(f"convolution{i}", shape.window(i), seen, filters)
        made.dense("hidden", shape.flat[0] ** 2 * shape.flat[1], shape.hidden)
        made.dense("last", shape.hidden, classes)
    return made.values


def trained(values: dict[str, Array]) -> dict[str, Array]:
    """Without what only moves along."""
    return {name: value for name, value in values.items() if not name.endswith(MOVING)}


def moving(values: dict[str, Array]) -> dict[str, Array]:
    return {name: value for name, value in values.items() if name.endswith(MOVING)}
