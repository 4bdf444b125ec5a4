"""Slots: what an optimizer keeps for each parameter from step to step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Parameter
from pellucid.engine.arena import segments

if TYPE_CHECKING:
    from pellucid.optimizers.optimizer import Optimizer

Array = npt.NDArray[Any]


class Slots:
    """The arrays of one optimizer for the parameters of one model: momenta and the like.

    They outlive the plans and trainers that use them, as the optimizer's count of steps does, so that a model that is
    compiled again with the same optimizer, or that changes to running eagerly, goes on where it was.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self.samples = np.zeros(1)  # since the last update, where gradients are accumulated
        self._arrays: dict[int, tuple[Parameter, dict[str, Array]]] = {}  # by id, which the parameter kept here holds fast

    def __getstate__(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer, "samples": self.samples, "kept": list(self._arrays.values())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.optimizer, self.samples = state["optimizer"], state["samples"]
        self._arrays = {id(p): (p, arrays) for p, arrays in state["kept"]}  # a copied parameter has another id

    def names(self, parameter: Parameter) -> tuple[str, ...]:
        """The names of what is kept for a parameter."""
        return self.optimizer.member(parameter.name).kept_slots

    def made(self, parameter: Parameter) -> dict[str, Array]:
        """A parameter's arrays by slot; empty where none have been needed yet."""
        return self._arrays.get(id(parameter), (parameter, {}))[1]

    def make(self, parameters: Iterable[Parameter]) -> None:
        """Arrays for those that have none yet, each slot's side by side in one block."""
        new = [p for p in parameters if id(p) not in self._arrays]
        self._arrays.update((id(p), (p, {})) for p in new)
        names = dict.fromkeys(name for p in new for name in self.names(p))
        for slot in names:
            having = [p for p in new if slot in self.names(p)]
            for parameter, array in zip(having, segments([p.array for p in having]), strict=True):
                array[...] = self.optimizer.member(parameter.name).first_value(slot, parameter.array)
                self.of(parameter)[slot] = array

    def of(self, parameter: Parameter) -> dict[str, Array]:
        """A parameter's arrays by slot."""
        return self._arrays[id(parameter)][1]
