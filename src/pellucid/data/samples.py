"""Samples: what a user passes to ``fit``, checked at the door and laid out as arrays with one row a sample."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.errors import ArgumentError, DataError, ShapeError

Array = npt.NDArray[Any]

_DIRECT = {np.dtype(t) for t in ("bool", "u1", "i1", "i2", "i4", "i8", "f4", "f8")}
_ENCODE = "Encode text and categories as numbers first."
_WAYS_OUT = {
    "c": "Pass the real and the imaginary parts as features of their own.",
    "M": "Pass times as numbers, such as days since the first: (x - x.min()) / numpy.timedelta64(1, 'D').",
    "m": "Pass durations as numbers, such as days: x / numpy.timedelta64(1, 'D').",
}
_CHUNK = 1 << 22  # values looked at together, so that a check of a large array needs little memory


@dataclass(frozen=True)
class Samples:
    """Inputs, targets and weights of the same number of samples, each a list of arrays (one an input, an output)."""

    inputs: Sequence[Array]
    targets: Sequence[Array] = ()
    weights: Sequence[Array] = ()

    def __len__(self) -> int:
        return len(self.inputs[0])

    @property
    def arrays(self) -> list[Array]:
        return [*self.inputs, *self.targets, *self.weights]

    @property
    def names(self) -> list[str]:
        """What a user calls each of ``arrays``: "x", or "x[0]", "x[1]" where there are several."""
        groups = {"x": self.inputs, "y": self.targets, "sample_weight": self.weights}
        return [name if len(group) == 1 else f"{name}[{i}]" for name, group in groups.items() for i in range(len(group))]

    def rows(self, start: int, stop: int | None = None) -> Samples:
        """Those from ``start`` to ``stop``: views, no copies."""
        return Samples(*([a[start:stop] for a in group] for group in (self.inputs, self.targets, self.weights)))

    def with_weights(self, weights: Sequence[Array]) -> Samples:
        return replace(self, weights=weights)


def as_arrays(argument: str, value: Any, *, mapped: bool = False) -> list[Array]:
    """The arrays in ``value``: one array, frame or nested list of numbers, or a list, tuple or dictionary of arrays.

    A memory-mapped array stays one. NaN and infinity are refused with their row, except in a memory-mapped array, which
    would have to be read whole: its values are looked at as batches are gathered. With ``mapped`` they are looked at here.

    Raises:
        DataError: nothing is there, values are not numbers, or some are not finite.
    """
    if value is None:
        raise DataError(f"{argument}: data is needed. Received None.")
    if isinstance(value, Mapping):
        leaves = list(value.values())
    elif isinstance(value, list | tuple) and any(_is_array(v) and getattr(v, "ndim", 0) > 0 for v in value):
        leaves = list(value)
    else:
        leaves = [value]
    return [_as_array(argument, leaf, mapped) for leaf in leaves]


def make_samples(inputs: Sequence[Array], targets: Sequence[Array] = (), weights: Sequence[Array] = ()) -> Samples:
    """Put together what belongs together.

    Raises:
        DataError: the data is empty, or the lengths differ.
    """
    samples = Samples(inputs, targets, weights)
    lengths = {name: len(a) for name, a in zip(samples.names, samples.arrays, strict=True)}
    if len(set(lengths.values())) > 1:
        received = ", ".join(f"{name} has {length}" for name, length in list(lengths.items())[:10])
        raise DataError(f"x and y must have one row for each sample: equal lengths. Received: {received}.")
    if len(samples) == 0:
        raise DataError("x is empty: at least one sample is needed. Received 0 rows.")
    return samples


def class_weights(weights: Mapping[int, float], target: Array) -> Array:
    """One weight a sample, by its class: a label, or the place of the largest value in a one-hot row.

    A class that ``weights`` does not name counts 1, as in Keras.

    Raises:
        ArgumentError: a class is not an integer, or a weight is negative or not finite. ShapeError: several classes a sample.
    """
    if not isinstance(weights, Mapping):
        raise ArgumentError(f"class_weight must be a dictionary, class number to weight. Received {weights!r}.")
    table_of = {integer("class_weight", "each key", c): real("class_weight", f"[{c}]", w, at_least=0) for c, w in weights.items()}
    labels = target.argmax(axis=-1) if target.ndim > 1 and target.shape[-1] > 1 else target
    if labels.size != len(labels):
        raise ShapeError(
            f"class_weight: y must have one class a sample. Received shape {target.shape}. Pass sample_weight instead."
        )
    classes, place = np.unique(np.round(labels.reshape(-1)).astype(np.int64), return_inverse=True)
    chosen: Array = np.array([table_of.get(int(c), 1.0) for c in classes], np.float32)[place]
    return chosen


def sample_weights(weight: Any, count: int) -> list[Array]:
    """``sample_weight`` as float32 arrays.

    Raises:
        DataError: a weight is negative or not finite. ShapeError: not one weight a sample.
    """
    arrays = []
    for array in as_arrays("sample_weight", weight):
        if array.ndim == 0 or len(array) != count:
            raise ShapeError(f"sample_weight: one weight for each of {count} samples is needed. Received shape {array.shape}.")
        weights = np.ascontiguousarray(array, np.float32)
        refuse_not_finite("sample_weight", weights)  # not looked at yet where it came from a file
        if (weights < 0).any():
            raise DataError(f"sample_weight: weights must be >= 0. Received {weights.min()}.")
        arrays.append(weights)
    return arrays


def split_last(samples: Samples, fraction: float) -> tuple[Samples, Samples]:
    """The first and the last part of the samples, before any shuffling, as Keras' ``validation_split`` does.

    Raises:
        ArgumentError: the fraction is not between 0 and 1, or leaves a part empty.
    """
    if not isinstance(fraction, int | float) or not 0 < fraction < 1:
        raise ArgumentError(f"validation_split must be a number > 0 and < 1. Received {fraction!r}.")
    first = int(len(samples) * (1 - fraction))
    if first in (0, len(samples)):
        raise ArgumentError(
            f"validation_split={fraction} of {len(samples)} samples leaves a part empty. Pass validation_data instead."
        )
    return samples.rows(0, first), samples.rows(first)


def _is_array(value: Any) -> bool:
    return isinstance(value, np.ndarray) or hasattr(value, "to_numpy") or hasattr(value, "__array__")


def _as_array(argument: str, value: Any, mapped: bool) -> Array:
    if hasattr(value, "to_numpy"):  # pandas' and polars' frames and series
        value = _frame_values(value)
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise DataError(f"{argument}: every value is needed. Received a masked array with {int(value.mask.sum())} masked.")
    if hasattr(value, "tocsr"):  # SciPy's
        raise DataError(f"{argument}: sparse matrices are not taken. Received {type(value).__name__}. Pass {argument}.toarray().")
    try:
        array: Array = value if isinstance(value, np.memmap) else np.asarray(value)
    except (ValueError, TypeError) as error:
        raise DataError(f"{argument}: rows must have equal lengths. Received {type(value).__name__}: {error}.") from None
    if array.dtype.kind not in "fiub":
        raise DataError(
            f"{argument}: values must be numbers. Received dtype {array.dtype}. {_WAYS_OUT.get(array.dtype.kind, _ENCODE)}"
        )
    if array.ndim == 0:
        raise ShapeError(f"{argument}: one row a sample is needed. Received a single number.")
    if array.dtype not in _DIRECT or not array.dtype.isnative:
        array = array.astype(_converted(argument, array))
    if not _rows_are_contiguous(array):
        array = np.ascontiguousarray(array)
    if array.dtype.kind == "f" and (mapped or not isinstance(array, np.memmap)):
        refuse_not_finite(argument, array)
    return array


def _converted(argument: str, array: Array) -> type[np.generic]:
    """In what numbers of a type that no kernel reads are held; a float that float32 cannot hold stays float64."""
    if array.dtype.kind == "f":
        return np.float32 if array.dtype.itemsize <= 4 else np.float64
    if array.size and array.max() > np.iinfo(np.int64).max:
        raise DataError(f"{argument}: integers must lie within the range of int64. Received {array.max()}. Pass them as floats.")
    return np.int64


def refuse_beyond(argument: str, array: Array, dtype: np.dtype[Any]) -> None:
    """Refuse values that ``dtype`` cannot hold: fractions among integers, and what lies outside of its range.

    Data of a dtype that it holds whatever the values are not looked at; nor is a memory-mapped array of floats for floats.

    Raises:
        DataError: there is one; names its row.
    """
    if dtype.kind != "f":
        if not np.can_cast(array.dtype, dtype):
            _refuse_changed(argument, array, dtype)
        return
    if array.dtype != np.float64 or dtype != np.float32 or isinstance(array, np.memmap) or not array.size:
        return
    largest = float(np.finfo(dtype).max)
    if array.max() > largest or array.min() < -largest:
        place = np.unravel_index(int(np.argmax(np.abs(array))), array.shape)
        raise DataError(
            f"{argument}: values must lie within the range of {dtype}, +-{largest:.3g}. Received {array[place]} in row "
            f"{int(place[0])}. Scale the data first, or make the model with dtype='float64'."
        )


def _refuse_changed(argument: str, array: Array, dtype: np.dtype[Any]) -> None:
    """Raise DataError with the row of the first value that is another one as ``dtype``, which is no float's."""
    step = _rows_at_once(array)
    for start in range(0, len(array), step):
        part = array[start : start + step]
        with np.errstate(invalid="ignore"):
            changed = part.astype(dtype) != part
        if changed.any():
            place = np.unravel_index(int(np.argmax(changed)), part.shape)
            low, high = (0, 1) if dtype.kind == "b" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
            raise DataError(
                f"{argument}: values must be whole numbers from {low} to {high}, as they become {dtype}. Received {part[place]} "
                f"in row {int(place[0]) + start}. Round or map them first, or let Input take floats."
            )


