"""Workloads: the training steps that every system does, on the same data from the same initial weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Workload:
    """A ReLU network with softmax cross-entropy on integer labels, trained in batches taken in order.

    ``batches`` batches make an epoch. Adam's epsilon is so small that it does not matter where a library puts it.
    """

    name: str
    title: str
    sizes: tuple[int, ...]
    batch: int
    batches: int
    optimizer: Literal["sgd", "adam"]
    rate: float
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-10

    @property
    def layers(self) -> int:
        return len(self.sizes) - 1

    def write(self, path: Path) -> None:
        """Write data and initial weights: x (samples, inputs), y (samples,), w0, b0, w1, b1, ...

        The data has the shape of Fashion-MNIST: pixels in [0, 1], ten classes, each a picture under noise. A fifth of
        the labels are wrong, so that the loss stays away from zero.
        """
        rng = np.random.default_rng(20)
        samples, inputs, classes = self.batch * self.batches, self.sizes[0], self.sizes[-1]
        pictures = rng.random((classes, inputs), dtype=np.float32)
        truth = rng.integers(classes, size=samples)
        x = 0.5 * pictures[truth] + 0.5 * rng.random((samples, inputs), dtype=np.float32)
        y = np.where(rng.random(samples) < 0.2, rng.integers(classes, size=samples), truth)
        arrays: dict[str, Array] = {"x": x, "y": y}
        for i, (fan_in, fan_out) in enumerate(pairwise(self.sizes)):
            arrays[f"w{i}"] = rng.normal(0.0, np.sqrt(2 / fan_in), (fan_in, fan_out)).astype(np.float32)
            arrays[f"b{i}"] = np.zeros(fan_out, np.float32)
        np.savez(path, **arrays)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Problem:
    """A workload with its data and initial weights in memory."""

    workload: Workload
    x: Array
    y: Array
    weights: tuple[tuple[Array, Array], ...]

    @classmethod
    def read(cls, workload: Workload, path: Path) -> Problem:
        with np.load(path, allow_pickle=False) as file:
            weights = tuple((file[f"w{i}"], file[f"b{i}"]) for i in range(workload.layers))
            return cls(workload, file["x"], file["y"], weights)

    @property
    def x_batches(self) -> Array:
        return self.x.reshape(self.workload.batches, self.workload.batch, -1)

    @property
    def y_batches(self) -> Array:
        return self.y.reshape(self.workload.batches, self.workload.batch)


_DEEP = (784, 100, 100, 100, 100, 10)
WORKLOADS = (
    Workload("mlp-sgd", "784-100x4-10, batch 128, SGD", _DEEP, 128, 100, "sgd", 0.01),
    Workload("mlp-adam", "784-100x4-10, batch 128, Adam", _DEEP, 128, 100, "adam", 0.001),
    Workload("two-layer", "784-50-10, batch 100, SGD", (784, 50, 10), 100, 100, "sgd", 0.01),
    Workload("single-sample", "784-50-10, batch 1, SGD", (784, 50, 10), 1, 2000, "sgd", 0.001),
)
