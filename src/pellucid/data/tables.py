"""Tables from files: NumPy archives (.npz) and comma-separated text (.csv)."""

from __future__ import annotations

import csv
import math
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from pellucid.data.splits import Part
from pellucid.errors import ArgumentError, DataError, FileFormatError, unknown_name

Array = npt.NDArray[Any]
Problem = Literal["classification", "regression"]

_MOST_LABELS = 1000
_LARGEST = float(np.finfo(np.float32).max)
_MISSING = {"", "na", "n/a", "nan", "null", "none", "?"}


@dataclass(frozen=True)
class Table:
    """What a file holds: samples, their targets, and what both are called.

    Args:
        x: samples, along the first axis.
        y: labels 0, 1, ... (int64) for classification, numbers (float32) for regression; None where the file has no targets.
        problem: ``classification`` or ``regression``.
        label_names: what the labels 0, 1, ... stand for; empty for regression.
        feature_names: the columns of x, for a table of named columns.
        validation: a validation set of its own, where the file has one.
        test: a test set of its own, where the file has one.
    """

    x: Array
    y: Array | None
    problem: Problem = "classification"
    label_names: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    validation: Part | None = None
    test: Part | None = None


def read_npz(path: str | Path, *, need_targets: bool = True) -> Table:
    """Samples and targets of a NumPy archive.

    Args:
        path: a file with arrays ``x`` and ``y``; or ``x_train`` and ``y_train``, with ``x_val``, ``y_val``, ``x_test`` and
            ``y_test`` where there are such sets. Integer targets are labels, float targets are numbers.
        need_targets: refuse a file without targets.

    Raises:
        FileFormatError: not an archive, damaged, or with arrays of Python objects, which only unpickling could read.
        DataError: an array is missing, empty or not numeric, or x and y differ in length.
    """
    path = Path(path)
    arrays = _arrays(path)
    x_name = "x_train" if "x_train" in arrays else "x"
    if x_name not in arrays:
        raise DataError(f"{path}: needs an array 'x', or 'x_train'. Received {', '.join(arrays) or 'an empty archive'}.")
    x, y = arrays[x_name], arrays.get(x_name.replace("x", "y", 1))
    _check_finite(path, x_name, x)
    if y is None:
        if need_targets:
            raise DataError(f"{path}: needs targets, an array {x_name.replace('x', 'y', 1)!r}. Received {', '.join(arrays)}.")
        return Table(x, None)
    y, problem = _npz_targets(path, x, y)
    parts = {}
    for part in ("val", "test"):
        if f"x_{part}" in arrays and f"y_{part}" in arrays:
            _check_finite(path, f"x_{part}", arrays[f"x_{part}"])
            targets, part_problem = _npz_targets(path, arrays[f"x_{part}"], arrays[f"y_{part}"])
            if arrays[f"x_{part}"].shape[1:] != x.shape[1:] or part_problem != problem:
                received = arrays[f"x_{part}"].shape
                raise DataError(f"{path}: x_{part} and y_{part} must be like {x_name}, {x.shape}. Received {received}.")
            parts[part] = Part(arrays[f"x_{part}"], targets)
    names: tuple[str, ...] = ()
    if problem == "classification":
        names = tuple(str(label) for label in range(max(int(part.max()) for part in (y, *(p.y for p in parts.values()))) + 1))
    return Table(x, y, problem, names, validation=parts.get("val"), test=parts.get("test"))


def _arrays(path: Path) -> dict[str, Array]:
    if not zipfile.is_zipfile(path):
        raise FileFormatError(f"{path}: not a NumPy archive. Save samples and targets together: np.savez(file, x=..., y=...).")
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, KeyError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
        if "pickle" in str(error):
            raise FileFormatError(
                f"{path}: holds an array of Python objects. They would have to be unpickled, which can run any code, "
                "and is refused. Save arrays of numbers: np.savez(file, x=..., y=...)."
            ) from None
        raise FileFormatError(f"{path}: a damaged NumPy archive ({error}). Write it again.") from None


def _check_finite(path: Path, name: str, x: Array) -> None:
    if x.dtype.kind not in "fiub" or x.ndim < 2 or not x.size:
        raise DataError(f"{path}: {name} must be numbers of shape (samples, features, ...). Received {x.shape}, {x.dtype}.")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(x))[0])
        raise DataError(
            f"{path}: {name} has a value that is missing or infinite, the first at {list(where)}. Fill it in, or leave it out."
        )


def _npz_targets(path: Path, x: Array, y: Array) -> tuple[Array, Problem]:
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or len(y) != len(x) or y.dtype.kind not in "fiub":
        raise DataError(f"{path}: targets must be {len(x)} numbers, one for each sample. Received {y.shape}, {y.dtype}.")
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise DataError(f"{path}: a target is missing or infinite. Fill it in, or leave its sample out.")
        return y.astype(np.float32), "regression"
    if int(y.min()) < 0 or int(y.max()) >= _MOST_LABELS:
        raise DataError(
            f"{path}: labels must be 0 to {_MOST_LABELS - 1}. Received {int(y.min())} to {int(y.max())}. "
            "Number them from 0; or save numbers to be fitted as floats."
        )
    return y.astype(np.int64), "classification"