def _frame_values(frame: Any) -> Any:
    """A frame's numbers. Columns of numbers beside columns of booleans, or nullable ones, would become Python objects."""
    values = frame.to_numpy()
    if values.dtype != object:
        return values
    dtypes = np.atleast_1d(np.asarray(frame.dtypes if hasattr(frame, "dtypes") else frame.dtype, object))
    numbers = all(getattr(dtype, "kind", "O") in "fiub" for dtype in dtypes)
    return frame.to_numpy(dtype="float64", na_value=np.nan) if numbers else values


def _rows_are_contiguous(array: Array) -> bool:
    return len(array) == 0 or bool(array[0].flags.c_contiguous)


def refuse_not_finite(argument: str, array: Array) -> None:
    """Raise DataError with the place of the first NaN or infinity."""
    step = _rows_at_once(array)
    starts = range(0, len(array), step)
    parts = (array[start : start + step] for start in starts)
    if len(starts) == 1:
        sums = list(map(_sum, parts))
    else:  # NumPy lets other threads run while it adds
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            sums = list(pool.map(_sum, parts))
    for start, total in zip(starts, sums, strict=True):
        # A sum is not finite if a term is not: one pass without a temporary. One that only overflowed is looked at again.
        if np.isfinite(total):
            continue
        part = array[start : start + step]
        finite = np.isfinite(part)
        if not finite.all():
            place = np.unravel_index(int(np.argmin(finite)), part.shape)
            row, rest = int(place[0]) + start, tuple(int(i) for i in place[1:])
            column = f", position {rest if len(rest) > 1 else rest[0]}" if rest else ""
            raise DataError(
                f"{argument}: values must be finite. Received {part[place]} in row {row}{column}. "
                "Remove or replace such values first."
            )


def _rows_at_once(array: Array) -> int:
    return max(1, _CHUNK // max(1, int(np.prod(array.shape[1:], dtype=np.int64))))


def _sum(part: Array) -> Any:
    with np.errstate(over="ignore", invalid="ignore"):
        return part.sum()
