"""Optimizer: how parameters follow their gradients."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import real
from pellucid.configurable import Configurable, snake_case
from pellucid.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer, Call

Array = npt.NDArray[Any]


@cache
def _settings(cls: type) -> frozenset[str]:
    return frozenset(inspect.signature(cls).parameters)


class Optimizer(Configurable, ABC):
    """Base of all optimizers.

    A subclass writes ``rule``, the update equation as in its paper, and names in ``slots`` the arrays that it keeps for each
    parameter. Optionally ``bind`` gives the same update as a call of a compiled kernel, its fast twin.

    Args:
        learning_rate: step size, >= 0. May be assigned between steps: a schedule is an assignment.
        name: for messages; the class's name where absent.

    >>> import numpy as np, pellucid as pl
    >>> params, grads = {"W": np.array([1.0, 2.0])}, {"W": np.array([10.0, -10.0])}
    >>> pl.optimizers.SGD(learning_rate=0.1).update(params, grads)
    >>> params["W"]
    array([0., 3.])
    """

    def __init__(self, learning_rate: float, name: str | None = None) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.learning_rate = learning_rate
        self.iterations = 0
        self._states: dict[str, dict[str, Array]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if name in vars(self) and name in _settings(type(self)):
            raise ArgumentError(
                f"{type(self).__name__}: {name} is settled when an optimizer is made, and compiled into steps; the learning_rate "
                f"alone may change. Received {value!r}. Make a new optimizer and compile again."
            )
        super().__setattr__(name, value)

    @property
    def learning_rate(self) -> float:
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = real(type(self).__name__, "learning_rate", value, at_least=0)

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the arrays of a parameter's shape that the rule keeps from step to step; they begin as zeros."""
        return ()

    @property
    def folds_into_product(self) -> bool:
        """Whether the update is p - rate * g and nothing else, so that a weight-gradient product can subtract from p itself."""
        return False

    @abstractmethod
    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        """The update equation: new parameter and new state. Changes nothing in place.

        Args:
            xp: array namespace (NumPy).
            p, g: parameter and its gradient.
            state: the arrays that ``slots`` names.
            rate: the learning rate of this step.
            t: number of this step, from 1.
        """

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        """Kernel calls that make one update in place, or None where there is no twin for these buffers.

        Args:
            rate: one number, the learning rate of the step.
            clock: int64, the number of the step before this one and the epoch's place.
        """
        return None

    def update(self, params: Mapping[str, Array], grads: Mapping[str, npt.ArrayLike]) -> None:
        """One step on arrays in plain dictionaries: every entry of ``params`` that has a gradient is changed in place.

        State is kept by key, so an optimizer serves one dictionary of parameters from its first step to its last.

        Raises:
            ArgumentError: a gradient has no parameter, or a parameter is not an array of floats.
            ShapeError: a gradient has another shape than its parameter.
        """
        pairs = {key: (self._parameter(key, params), np.asarray(g)) for key, g in grads.items()}
        for key, (p, g) in pairs.items():
            if p.shape != g.shape:
                raise ShapeError(f"{self.name}: the gradient of {key!r} has shape {g.shape}, the parameter {p.shape}.")
        self.iterations += 1
        for key, (p, g) in pairs.items():
            state = self._states.setdefault(key, {slot: np.zeros_like(p) for slot in self.slots})
            p[...], new = self.rule(np, p, g, state, self.learning_rate, self.iterations)
            state.update(new)

    def _parameter(self, key: str, params: Mapping[str, Array]) -> Array:
        p = params.get(key)
        if not isinstance(p, np.ndarray) or p.dtype.kind != "f":
            received = "nothing" if p is None else f"{type(p).__name__} {getattr(p, 'dtype', '')}".rstrip()
            raise ArgumentError(
                f"{self.name}: params[{key!r}] must be a NumPy array of floats, which is changed in place. Received {received}."
            )
        return p
