"""Columns of a table: what kind each is, and its cells as values."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from pellucid.data.cells import Cells, is_missing
from pellucid.errors import DataError

Array = npt.NDArray[Any]
Kind = Literal["number", "boolean", "date", "moment", "category"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_TRUTH = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_LARGEST = float(np.finfo(np.float32).max)
_OTHER_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1(\d{2}|\d{4})|\d{4}([./])\d{1,2}\3\d{1,2}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2})?")
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Column:
    """A column that a model is given.

    Args:
        name: in the first line of the file.
        kind: "number"; "boolean", which is 0 or 1; "category", one of several words; "date", which becomes three numbers: days
            since 1970, month, day of the week (Monday is 0); "moment", a date with a time of day, whose hours are a fourth.
    """

    name: str
    kind: Kind

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the values that it becomes."""
        if self.kind not in ("date", "moment"):
            return (self.name,)
        parts = ("day", "month", "weekday", "hour")[: 3 if self.kind == "date" else 4]
        return tuple(f"{self.name} ({part})" for part in parts)

    def values(self, cells: Cells) -> Array:
        """Shape (rows, parts), of objects: words for a category, "" where there is none; numbers else, NaN where there is none.

        Raises:
            DataError: a cell is not of this kind; names its place.
        """
        column = cells.columns[self.name]
        if self.kind == "category":
            return _objects([("" if is_missing(cell) else cell,) for cell in column], 1)
        known = self._known(cells)
        nothing = (math.nan,) * len(self.parts)
        values = []
        for row, cell in enumerate(column):
            value = nothing if is_missing(cell) else known.get(cell)
            if value is None:
                raise DataError(f"{cells.place(row, self.name)}: {cell!r} is not {_NEEDED[self.kind]}.")
            values.append(value)
        return _objects(values, len(self.parts))

    def _known(self, cells: Cells) -> dict[str, tuple[float, ...]]:
        """The values of each different cell that is of this kind."""
        present = {cell for cell in cells.columns[self.name] if not is_missing(cell)}
        if self.kind == "number":
            numbers = cells.numbers(self.name).items()
            return {cell: (number,) for cell, number in numbers if number is not None and abs(number) <= _LARGEST}
        if self.kind == "boolean":
            truths = {cell: _TRUTH.get(cell.lower(), _as_truth(cells.numbers(self.name).get(cell))) for cell in present}
            return {cell: (truth,) for cell, truth in truths.items() if truth is not None}
        moments = {cell: _moment(cell) for cell in present}
        return {cell: _numbers_of(m)[: len(self.parts)] for cell, m in moments.items() if m is not None}


_NEEDED = {
    "number": "a finite number of 32 bits",
    "boolean": "true or false, yes or no",
    "date": "a date such as 2024-12-31",
    "moment": "a moment such as 2024-12-31 23:59:59",
}


def find_columns(cells: Cells, names: Sequence[str], categories: Collection[str] = ()) -> tuple[Column, ...]:
    """The columns of these names, each of the kind that all its cells are of.

    Args:
        categories: columns to take as categories whatever they hold.

    Raises:
        DataError: a column mixes numbers or dates with something else, or has dates that could be read in two ways.
    """
    return tuple(Column(name, "category" if name in categories else _kind(cells, name)) for name in names)


def _kind(cells: Cells, name: str) -> Kind:
    numbers = cells.numbers(name)
    if not numbers:
        return "number"  # nothing is known of it; it will be left out
    if all(cell.lower() in _TRUTH for cell in numbers):
        return "boolean"
    if name in cells.categories:
        return "category"
    if strange := [cell for cell in numbers if _OTHER_DATE.fullmatch(cell) and not _DAY.fullmatch(cell)]:
        row = list(cells.columns[name]).index(strange[0])
        raise DataError(
            f"{cells.place(row, name)}: {strange[0]!r} looks like a date, but which number is the day is a guess. Write dates as "
            "2024-12-31, leave the column out (--ignore), or take it as a category (--category)."
        )
    if all(map(_DAY.fullmatch, numbers)):
        return "date"
    if all(_DAY.fullmatch(cell) or _MOMENT.fullmatch(cell) for cell in numbers):
        return "moment"
    others = [cell for cell, number in numbers.items() if number is None]
    if not others:
        return "number"
    if 2 * len(others) > len(numbers):
        return "category"
    row = list(cells.columns[name]).index(others[0])
    raise DataError(
        f"{cells.place(row, name)}: {others[0]!r} is not a number, as {len(numbers) - len(others)} of {len(numbers)} different "
        "values of this column are. Leave the cell empty if the value is missing, or take the column as a category (--category)."
    )


def _as_truth(number: float | None) -> float | None:
    return number if number in (0.0, 1.0) else None


def _moment(cell: str) -> datetime | None:
    if not (_DAY.fullmatch(cell) or _MOMENT.fullmatch(cell)):
        return None
    try:
        return datetime.fromisoformat(cell)
    except ValueError:
        return None


def _numbers_of(moment: datetime) -> tuple[float, ...]:
    days = (moment - _EPOCH).days
    hours = moment.hour + moment.minute / 60 + moment.second / 3600
    return float(days), float(moment.month), float(moment.weekday()), hours


def _objects(rows: Sequence[tuple[Any, ...]], width: int) -> Array:
    values = np.empty((len(rows), width), object)
    values[...] = rows
    return values
