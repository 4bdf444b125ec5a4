"""PiecewiseLinear: what functions of up to three straight pieces have in common."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import inf

import numpy as np

from pellucid.ops.unary import Unary


@dataclass(frozen=True)
class Pieces:
    """y = slope x + offset on each of three pieces: x <= low, x > high, and between. Each piece is (slope, offset)."""

    low: float
    below: tuple[float, float]
    between: tuple[float, float]
    high: float = inf
    above: tuple[float, float] = (0.0, 0.0)


def just_below(bound: float) -> float:
    """The next float32: with it as ``low``, ``bound`` itself lies between."""
    return float(np.nextafter(np.float32(bound), np.float32(-inf)))


class PiecewiseLinear(Unary):
    """A function of three straight pieces. All share one kernel; which function it is, `pieces` tells."""

    forward_kernel = "piecewise_linear.forward"
    gradient_kernel = "piecewise_linear.gradient"

    @property
    @abstractmethod
    def pieces(self) -> Pieces:
        """The pieces, for the kernel."""

    @property
    def settings(self) -> tuple[float, ...]:
        p = self.pieces
        return tuple(map(float, (p.low, p.high, *p.below, *p.between, *p.above)))
