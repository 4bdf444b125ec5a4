"""Cost curves: the time of a training step against batch, width, depth, length of a sequence, and threads, with their slopes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from benchmarks import large
from benchmarks.environments import TITLES
from benchmarks.steps import Comparison, compare
from benchmarks.workloads import Workload

SYSTEMS = ("pellucid", "pytorch", "jax_scan")


@dataclass(frozen=True)
class Axis:
    """What is varied, over which values; the workload and the threads of a value."""

    name: str
    title: str
    values: tuple[int, ...]
    workload: Callable[[int], Workload]
    is_threads: bool = False

    def threads(self, value: int, default: int) -> int:
        return value if self.is_threads else default

    @property
    def systems(self) -> tuple[str, ...]:
        """JAX takes all cores that a process may use and cannot be told otherwise."""
        return SYSTEMS[:2] if self.is_threads else SYSTEMS


@dataclass(frozen=True)
class Curve:
    """Median seconds of a step for each value, by system; None where it is missing."""

    name: str
    title: str
    values: list[int]
    seconds: dict[str, list[float | None]]

    def slope(self, system: str) -> float | None:
        """Of the line through the points in log-log, by least squares: 1 is a cost that grows as the value does."""
        points = [(math.log(v), math.log(s)) for v, s in zip(self.values, self.seconds[system], strict=True) if s is not None]
        if len(points) < 2:
            return None
        x, y = np.array(points).T
        return float(np.polyfit(x, y, 1)[0])


def _mlp(name: str, sizes: tuple[int, ...], batch: int, batches: int) -> Workload:
    # At a small rate: rounding must not be amplified over the steps whose losses are compared, in deep and wide nets alike.
    return Workload(f"scaling-{name}", name, sizes, batch, batches, "sgd", 0.0001)


def _batch(batch: int) -> Workload:
    return _mlp("batch", (784, *[100] * 4, 10), batch, 10)


def _width(units: int) -> Workload:
    return _mlp("width", (784, units, units, 10), 128, 10)


def _depth(layers: int) -> Workload:
    return _mlp("depth", (784, *[100] * layers, 10), 128, 40)


def _length(places: int) -> Workload:
    return Workload("scaling-length", "length", (places * large.WIDTH, 10), 8, 10, "adam", 0.0003, net="transformer")


def _threads(_: int) -> Workload:
    return _mlp("threads", (784, 512, 512, 10), 512, 10)


def axes(threads: int) -> list[Axis]:
    """All of them, on a machine with so many threads."""
    counts = tuple(sorted({threads, *(2**i for i in range(threads.bit_length()))}))
    return [
        Axis("batch", "batch, 784-100x4-10", (8, 32, 128, 512, 2048), _batch),
        Axis("width", "width n, 784-n-n-10, batch 128", (32, 128, 512, 2048), _width),
        Axis("depth", "layers of 100 units, batch 128", (1, 4, 16, 64), _depth),
        Axis("length", "places of a Transformer, batch 8", (16, 64, 256), _length),
        Axis("threads", "threads, 784-512-512-10, batch 512", counts, _threads, is_threads=True),
    ]


def curve(axis: Axis, compared: list[Comparison]) -> Curve:
    """The points, of a comparison for each value."""
    seconds = {
        name: [found.measured[name].median if name in found.measured else None for found in compared] for name in axis.systems
    }
    return Curve(axis.name, axis.title, list(axis.values), seconds)


def measure(pythons: dict[str, str], rounds: int, threads: int, *, install: bool) -> list[Curve]:
    """Every axis; the losses of all systems are held against each other at every point."""
    curves = []
    for axis in axes(threads):
        chosen = {name: pythons[name] for name in axis.systems}
        points = []
        for value in axis.values:
            allowed = axis.threads(value, threads)
            points.append(
                compare(axis.workload(value), chosen, rounds=rounds, threads=allowed, install=install, with_memory=False)
            )
        curves.append(curve(axis, points))
    return curves


def section(curves: list[Curve]) -> str:
    """A table a curve."""
    lines = ["### How the cost of a training step grows"]
    for found in curves:
        heads = [found.title, *map(str, found.values), "slope"]
        lines += ["", f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
        for name, seconds in found.seconds.items():
            cells = " | ".join("missing" if s is None else f"{s * 1e6:.3g} us" for s in seconds)
            slope = found.slope(name)
            lines.append(f"| {TITLES[name]} | {cells} | {'' if slope is None else f'{slope:.2f}'} |")
    lines += ["", "The slope is that of time against value in log-log: 1 where the cost grows as the value does."]
    return "\n".join(lines)
