"""Data by the name that a command is given: digits, mnist, fashion-mnist, FILE.npz or FILE.csv."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.data.splits import Part, Split, split_off
from pellucid.data.tables import Problem, read_table
from pellucid.datasets import digits, fashion_mnist, mnist
from pellucid.errors import ArgumentError, DataError, unknown_name

Array = npt.NDArray[Any]
PartName = Literal["train", "validation", "test", "all"]

NAMED: dict[str, Any] = {"digits": digits, "mnist": mnist, "fashion-mnist": fashion_mnist}
TEST_FRACTION = 0.2  # of files that bring no test set


@dataclass(frozen=True)
class Data:
    """Data before it is divided, with what is known of it.

    Args:
        name: for titles and folders: the data set's name, or the file's without its ending.
        given: the samples and targets that training may use; y None where the file has no targets.
        validation, test: sets that the data brings along.
        problem: ``classification`` or ``regression``.
        label_names, feature_names: what labels and columns are called.
    """

    name: str
    given: Part
    problem: Problem
    label_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
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
        digest = hashlib.sha256()
        for part in (self.given, self.validation, self.test):
            for array in () if part is None else (part.x, part.y):
                digest.update(f"{array.dtype.str}{array.shape}".encode())
                digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

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
    feature_names: tuple[str, ...] | None = None,
    label_names: tuple[str, ...] | None = None,
    need_targets: bool = True,
) -> Data:
    """Read the data of this name.

    Args:
        data: a data set's name, or a file that ends in .npz or .csv.
        target: the column of a .csv that is to be predicted.
        data_dir: where the files of a data set lie.
        problem: for the whole numbers of a .csv, whether they are labels.
        feature_names, label_names: as a model was trained with.
        need_targets: refuse a file without targets.

    Raises:
        ArgumentError: no such data set, and not a file's name.
        DataError, DatasetUnavailable, FileFormatError: the data is not here or cannot be used.
    """
    if data in NAMED:
        if target is not None:
            raise ArgumentError(
                f"--target names a column of a .csv file; {data} has its labels. Received {target!r}. Leave it out."
            )
        return _named(data, data_dir)
    path = Path(data)
    if path.suffix.lower() not in (".npz", ".csv") and not path.exists():
        raise unknown_name("data", data, [*NAMED, "FILE.npz", "FILE.csv"])
    table = read_table(
        path, target, problem=problem, columns=feature_names or None, label_names=label_names or None, need_targets=need_targets
    )
    has_targets = table.y is not None
    y = table.y if table.y is not None else np.zeros(len(table.x), np.int64)
    names = label_names or table.label_names
    opened = Data(
        path.stem, Part(table.x, y), table.problem, names, table.feature_names, table.validation, table.test, has_targets
    )
    return replace(opened, given=Part(_as_trainable(opened.given.x), y))


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
