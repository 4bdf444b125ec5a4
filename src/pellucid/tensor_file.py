"""Tensor files: named arrays and one JSON description in a safetensors file, with a checksum; docs/model_format.md."""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pellucid.atomic import replacing
from pellucid.errors import ArgumentError, FileFormatError

Array = npt.NDArray[Any]

_CONTENT, _CHECKSUM = "pellucid", "checksum"
_UNCHECKED_FORMAT = 1  # the only one without a checksum
_LARGEST_HEADER = 16 << 20
_MOST_ARRAYS = 1 << 16
_MOST_AXES = 32
_LONGEST_NAME = 1000
_LARGEST_SIZE = 1 << 48
_DEEPEST = 200
_DTYPES = {
    "BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "U32": "<u4", "I32": "<i4", "U64": "<u8", "I64": "<i8",
    "F16": "<f2", "F32": "<f4", "F64": "<f8",
}  # fmt: skip
_NAMES = {np.dtype(dtype): name for name, dtype in _DTYPES.items()}


def write_tensors(path: str | Path, arrays: Mapping[str, Array], content: Mapping[str, Any]) -> None:
    """Write arrays and description; the file before stays whole whatever fails.

    Args:
        path: the file, in a folder that exists.
        arrays: numbers by name; written in C order, wherever and however they lie.
        content: what JSON can hold.

    Raises:
        ArgumentError: the folder does not exist, or something does not fit into such a file. OSError: the disk is full or fails.
    """
    laid = {name: _laid_out(name, array) for name, array in arrays.items()}
    order = sorted(laid, key=lambda name: (-laid[name].itemsize, name))  # so every array lies aligned
    text = json.dumps(content)
    header: dict[str, Any] = {"__metadata__": {_CONTENT: text, _CHECKSUM: _checksum(text, laid)}}
    end = 0
    for name in order:
        start, end = end, end + laid[name].nbytes
        header[name] = {"dtype": _NAMES[laid[name].dtype], "shape": list(laid[name].shape), "data_offsets": [start, end]}
    raw = json.dumps(header, separators=(",", ":")).encode()
    raw += b" " * (-len(raw) % 8)
    if len(raw) > _LARGEST_HEADER or len(laid) > _MOST_ARRAYS:
        raise ArgumentError(
            f"{path}: a file holds at most {_MOST_ARRAYS:,} arrays and a description of {_LARGEST_HEADER:,} bytes. "
            f"Received {len(laid):,} arrays and {len(raw):,} bytes."
        )
    with replacing(path) as file:
        file.write(len(raw).to_bytes(8, "little"))
        file.write(raw)
        for name in order:
            file.write(laid[name].reshape(-1).view(np.uint8).data)


def read_tensors(path: str | Path, *, limit: int | None = None) -> tuple[dict[str, Any], dict[str, Array]]:
    """The description and the arrays of a file that `write_tensors` wrote.

    Nothing is allocated for an array before the whole header is found to fit the file's length.

    Args:
        path: the file.
        limit: the most bytes that the arrays may take; what the machine has where None.

    Raises:
        FileFormatError: the file is absent, damaged, truncated, of another kind, or beyond a limit.
    """
    try:
        with _opened(path) as file:
            header = _read_header(file, path)
            most = _memory() if limit is None else limit
            if header.size > most:
                raise FileFormatError(f"{path}: holds arrays of {header.size:,} bytes. At most {most:,} are allowed here.")
            arrays = {}
            for entry in header.entries:
                array = arrays[entry.name] = np.empty(entry.shape, entry.dtype)
                if array.nbytes and file.readinto(array.reshape(-1).view(np.uint8).data) != array.nbytes:  # type: ignore[attr-defined]
                    raise FileFormatError(f"{path}: ends within {entry.name!r}. It is truncated; take a copy of it.")
    except (OSError, MemoryError) as error:
        raise FileFormatError(f"{path}: not readable: {error}.") from None
    if header.checksum is not None and header.checksum != _checksum(header.text, arrays):
        raise FileFormatError(f"{path}: damaged: the checksum in it is not that of what it holds. Take a copy of it.")
    for entry in header.entries:
        if entry.dtype == np.bool and arrays[entry.name].view(np.uint8).max(initial=0) > 1:
            raise FileFormatError(f"{path}: damaged: {entry.name!r} has truth values other than 0 and 1.")
    return header.content, arrays


def parse_json(text: str | bytes, path: str | Path) -> Any:
    """JSON from a file: no name twice in an object, and not nested beyond reason.

    Raises:
        FileFormatError: it is none.
    """
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{path}: the description in the file is damaged: {error}.") from None
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise FileFormatError(f"{path}: the description in the file is nested more than {_DEEPEST} deep.")
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return value


@dataclass(frozen=True)
class _Entry:
    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


@dataclass(frozen=True)
class _Header:
    """What stands before the arrays; entries in the order in which they lie."""

    content: dict[str, Any]
    text: str
    checksum: str | None
    entries: list[_Entry]
    size: int


