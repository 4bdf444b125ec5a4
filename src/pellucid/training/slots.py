"""Slots: what an optimizer keeps for each parameter from step to step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy.typing as npt

from pellucid.autodiff import Parameter
from pellucid.engine.arena import segments
from pellucid.optimizers import Optimizer

Array = npt.NDArray[Any]


class Slots:
    """The arrays of one optimizer for the parameters of one model: momenta and the like.

    They outlive the plans and trainers that use them, as the optimizer's count of steps does, so that a model that is
    compiled again with the same optimizer, or that changes to running eagerly, goes on where it was.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self._arrays: dict[int, tuple[Parameter, dict[str, Array]]] = {}  # by id, which the parameter kept here holds fast

    def __getstate__(self) -> dict[str, Any]:
        return {"optimizer": self.optimizer, "kept": list(self._arrays.values())}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.optimizer = state["optimizer"]
        self._arrays = {id(p): (p, arrays) for p, arrays in state["kept"]}  # a copied parameter has another id

    def made(self, parameter: Parameter) -> dict[str, Array]:
        """A parameter's arrays by slot; empty where none have been needed yet."""
        return self._arrays.get(id(parameter), (parameter, {}))[1]

    def make(self, parameters: Iterable[Parameter]) -> None:
        """Arrays for those that have none yet, each slot's side by side in one block."""
        new = [p for p in parameters if id(p) not in self._arrays]
        self._arrays.update((id(p), (p, {})) for p in new)
        for slot in self.optimizer.slots:
            for parameter, array in zip(new, segments([p.array for p in new]), strict=True):
                self.of(parameter)[slot] = array

    def of(self, parameter: Parameter) -> dict[str, Array]:
        """A parameter's arrays by slot."""
        return self._arrays[id(parameter)][1]
