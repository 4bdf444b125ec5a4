"""Link: one piece of the way from a gradient to its parameter, written once for programs and for eager steps.

A link names the buffers that it reads and those that it changes, gives the new contents as an equation, and calls of kernels
where it has a twin. The engine makes entries of it; an eager step runs the equation at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Parameter
from pellucid.kernels.call import Buffer, Call

Array = npt.NDArray[Any]
Read = Callable[[Buffer], Any]
"""The contents of a buffer, in the precision that is asked for."""

CLOCK_STEP, CLOCK_POSITION = 0, 1


class UpdateRule(Protocol):
    """What the engine needs of an optimizer."""

    @property
    def folds_into_product(self) -> bool:
        """Whether the update is p <- p - rate * g and nothing else."""

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]: ...

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None: ...


class Link(ABC):
    """One piece of an update.

    ``gated`` links run at those steps alone at which parameters change, where gradients are accumulated over several.
    """

    title: str
    gated: bool = False

    @property
    @abstractmethod
    def sources(self) -> Sequence[Buffer]:
        """What it reads beside its targets."""

    @property
    @abstractmethod
    def targets(self) -> Sequence[Buffer]:
        """What it changes, or fills."""

    @abstractmethod
    def values(self, read: Read) -> Sequence[Any]:
        """The new contents of each target."""

    def bind(self) -> Sequence[Call] | None:
        """Kernel calls that do the same, or None where there is no twin for these buffers."""
        return None


@dataclass(frozen=True)
class Target:
    """A parameter on its way through an update: what links work on.

    ``gradient`` is None where the update is folded into the product that makes it.
    """

    parameter: Parameter
    rule: UpdateRule
    p: Buffer
    gradient: Buffer | None
    state: Mapping[str, Buffer]
    rate: Buffer


@dataclass(frozen=True)
class RuleLink(Link):
    """The update equation of an optimizer."""

    target: Target
    gradient: Buffer
    clock: Buffer  # int64: how many updates there were before this one
    gated: bool = False

    @property
    def title(self) -> str:  # type: ignore[override]
        return f"{type(self.target.rule).__name__} {self.target.p.name}"

    @property
    def sources(self) -> Sequence[Buffer]:
        return [self.gradient, self.target.rate, self.clock]

    @property
    def targets(self) -> Sequence[Buffer]:
        return [self.target.p, *self._state.values()]

    @property
    def _state(self) -> dict[str, Buffer]:
        """The arrays of the rule itself; other links' lie beside them."""
        names = getattr(self.target.rule, "slots", self.target.state)
        return {name: self.target.state[name] for name in names}

    def values(self, read: Read) -> Sequence[Any]:
        target, state = self.target, self._state
        t = int(read(self.clock)[CLOCK_STEP]) + 1
        before = {name: read(b) for name, b in state.items()}
        new, after = target.rule.rule(np, read(target.p), read(self.gradient), before, float(read(target.rate)[0]), t)
        return [new, *(after[name] for name in state)]

    def bind(self) -> Sequence[Call] | None:
        target = self.target
        return target.rule.bind(target.p, self.gradient, self._state, target.rate, self.clock)


class Chain(Protocol):
    """All links of one program's update."""

    period: int
    """Steps from one update to the next: 1, or more where gradients are accumulated."""

    def head(self, clock: Buffer) -> Sequence[Link]:
        """What comes before any gradient: the rate of this step."""

    def links(self, targets: Sequence[Target], clock: Buffer) -> Sequence[Link]:
        """What follows the gradients, in order."""


class RulesAlone:
    """The chain of an optimizer without settings beside its rule."""

    period = 1

    def head(self, clock: Buffer) -> Sequence[Link]:
        return []

    def links(self, targets: Sequence[Target], clock: Buffer) -> Sequence[Link]:
        return [RuleLink(t, t.gradient, clock) for t in targets if t.gradient is not None]
