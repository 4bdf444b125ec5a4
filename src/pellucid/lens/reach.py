"""Reach: which places of an image the places along one axis of a tensor see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import gcd, lcm

Interval = tuple[int, int]
"""The first and the last place that is seen."""


@dataclass(frozen=True)
class Reach:
    """What the places 0, 1, ... along an axis of a tensor see along one axis of an image, which is its height or its width.

    A convolution of stride 2 moves on by 2 places of the image; after up-sampling by 2, two places see the same, then both move
    on. So what is seen repeats after a number of places, moved by ``step``:

        place i sees phases[i mod p] + step * (i div p)        with p = len(phases)

    as if the image went on beyond its borders. ``seen`` is what each place really sees, borders and padding at every layer taken
    into account. None stands for a place that sees nothing. Where all places see the same, ``step`` is 0.
    """

    phases: tuple[Interval | None, ...]
    step: int
    seen: tuple[Interval | None, ...]

    @classmethod
    def of_image(cls, n: int) -> Reach:
        """Each of n places sees itself."""
        return cls(((0, 0),), 1, tuple((i, i) for i in range(n)))

    @property
    def stride(self) -> float:
        """Places of the image from one place to the next, on average."""
        stride = self.step / len(self.phases)
        return int(stride) if stride == int(stride) else stride

    @property
    def size(self) -> int:
        """The most places of the image that one place sees."""
        return max((last - first + 1 for first, last in filter(None, self.phases)), default=0)

    def at(self, place: int) -> Interval | None:
        """What a place would see if the image went on beyond its borders."""
        rounds, phase = divmod(place, len(self.phases))
        interval = self.phases[phase]
        return None if interval is None else (interval[0] + rounds * self.step, interval[1] + rounds * self.step)

    def through(self, sources: Callable[[int], Iterable[int]], count: int, period: int, shift: int) -> Reach:
        """The reach of an axis of ``count`` places, each made of the places ``sources(i)`` of this one.

        Args:
            sources: also names places beyond the ends, where there are zeros or nothing.
            period, shift: sources(i + period) are those of i, moved by shift.
        """
        rounds = len(self.phases) // gcd(len(self.phases), shift)  # until both repeat
        places = range(period * rounds)
        phases = tuple(hull(self.at(j) for j in sources(i)) for i in places)
        step = self.step * (shift * rounds // len(self.phases))
        n = len(self.seen)
        seen = tuple(hull(self.seen[j] for j in sources(i) if 0 <= j < n) for i in range(count))
        return Reach(phases, step, seen)

    def whole(self, count: int = 1) -> Reach:
        """The reach of ``count`` places that are each made of this whole axis."""
        everything = hull(self.seen)
        return Reach((everything,), 0, (everything,) * count)

    def repeated(self, count: int) -> Reach:
        """The reach of ``count`` places that all stand for the one place of this axis."""
        return self if len(self.seen) == count else Reach(self.phases[:1], 0, self.seen * count)


def union(reaches: Sequence[Reach]) -> Reach:
    """What is seen by the sum of tensors: of a block's input and output, say.

    Where they move on at different paces (a gate for whole channels times places, say) a place sees all of what any sees.
    """
    first = reaches[0]
    if len(reaches) == 1:
        return first
    seen = tuple(hull(places) for places in zip(*(r.seen for r in reaches), strict=True))
    if any(r.step * len(first.phases) != first.step * len(r.phases) for r in reaches):
        return Reach((hull(seen),), 0, seen)
    count = lcm(*(len(r.phases) for r in reaches))
    phases = tuple(hull(r.at(i) for r in reaches) for i in range(count))
    return Reach(phases, first.step * (count // len(first.phases)), seen)


def hull(intervals: Iterable[Interval | None]) -> Interval | None:
    """The least interval that holds all; None where there is none.

    >>> hull([(1, 2), None, (5, 6)])
    (1, 6)
    """
    some = [interval for interval in intervals if interval is not None]
    return (min(first for first, _ in some), max(last for _, last in some)) if some else None
