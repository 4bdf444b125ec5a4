"""Tables of named columns from files: separated text (.csv) and Parquet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.cells import Cells, read_csv_cells, read_parquet_cells
from pellucid.data.columns import Column, find_columns
from pellucid.data.targets import Problem, read_targets
from pellucid.errors import ArgumentError, DataError

Array = npt.NDArray[Any]

_READERS = {".csv": read_csv_cells, ".tsv": read_csv_cells, ".parquet": read_parquet_cells}
ENDINGS = tuple(_READERS)


@dataclass(frozen=True)
class Table:
    """What a file holds: rows, their targets, and what both are called.

    Args:
        x: the values of the columns side by side, as objects: numbers, NaN where one is missing; words for categories.
        y: labels 0, 1, ... (int64) for classification, numbers (float64) for regression; None where the file has no targets.
        problem: ``classification`` or ``regression``.
        label_names: what the labels 0, 1, ... stand for; empty for regression.
        columns: what x is made of.
    """

    x: Array
    y: Array | None
    problem: Problem
    label_names: tuple[str, ...]
    columns: tuple[Column, ...]


def read_table(
    path: str | Path,
    target: str | None = None,
    *,
    problem: Problem | None = None,
    columns: Sequence[Column] | None = None,
    label_names: Sequence[str] | None = None,
    categories: Collection[str] = (),
    ignore: Collection[str] = (),
) -> Table:
    """Rows and targets of a file.

    Args:
        path: ends in .csv or .tsv (UTF-8; commas, semicolons, tabs or bars between; see `read_csv_cells`) or in .parquet.
        target: the column to be predicted; None for a file of rows alone. See `read_targets`.
        problem: ``regression`` fits whole numbers as numbers; ``classification`` takes any value as a label; None chooses.
        columns: those of a model that is there already, wherever they stand in the file; others are passed over. None finds
            out what kind each column is.
        label_names: labels that are known already, in their order; any other is refused.
        categories: columns to take as categories though they look like numbers.
        ignore: columns to pass over.

    Raises:
        FileFormatError: not a file of this format, badly quoted, or columns without names.
        ArgumentError: another ending, or a name that is no column.
        DataError: no such file; a column is missing; a cell is not of its column's kind, or a target is missing (file, line and
            column are named); rows of unequal lengths.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ArgumentError(f"{path}: tables end in {', '.join(ENDINGS)}. Received {path.suffix or 'no ending'!r}.")
    if not path.is_file():
        raise DataError(f"{path}: no such file.")
    cells = reader(path)
    if target is not None:
        cells.require("target", [target])
    cells.require("--category", sorted(categories))
    cells.require("--ignore", sorted(ignore))
    if columns is None:
        features = [name for name in cells.names if name != target and name not in ignore]
        if not features:
            raise DataError(f"{path}: has no column besides the target {target!r} to learn from.")
        columns = find_columns(cells, features, categories)
    elif lacking := [column.name for column in columns if column.name not in cells.columns]:
        raise DataError(f"{path}: lacks the columns {', '.join(lacking)}. Received {', '.join(cells.names)}.")
    x = np.concatenate([column.values(cells) for column in columns], axis=1)
    if target is None:
        return Table(x, None, problem or "classification", tuple(label_names or ()), tuple(columns))
    y, posed, names = read_targets(cells, target, problem, label_names)
    return Table(x, y, posed, names, tuple(columns))


def column_names(path: str | Path) -> list[str]:
    """The columns of a file, for a message.

    Raises:
        As `read_table`.
    """
    path = Path(path)
    cells: Cells = _READERS[path.suffix.lower()](path)
    return cells.names