def read_csv(
    path: str | Path,
    target: str | None,
    *,
    problem: Problem | None = None,
    columns: Sequence[str] | None = None,
    label_names: Sequence[str] | None = None,
) -> Table:
    """Samples and targets of a comma-separated text file whose first line names the columns.

    Args:
        path: the file, in UTF-8.
        target: the column to be predicted; None for a file of samples alone. Words and whole numbers are labels, other
            numbers are fitted as numbers.
        problem: ``regression`` fits whole numbers as numbers; ``classification`` takes any value as a label; None chooses.
        columns: the columns of x, in this order; all but the target where None.
        label_names: labels that are known already, in their order; any other is refused.

    Raises:
        FileFormatError: not UTF-8, badly quoted, or no header.
        ArgumentError: the target is not a column.
        DataError: a cell is missing or not a number (row and column are named), rows of unequal length, too many labels.
    """
    path = Path(path)
    header, rows = _cells(path)
    if target is not None and target not in header:
        raise unknown_name(f"{path}: target column", target, header)
    features = tuple(columns) if columns is not None else tuple(name for name in header if name != target)
    if lacking := [name for name in features if name not in header]:
        raise DataError(f"{path}: lacks the columns {', '.join(lacking)}. Received {', '.join(header)}.")
    if not features:
        raise DataError(f"{path}: has no column besides the target {target!r} to learn from.")
    places = [header.index(name) for name in features]
    x = np.empty((len(rows), len(features)), np.float32)
    for i, (line, row) in enumerate(rows):
        for j, place in enumerate(places):
            x[i, j] = _number(path, line, header[place], row[place])
    if target is None:
        return Table(x, None, problem or "classification", tuple(label_names or ()), features)
    place = header.index(target)
    y, kind, names = _csv_targets(path, target, [(line, row[place]) for line, row in rows], problem, label_names)
    return Table(x, y, kind, names, features)


def _cells(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each row with its line's number."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True, skipinitialspace=True)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader if row]
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{path}: not text in UTF-8 ({error.reason} at byte {error.start}).") from None
    except csv.Error as error:
        raise FileFormatError(f"{path}: not comma-separated text ({error}).") from None
    if len(rows) < 2:
        raise DataError(f"{path}: needs a line of column names and at least one row. Received {len(rows)} lines.")
    (_, header), *body = rows
    if len(set(header)) < len(header) or "" in header:
        raise FileFormatError(f"{path}: each column needs a name of its own in the first line. Received {', '.join(header)}.")
    for line, row in body:
        if len(row) != len(header):
            raise DataError(f"{path}, line {line}: {len(row)} cells where the header names {len(header)} columns.")
    return header, body


def _number(path: Path, line: int, column: str, cell: str) -> float:
    if cell.lower() in _MISSING:
        raise DataError(
            f"{path}, line {line}, column {column!r}: the value is missing ({cell!r}). "
            "Fill it in, or leave the row or column out."
        )
    try:
        number = float(cell)
    except ValueError:
        raise DataError(
            f"{path}, line {line}, column {column!r}: {cell!r} is not a number. Features must be numbers; "
            "give each word a column of 0 and 1, or leave the column out."
        ) from None
    if not math.isfinite(number) or abs(number) > _LARGEST:
        raise DataError(f"{path}, line {line}, column {column!r}: {cell!r} is not a finite number of 32 bits.")
    return number


def _csv_targets(
    path: Path, column: str, cells: list[tuple[int, str]], problem: Problem | None, known: Sequence[str] | None
) -> tuple[Array, Problem, tuple[str, ...]]:
    for line, cell in cells:
        if cell.lower() in _MISSING:
            raise DataError(f"{path}, line {line}, column {column!r}: the target is missing. Leave the row out.")
    if problem is None and known is None:
        problem = "regression" if _is_fractional([cell for _, cell in cells]) else "classification"
    if problem == "regression":
        return np.array([_number(path, line, column, cell) for line, cell in cells], np.float32), "regression", ()
    texts = [_label(cell) for _, cell in cells]
    names = tuple(known) if known is not None else tuple(sorted(set(texts), key=_label_order))
    place = {name: label for label, name in enumerate(names)}
    for (line, _), text in zip(cells, texts, strict=True):
        if text not in place:
            raise DataError(f"{path}, line {line}, column {column!r}: {text!r} is not a known label. Known: {', '.join(names)}.")
    if known is None and len(names) > max(2, min(_MOST_LABELS, len(cells) // 2)):
        raise DataError(
            f"{path}: column {column!r} has {len(names)} different labels in {len(cells)} rows, too many to learn. "
            "Numbers to be fitted rather than labels: problem='regression' (on the command line: --loss mse)."
        )
    return np.array([place[text] for text in texts], np.int64), "classification", names


def _is_fractional(cells: list[str]) -> bool:
    """All numbers, and not all of them whole."""
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return False
    return not all(number.is_integer() for number in numbers)


def _label(cell: str) -> str:
    """A label's name: '1.0' and '1' are one."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    return str(int(number)) if number.is_integer() else cell


def _label_order(name: str) -> tuple[bool, float, str]:
    """Numbers by size, before words by letter."""
    try:
        return False, float(name), name
    except ValueError:
        return True, 0.0, name


def read_table(
    path: str | Path,
    target: str | None = None,
    *,
    problem: Problem | None = None,
    columns: Sequence[str] | None = None,
    label_names: Sequence[str] | None = None,
    need_targets: bool = True,
) -> Table:
    """``read_npz`` or ``read_csv``, by the file's ending.

    Raises:
        ArgumentError: another ending; a .csv without a target column though targets are needed.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in (".npz", ".csv"):
        raise ArgumentError(f"{path}: files of data end in .npz or .csv. Received {ending or 'no ending'!r}.")
    if not path.is_file():
        raise DataError(f"{path}: no such file.")
    if ending == ".npz":
        return read_npz(path, need_targets=need_targets)
    if target is None and need_targets:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            header = file.readline().strip()[:500]
        raise ArgumentError(f"{path}: name the column to be predicted: --target COLUMN. Columns: {header}.")
    return read_csv(path, target, problem=problem, columns=columns, label_names=label_names)
