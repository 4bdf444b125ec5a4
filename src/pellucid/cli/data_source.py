"""Data by the name that a command is given: digits, mnist, fashion-mnist, FILE.npz, FILE.csv or FILE.parquet."""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.archives import read_npz
from pellucid.data.columns import Column
from pellucid.data.fingerprint import fingerprint
from pellucid.data.splits import Part, Split, split_off
from pellucid.data.tables import ENDINGS, column_names, read_table
from pellucid.data.targets import Problem
from pellucid.datasets import digits, fashion_mnist, mnist
from pellucid.errors import ArgumentError, DataError, unknown_name

Array = npt.NDArray[Any]

NAMED: dict[str, Any] = {"digits": digits, "mnist": mnist, "fashion-mnist": fashion_mnist}
TEST_FRACTION = 0.2  # of files that bring no test set


@dataclass(frozen=True)
class Data:
    """Data before it is divided, with what is known of it.

    Args:
        name: for titles and folders: the data set's name, or the file's without its ending.
        given: the samples and targets that training may use. Those of a table are values of its columns, not yet preprocessed.
        problem: ``classification`` or ``regression``.
        label_names: what labels are called.
        columns: of a table.
        validation, test: sets that the data brings along.
        has_targets: False where the targets are only there to fill their place.
    """

    name: str
    given: Part
    problem: Problem
    label_names: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    validation: Part | None = None
    test: Part | None = None
    has_targets: bool = True

    @property
    def outputs(self) -> int:
        return len(self.label_names) if self.problem == "classification" else 1

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return self.given.x.shape[1:]

    def fingerprint(self) -> str:
        """SHA-256 of all values, so that a run can tell its own data again, wherever it lies."""
        parts = [part for part in (self.given, self.validation, self.test) if part is not None]
        return fingerprint(array for part in parts for array in (part.x, part.y))

    def only(self, columns: Sequence[Column]) -> Data:
        """A table with these of its columns, in this order."""
        places: dict[str, range] = {}
        start = 0
        for column in self.columns:
            places[column.name] = range(start, start + len(column.parts))
            start = places[column.name].stop
        chosen = [place for column in columns for place in places[column.name]]
        return replace(self, given=Part(self.given.x[:, chosen], self.given.y), columns=tuple(columns))

    def divided(self, validation: float, seed: int) -> Split:
        """The three sets: those that the data brings along, the others drawn at random by the seed."""
        labelled = self.problem == "classification"
        rest, test, chosen = self.given, self.test, self.validation
        if test is None:
            rest, test = split_off(rest, TEST_FRACTION, stratify=labelled, seed=seed)
        if chosen is None and validation > 0:
            rest, chosen = split_off(rest, validation, stratify=labelled, seed=seed)
        return Split(rest, chosen, test)

    def whole(self) -> Part:
        """All samples, of whichever set."""
        parts = [part for part in (self.given, self.validation, self.test) if part is not None]
        return Part(np.concatenate([part.x for part in parts]), np.concatenate([part.y for part in parts]))


def open_data(
    data: str,
    *,
    target: str | None = None,
    data_dir: Path | None = None,
    problem: Problem | None = None,
    columns: tuple[Column, ...] | None = None,
    label_names: tuple[str, ...] | None = None,
    categories: Collection[str] = (),
    ignore: Collection[str] = (),
    need_targets: bool = True,
) -> Data:
    """Read the data of this name.

    Args:
        data: a data set's name, or a file that ends in .npz, .csv, .tsv or .parquet.
        target: the column of a table that is to be predicted.
        data_dir: where the files of a data set lie.
        problem: for the whole numbers of a table, whether they are labels.
        columns, label_names: as a model was trained with.
        categories, ignore: columns of a table, see `read_table`.
        need_targets: refuse a file without targets; where False, those of ``target`` are read if the table has them.

    Raises:
        ArgumentError: no such data set, not a file's name, or an option that is for tables.
        DataError, DatasetUnavailable, FileFormatError: the data is not here or cannot be used.
    """
    path = Path(data)
    if data not in NAMED and path.suffix.lower() in ENDINGS:
        return _table(path, target, problem, columns, label_names, categories, ignore, need_targets)
    options = {"--target": target if need_targets else None, "--category": categories, "--ignore": ignore}
    for option, value in options.items():
        if value:
            raise ArgumentError(
                f"{option} names a column of a table, FILE.csv or FILE.parquet; {data} is none. Received {value!r}. Leave it out."
            )
    if data in NAMED:
        return _named(data, data_dir)
    if path.suffix.lower() != ".npz":
        raise unknown_name("data", data, [*NAMED, "FILE.npz", "FILE.csv", "FILE.parquet"])
    if not path.is_file():
        raise DataError(f"{path}: no such file.")
    archive = read_npz(path, need_targets=need_targets)
    y = archive.y if archive.y is not None else np.zeros(len(archive.x), np.int64)
    names = label_names or archive.label_names
    given = Part(_as_trainable(archive.x), y)
    return Data(path.stem, given, archive.problem, names, (), archive.validation, archive.test, has_targets=archive.y is not None)


def _table(
    path: Path,
    target: str | None,
    problem: Problem | None,
    columns: tuple[Column, ...] | None,
    label_names: tuple[str, ...] | None,
    categories: Collection[str],
    ignore: Collection[str],
    need_targets: bool,
) -> Data:
    if not path.is_file():
        raise DataError(f"{path}: no such file.")
    if target is None and need_targets:
        names = ", ".join(column_names(path))[:500]
        raise ArgumentError(f"{path}: name the column to be predicted: --target COLUMN. Columns: {names}.")
    read = functools.partial(
        read_table, path, problem=problem, columns=columns, label_names=label_names, categories=categories, ignore=ignore
    )
    try:
        table = read(target)
    except ArgumentError:
        if need_targets or target is None:
            raise
        table = read(None)  # rows to be answered may lack the column, or hold in it what the run has never seen
    y = table.y if table.y is not None else np.zeros(len(table.x), np.int64)
    return Data(path.stem, Part(table.x, y), table.problem, table.label_names, table.columns, has_targets=table.y is not None)


def _named(name: str, data_dir: Path | None) -> Data:
    module = NAMED[name]
    (x, y), (x_test, y_test) = module.load_data() if module is digits else module.load_data(data_dir)
    return Data(name, Part(x, y), "classification", module.CLASS_NAMES, test=Part(x_test, y_test))


def _as_trainable(x: Array) -> Array:
    """Bytes stay bytes, all other numbers become float32."""
    if x.dtype == np.uint8:
        return x
    converted = x.astype(np.float32, copy=False)
    if x.dtype.kind == "f" and not np.isfinite(converted).all():
        raise DataError("x has a value beyond the range of 32-bit floats. Scale the data first.")
    return converted
