"""NumPy archives (.npz) of samples and targets."""

from __future__ import annotations

import math
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.data.splits import Part
from pellucid.data.targets import MOST_LABELS, Problem
from pellucid.errors import DataError, FileFormatError

Array = npt.NDArray[Any]

_LARGEST_RATIO = 1032  # DEFLATE cannot expand a byte into more (zlib's technical notes)


@dataclass(frozen=True)
class Archive:
    """What an archive holds.

    Args:
        x: samples, along the first axis.
        y: labels 0, 1, ... (int64) for classification, numbers (float32) for regression; None where the file has no targets.
        problem: ``classification`` or ``regression``.
        label_names: what the labels 0, 1, ... are called; empty for regression.
        validation: a validation set of its own, where the file has one.
        test: a test set of its own, where the file has one.
    """

    x: Array
    y: Array | None
    problem: Problem = "classification"
    label_names: tuple[str, ...] = ()
    validation: Part | None = None
    test: Part | None = None


def read_npz(path: str | Path, *, need_targets: bool = True) -> Archive:
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
        return Archive(x, None)
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
    return Archive(x, y, problem, names, validation=parts.get("val"), test=parts.get("test"))


def _arrays(path: Path) -> dict[str, Array]:
    if not zipfile.is_zipfile(path):
        raise FileFormatError(f"{path}: not a NumPy archive. Save samples and targets together: np.savez(file, x=..., y=...).")
    try:
        with zipfile.ZipFile(path) as archive:
            return {info.filename.removesuffix(".npy"): _array(archive, info) for info in archive.infolist()}
    except FileFormatError as error:
        raise FileFormatError(f"{path}: {error}") from None
    except Exception as error:  # the header of an array is parsed as Python's literals, by which many errors are possible
        raise FileFormatError(f"{path}: a damaged NumPy archive ({error}). Write it again.") from None


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    """One array; its header must not declare more than the archive has before anything is allocated for it."""
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
        if dtype.hasobject:
            raise FileFormatError(
                f"{info.filename} is an array of Python objects. They would have to be unpickled, which can run any code, "
                "and is refused. Save arrays of numbers: np.savez(file, x=..., y=...)."
            )
        size = math.prod(shape) * dtype.itemsize
        if size > info.file_size or info.file_size > _LARGEST_RATIO * info.compress_size:
            raise FileFormatError(f"{info.filename} declares {size:,} bytes, more than a file of this length can hold.")
    with archive.open(info) as file:
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
        if file.read(1):
            raise FileFormatError(f"{info.filename} holds more than it declares.")
    return array


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
    if int(y.min()) < 0 or int(y.max()) >= MOST_LABELS:
        raise DataError(
            f"{path}: labels must be 0 to {MOST_LABELS - 1}. Received {int(y.min())} to {int(y.max())}. "
            "Number them from 0; or save numbers to be fitted as floats."
        )
    return y.astype(np.int64), "classification"
