"""Sums: what an epoch has come to so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.engine.planned_step import Total
from pellucid.errors import DataError
from pellucid.metrics.quantity import Quantity

Array = npt.NDArray[Any]


class Sums:
    """Running sums of an objective's quantities over the samples of an epoch.

    Quantities of the same names and shapes share their arrays, whatever the batch size. Those of a step with sample
    weights and of one without may differ; ``use`` says which are being summed.
    """

    def __init__(self) -> None:
        self.samples = 0
        self._sets: dict[Any, list[list[Array]]] = {}
        self._quantities: Sequence[Quantity] = ()
        self._arrays: list[list[Array]] = []
        self._loaded: dict[str, float] = {}  # the results of a state whose quantities no step has named yet

    def use(self, quantities: Sequence[Quantity]) -> None:
        """Sum these from now on.

        Raises:
            DataError: samples were counted before of which the same metric takes another number of sums.
        """
        counts = {q.name: len(q.tensors) for q in self._quantities} if self.samples else {}
        mixed = [q.name for q in quantities if counts.get(q.name, len(q.tensors)) != len(q.tensors)]
        if mixed:
            raise DataError(
                f"The batches of an epoch must all bring a sample_weight, or none of them: {', '.join(mixed)} would count them "
                "differently. Bring weights of 1 where there are none."
            )
        layout = tuple((q.name, *(t.shape[1:] for t in q.tensors)) for q in quantities)
        if layout not in self._sets:
            self._sets[layout] = [[np.zeros(t.shape[1:] or (1,)) for t in q.tensors] for q in quantities]
        self._quantities, self._arrays = quantities, self._sets[layout]
        self._loaded = {}

    def totals(self, quantities: Sequence[Quantity], batch_size: int) -> list[Total]:
        """Where a step of this batch size adds each quantity."""
        self.use(quantities)
        return [
            Total(tensor, array, float(batch_size))
            for q, arrays in zip(quantities, self._arrays, strict=True)
            for tensor, array in zip(q.tensors, arrays, strict=True)
        ]

    def add(self, quantities: Sequence[Quantity], batch_size: int) -> None:
        """Count an eager step in."""
        for total in self.totals(quantities, batch_size):
            values = total.tensor.array.astype(np.float64)
            summed = values * total.weight if values.ndim == 0 else values.sum(axis=0)
            total.array[...] += summed.reshape(total.array.shape)

    def reset(self) -> None:
        self.samples = 0
        self._loaded = {}
        for arrays in self._sets.values():
            for array in (a for row in arrays for a in row):
                array[...] = 0

    def results(self) -> dict[str, Any]:
        """Each quantity by name, a number or an array, over the samples since the last reset; metrics are told theirs."""
        if not self.samples:
            return {}
        if not self._quantities:
            return dict(self._loaded)
        found: dict[str, Any] = {}
        for q, arrays in zip(self._quantities, self._arrays, strict=True):
            totals = [a.reshape(t.shape[1:]) for a, t in zip(arrays, q.tensors, strict=True)]
            value = q.from_totals(totals, self.samples)
            found[q.name] = value if np.ndim(value) else float(value)
            if q.metric is not None:
                q.metric.show(totals, self.samples)
        return found

    def state(self) -> dict[str, Any]:
        """The sums as they are, not copied, and their results."""
        sets = [{"layout": layout, "arrays": arrays} for layout, arrays in self._sets.items()]
        return {"samples": self.samples, "sets": sets, "results": self.results()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Go on summing where `state` was taken."""
        self.reset()
        for entry in state["sets"]:
            layout = tuple((name, *map(tuple, shapes)) for name, *shapes in entry["layout"])
            own = self._sets.setdefault(layout, [[np.zeros(a.shape) for a in row] for row in entry["arrays"]])
            for row, saved in zip(own, entry["arrays"], strict=True):
                for array, values in zip(row, saved, strict=True):
                    array[...] = values
        self._quantities, self._arrays = (), []
        self.samples = int(state["samples"])
        self._loaded = dict(state["results"])
