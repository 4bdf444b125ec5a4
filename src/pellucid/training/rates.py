"""Rates: the learning rates of the steps to come, where compiled programs read them."""

from __future__ import annotations

import numpy as np

from pellucid.kernels.call import Buffer
from pellucid.optimizers import Optimizer
from pellucid.optimizers.chain import Pace

LENGTH = 4096  # updates ahead that a table holds, and so the most in one run of a program


class Rates:
    """A place for the rate of an optimizer and of each of its groups, and a table of those ahead where there is a schedule.

    A program looks up its rate at each step, so a rate that changes at every step does not break a slice of steps.
    """

    def __init__(self) -> None:
        self._paces: dict[int, tuple[Optimizer, Pace]] = {}  # by id, which the optimizer kept here holds fast

    def pace(self, member: Optimizer) -> Pace:
        """Where the rate of this optimizer, or of this group of one, is read."""
        known = self._paces.get(id(member))
        if known is None or (member.is_scheduled and known[1].table is None):
            present = known[1].present if known is not None else Buffer.around(np.zeros(1), "rate")
            table = Buffer.around(np.zeros(LENGTH), "rates ahead") if member.is_scheduled else None
            self._paces[id(member)] = member, Pace(present, table)
        return self._paces[id(member)][1]

    def paces(self) -> list[Pace]:
        return [pace for _, pace in self._paces.values()]

    def prepare(self, first: int, count: int) -> None:
        """Write the rates of ``count`` updates, at most `LENGTH`, from number ``first`` on."""
        for member, pace in self._paces.values():
            assert pace.present.array is not None
            if pace.table is None or not member.is_scheduled:
                pace.present.array[0] = member.rate(first)
            if pace.table is not None:
                assert pace.table.array is not None
                pace.table.array[np.arange(first, first + count) % LENGTH] = member.rates(first, count)