def _opened(path: str | Path) -> IO[bytes]:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # reading a pipe or a device might never end
            raise FileFormatError(f"{path}: not a file.")
        return open(path, "rb")
    except FileNotFoundError:
        raise FileFormatError(f"{path}: there is no such file.") from None
    except (OSError, ValueError) as error:
        raise FileFormatError(f"{path}: not readable: {error}.") from None


def _read_header(file: IO[bytes], path: str | Path) -> _Header:
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or not 2 <= length <= size - 8:
        raise _not_safetensors(path, "its length does not fit")
    if length > _LARGEST_HEADER:
        raise _not_safetensors(path, f"its header of {length:,} bytes is larger than {_LARGEST_HEADER:,}")
    raw = file.read(length)
    if len(raw) != length or raw[:1] != b"{":
        raise _not_safetensors(path, "its header is none")
    try:
        header = parse_json(raw, path)
    except FileFormatError as error:
        raise _not_safetensors(path, str(error)) from None
    metadata = header.pop("__metadata__", {})
    entries = _entries(header, size - 8 - length, path)
    if not isinstance(metadata, dict) or not isinstance(metadata.get(_CONTENT), str):
        raise FileFormatError(f"{path}: a safetensors file, but not one that Pellucid wrote.")
    content = parse_json(metadata[_CONTENT], path)
    if not isinstance(content, dict):
        raise FileFormatError(f"{path}: the description in the file is damaged: it must be an object.")
    checksum = metadata.get(_CHECKSUM)
    if not isinstance(checksum, str) and content.get("format") != _UNCHECKED_FORMAT:
        raise FileFormatError(f"{path}: damaged: there is no checksum in it.")
    return _Header(content, metadata[_CONTENT], checksum, entries, size - 8 - length)


def _entries(header: dict[str, Any], room: int, path: str | Path) -> list[_Entry]:
    """The arrays that the header declares, which must fill the rest of the file exactly."""
    if len(header) > _MOST_ARRAYS:
        raise _not_safetensors(path, f"it declares {len(header):,} arrays; at most {_MOST_ARRAYS:,} are read")
    entries = sorted((_entry(name, declared, path) for name, declared in header.items()), key=lambda e: (e.start, e.stop))
    end = 0
    for entry in entries:
        if entry.start != end:
            raise _not_safetensors(path, f"{entry.name!r} does not begin where the array before it ends")
        end = entry.stop
    if end != room:
        raise _not_safetensors(path, f"its header declares {end:,} bytes of arrays, the file has {room:,}")
    return entries


def _entry(name: str, declared: Any, path: str | Path) -> _Entry:
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise _not_safetensors(path, f"{name[:40]!r} is no name of an array")
    if not isinstance(declared, dict) or set(declared) != {"dtype", "shape", "data_offsets"}:
        raise _not_safetensors(path, f"the entry {name!r} is damaged")
    dtype, shape, offsets = declared["dtype"], declared["shape"], declared["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        raise _not_safetensors(path, f"{name!r} has a type other than {', '.join(_DTYPES)}")
    if not _sizes(shape) or len(shape) > _MOST_AXES or not _sizes(offsets) or len(offsets) != 2:
        raise _not_safetensors(path, f"{name!r} has no possible shape or place")
    kind = np.dtype(_DTYPES[dtype])
    # NumPy multiplies the axes that are not 0 even where one is.
    if math.prod(n or 1 for n in shape) > _LARGEST_SIZE or math.prod(shape) * kind.itemsize != offsets[1] - offsets[0]:
        raise _not_safetensors(path, f"{name!r} of shape {tuple(shape)} does not take {offsets[1] - offsets[0]:,} bytes")
    return _Entry(name, kind, tuple(shape), offsets[0], offsets[1])


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and 0 <= n <= _LARGEST_SIZE for n in value)


def _laid_out(name: str, array: Array) -> Array:
    """In C order and little-endian. Written as they lie in memory, transposed or sliced arrays would be garbled."""
    laid = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(array.shape)  # else () would become (1,)
    if laid.dtype not in _NAMES or laid.ndim > _MOST_AXES or not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise ArgumentError(f"{name!r} of dtype {array.dtype} and shape {array.shape} cannot be held by a file of tensors.")
    return laid


def _checksum(text: str, arrays: Mapping[str, Array]) -> str:
    """BLAKE2b over the description, and every array's name, type, shape and bytes in the order of their names."""
    digest = hashlib.blake2b(digest_size=16)
    described = json.dumps([text, *([name, _NAMES[a.dtype], list(a.shape)] for name, a in sorted(arrays.items()))])
    digest.update(len(described).to_bytes(8, "little") + described.encode())
    for _, array in sorted(arrays.items()):
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return value


def _memory() -> int:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # Windows
        return 1 << 40


def _not_safetensors(path: str | Path, why: str) -> FileFormatError:
    return FileFormatError(f"{path}: not a readable safetensors file: {why}.")
