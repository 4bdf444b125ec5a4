"""Row: a path beside the same mathematics without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.fused.path import Path, planned, references
from pellucid.autodiff import Tensor

Array = npt.NDArray[Any]
Function = Callable[..., Tensor]


@dataclass(frozen=True)
class Sizes:
    """Of a usual layer's batch; and of arrays that no cache holds, as ``long`` rows of ``features``."""

    batch: int = 128
    features: int = 512
    long: int = 16_384


USUAL = Sizes()


@dataclass(frozen=True)
class Row:
    """A path, and what stands in its place without it.

    Args:
        path: what it is called in the table.
        without: what runs in its place.
        fused, plain: make the two.
        streamed: makes the path on long arrays, where all that it can wait for is memory.
        same: whether both leave the same values behind.
    """

    path: str
    without: str
    fused: Callable[[Sizes], Path]
    plain: Callable[[Sizes], Path]
    streamed: Callable[[Sizes], Path] | None = None
    same: bool = True


def normal(*shape: int, seed: int = 5) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def away_from_zero(*shape: int) -> Array:
    """Of either sign, at least 0.1 from 0."""
    rng = np.random.default_rng(5)
    values: Array = rng.uniform(0.1, 2.0, shape) * rng.choice([-1.0, 1.0], shape)
    return values.astype(np.float32)


def labels(classes: int, *shape: int) -> Array:
    chosen: Array = np.random.default_rng(5).integers(0, classes, shape)
    return chosen


REFERENCE = "the reference, by Python"
Arrays = Callable[[Sizes], Sequence[Array]]


def nothing(sizes: Sizes) -> Sequence[Array]:
    return ()


def by_python(path: str, function: Function, parameters: Arrays = nothing, inputs: Arrays = nothing, **plan: Any) -> Row:
    """An operation's twin against its reference, with its derivative where there are parameters."""

    def fused(sizes: Sizes) -> Path:
        return planned(function, parameters(sizes), inputs(sizes), **plan)

    def plain(sizes: Sizes) -> Path:
        with references():
            return planned(function, parameters(sizes), inputs(sizes), **plan)

    return Row(path, REFERENCE, fused, plain)


def composed(
    path: str, without: str, fused: Function, plain: Function, parameters: Arrays = nothing, inputs: Arrays = nothing
) -> Row:
    """A fused operation against a composition of others, each with its twin where it has one."""
    return Row(
        path,
        without,
        lambda sizes: planned(fused, parameters(sizes), inputs(sizes)),
        lambda sizes: planned(plain, parameters(sizes), inputs(sizes)),
    )
