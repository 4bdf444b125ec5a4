"""StackedRNNCells: several cells, each on top of the one before, as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.autodiff import Tensor
from pellucid.autodiff.nest import flatten
from pellucid.autodiff.spec import Shape
from pellucid.configurable import serialize
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer


class StackedRNNCells(Layer):
    """Several cells as one: each takes the output of the one before as its input, within one step.

    In an `RNN` each runs over all steps before the next begins, which comes to the same and is faster.

    Args:
        cells: the cells, lowest first.
        layer: see `Layer`.

    Raises:
        ArgumentError: there is no cell, or one is none.

    >>> import numpy as np, pellucid as pl
    >>> cells = pl.layers.StackedRNNCells([pl.layers.GRUCell(4), pl.layers.LSTMCell(2)])
    >>> pl.layers.RNN(cells)(np.zeros((3, 5, 6))).shape
    (3, 2)
    """

    def __init__(self, cells: Sequence[Any], **layer: Any) -> None:
        super().__init__(**layer)
        from pellucid.layers import get

        self.cells: list[Layer] = [get(cell) for cell in cells]
        if not self.cells or not all(hasattr(cell, "state_size") for cell in self.cells):
            raise ArgumentError(f"StackedRNNCells: cells must be layers with state_size, at least one. Received {cells!r}.")

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of each cell."""
        return [cell.state_size for cell in self.cells]  # type: ignore[attr-defined]

    @property
    def output_size(self) -> int:
        return _output_size(self.cells[-1])

    def build(self, input_shape: Shape) -> None:
        shape = input_shape
        for cell in self.cells:
            if not cell.built:
                cell.build(shape)
                cell.built = True
            shape = (input_shape[0], _output_size(cell))

    def call(self, inputs: Tensor, states: Any = None) -> tuple[Tensor, list[Tensor]]:
        """One step through all cells."""
        left: list[Any] = flatten(states)
        after: list[Tensor] = []
        for cell in self.cells:
            count = len(flatten([cell.state_size]))  # type: ignore[attr-defined]
            inputs, new = cell(inputs, left[:count] or None)
            left, after = left[count:], [*after, *flatten(new)]
        return inputs, after

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cells": [serialize(cell) for cell in self.cells]}


def _output_size(cell: Layer) -> int:
    size = getattr(cell, "output_size", None)
    return int(size if size is not None else flatten([cell.state_size])[0])  # type: ignore[attr-defined]
