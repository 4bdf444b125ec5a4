"""Preparation: what stands between data as it is read and a network: a table's columns, the scale of its targets."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid import losses
from pellucid.cli.data_source import Data
from pellucid.data.preprocessing import TablePreprocessing
from pellucid.data.splits import Part, Split
from pellucid.data.targets import Problem, TargetScaling
from pellucid.errors import DataError, FileFormatError
from pellucid.utils import to_categorical

Array = npt.NDArray[Any]

# Losses of numbers; of these, those that know differences alone may see targets that were moved and stretched.
_OF_DIFFERENCES = (losses.MeanSquaredError, losses.MeanAbsoluteError, losses.Huber, losses.LogCosh)
_OF_NUMBERS = (
    *_OF_DIFFERENCES,
    losses.MeanAbsolutePercentageError,
    losses.MeanSquaredLogarithmicError,
    losses.Poisson,
)


def problem_of(loss: str | None) -> Problem | None:
    """The problem that a loss given by name settles for a table's whole numbers: mse fits numbers, entropies labels."""
    if loss is None:
        return None
    return "regression" if isinstance(losses.get(loss), _OF_NUMBERS) else "classification"


@dataclass(frozen=True)
class Preparation:
    """What was learned from the training set, and from it alone, to prepare any data for the network.

    Args:
        problem: ``classification`` or ``regression``.
        outputs: number of classes, or 1.
        loss: the name of the loss, which decides how targets are told.
        table: for a table, what makes arrays of its columns.
        scaling: for numbers, what brings them to mean 0 and deviation 1.
    """

    problem: Problem
    outputs: int
    loss: str
    table: TablePreprocessing | None = None
    scaling: TargetScaling | None = None

    @classmethod
    def fit(cls, data: Data, train: Part, loss: str, *, keep: Collection[str] = ()) -> Preparation:
        """Learn from the training set.

        Args:
            keep: columns that are used even where they look like identifiers.

        Raises:
            DataError: no column is left to learn from, or all targets are equal.
        """
        table = TablePreprocessing.fit(data.columns, train.x, keep=keep) if data.columns else None
        scaling = None
        if data.problem == "regression":
            if (train.y == train.y[0]).all():
                raise DataError(
                    f"{data.name}: every target of the training set is {train.y[0]:g}: there is nothing to learn. "
                    "Name another target, or bring more rows."
                )
            if isinstance(losses.get(loss), _OF_DIFFERENCES):
                scaling = TargetScaling.fit(train.y)
        return cls(data.problem, data.outputs, loss, table, scaling)

    def inputs(self, x: Array) -> Array:
        """What the network is given for samples as they were read."""
        return x if self.table is None else self.table.transform(x)

    def targets(self, y: Array) -> Array:
        """What the loss compares with: labels as they are for the sparse cross-entropy, as rows of 0 and 1 for the others."""
        if self.problem == "regression":
            return y.astype(np.float32) if self.scaling is None else self.scaling.standardised(y)
        if isinstance(losses.get(self.loss), losses.SparseCategoricalCrossentropy):
            return y
        return to_categorical(y, self.outputs)

    def answers(self, outputs: Array) -> Array:
        """The network's outputs as answers: probabilities by class, or numbers in the target's own unit."""
        if self.problem == "classification":
            return outputs
        return outputs[:, 0].astype(np.float64) if self.scaling is None else self.scaling.in_unit(outputs[:, 0])

    def prepared(self, split: Split) -> Split:
        """The same sets with the samples prepared; targets as they are."""
        train, validation, test = (
            None if part is None else Part(self.inputs(part.x), part.y) for part in (split.train, split.validation, split.test)
        )
        assert train is not None
        assert test is not None
        return Split(train, validation, test)

    def to_json(self) -> dict[str, Any]:
        """For the model's file: only data, so that nothing in it can run."""
        return {
            "problem": self.problem,
            "outputs": self.outputs,
            "loss": self.loss,
            "table": None if self.table is None else self.table.to_json(),
            "target": None if self.scaling is None else self.scaling.to_json(),
        }

    @classmethod
    def from_json(cls, state: Any) -> Preparation:
        """
        Raises:
            FileFormatError: it is no such state.
        """
        try:
            table, target = state["table"], state["target"]
            problem, outputs, loss = state["problem"], int(state["outputs"]), str(state["loss"])
        except (KeyError, TypeError, ValueError) as error:
            raise FileFormatError(f"The preprocessing in the model's file is damaged: {error!r}.") from None
        if problem not in ("classification", "regression"):
            raise FileFormatError(f"The preprocessing in the model's file is damaged: no such problem: {problem!r}.")
        return cls(
            problem,
            outputs,
            loss,
            None if table is None else TablePreprocessing.from_json(table),
            None if target is None else TargetScaling.from_json(target),
        )
