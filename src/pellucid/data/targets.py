"""Targets of a table: labels or numbers, whichever the column holds; and numbers brought to mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from math import isfinite
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.data.cells import Cells, is_missing, plain_number
from pellucid.data.columns import Column
from pellucid.errors import DataError, FileFormatError

Array = npt.NDArray[Any]
Problem = Literal["classification", "regression"]

MOST_LABELS = 1000
_MOST_WHOLE_LABELS = 20


def read_targets(
    cells: Cells, column: str, problem: Problem | None = None, known: Sequence[str] | None = None
) -> tuple[Array, Problem, tuple[str, ...]]:
    """The targets of a column, the problem that they pose, and the names of the labels.

    Words are labels. Numbers are labels where all are whole and few differ: at most 20, and not more than half of the rows.

    Args:
        problem: ``regression`` fits whole numbers as numbers; ``classification`` takes any value as a label; None chooses.
        known: labels in their order; any other is refused.

    Raises:
        DataError: a target is missing, not a number, or not a known label; all are equal, or too many differ.
    """
    texts = cells.columns[column]
    for row, cell in enumerate(texts):
        if is_missing(cell):
            raise DataError(f"{cells.place(row, column)}: the target is missing. Leave the row out.")
    if problem is None and known is None:
        problem = _problem(cells, column)
    if problem == "regression":
        y = Column(column, "number").values(cells)[:, 0].astype(np.float64)
        return y, "regression", ()
    labels = [_label(cell) for cell in texts]
    names = tuple(known) if known is not None else tuple(sorted(set(labels), key=_label_order))
    numbers = {name: label for label, name in enumerate(names)}
    for row, label in enumerate(labels):
        if label not in numbers:
            raise DataError(f"{cells.place(row, column)}: {label!r} is not a known label. Known: {', '.join(names)}.")
    if known is None:
        _check_labels(cells, column, names)
    return np.array([numbers[label] for label in labels], np.int64), "classification", names


def _check_labels(cells: Cells, column: str, names: Sequence[str]) -> None:
    if len(names) == 1:
        raise DataError(
            f"{cells.path}: column {column!r} is {names[0]!r} in every row: there is nothing to tell apart. "
            "Bring rows of another label, or name another target."
        )
    if len(names) > max(2, min(MOST_LABELS, len(cells) // 2)):
        raise DataError(
            f"{cells.path}: column {column!r} has {len(names)} different labels in {len(cells)} rows, too many to learn. "
            "Name another target; numbers are fitted as numbers with problem='regression' (on the command line: --loss mse)."
        )


def _problem(cells: Cells, column: str) -> Problem:
    numbers = cells.numbers(column)
    if any(number is None for number in numbers.values()):
        return "classification"
    values = {number for number in numbers.values() if number is not None}
    few = len(values) <= max(2, min(_MOST_WHOLE_LABELS, len(cells) // 2))
    return "classification" if few and all(value.is_integer() for value in values) else "regression"


def _label(cell: str) -> str:
    """A label's name: '1.0' and '1' are one, and no digit is lost of longer numbers than a float holds."""
    number = plain_number(cell)
    if number is None or not number.is_integer():
        return cell
    exact = Decimal(cell) if number else Decimal(0)
    return str(int(exact)) if exact == int(exact) else cell


def _label_order(name: str) -> tuple[bool, Decimal, str]:
    """Numbers by size, before words by letter."""
    number = plain_number(name)
    if number is None:
        return True, Decimal(0), name
    if not isfinite(number):
        return False, Decimal("-inf" if name.startswith("-") else "inf"), name
    return False, Decimal(name) if number else Decimal(0), name


@dataclass(frozen=True)
class TargetScaling:
    """Numbers to be fitted, brought to mean 0 and standard deviation 1 and back: a loss then means the same for all targets.

        z = (y - mean) / deviation        y = z deviation + mean

    >>> scaling = TargetScaling.fit(np.array([10.0, 30.0]))
    >>> scaling.standardised(np.array([10.0, 40.0])), scaling.in_unit(np.array([2.0]))
    (array([-1.,  2.], dtype=float32), array([40.]))
    """

    mean: float
    deviation: float

    @classmethod
    def fit(cls, y: Array) -> TargetScaling:
        """The scaling of a training set; equal targets keep their unit."""
        return cls(float(np.mean(y, dtype=np.float64)), float(np.std(y, dtype=np.float64)) or 1.0)

    def standardised(self, y: Array) -> Array:
        scaled: Array = ((np.asarray(y, np.float64) - self.mean) / self.deviation).astype(np.float32)
        return scaled

    def in_unit(self, z: Array) -> Array:
        y: Array = np.asarray(z, np.float64) * self.deviation + self.mean
        return y

    def to_json(self) -> dict[str, float]:
        return asdict(self)

    @classmethod
    def from_json(cls, state: Mapping[str, Any]) -> TargetScaling:
        """
        Raises:
            FileFormatError: it is no such state.
        """
        try:
            scaling = cls(float(state["mean"]), float(state["deviation"]))
        except (KeyError, TypeError, ValueError) as error:
            raise FileFormatError(f"The scaling of the target in the model's file is damaged: {error!r}.") from None
        if not np.isfinite([scaling.mean, scaling.deviation]).all() or scaling.deviation <= 0:
            raise FileFormatError(f"The scaling of the target in the model's file is damaged: {scaling}.")
        return scaling
