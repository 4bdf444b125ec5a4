"""IDX files, the format of MNIST and its kin: a header of sizes, then the values."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import FileFormatError

_DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"
_LARGEST_SIZE = 2**48
_LARGEST_RATIO = 1032  # DEFLATE cannot expand a byte into more (zlib's technical notes)


def read_idx(path: str | Path, *, limit: int = 2**30) -> npt.NDArray[Any]:
    """The array in an IDX file, gzipped or plain.

    The header is four bytes, ``0 0 type axes``, and one big-endian 32-bit size for each axis; the values follow in C order.
    Nothing is allocated before the sizes are found to be possible for a file of this length, so neither a damaged header
    nor a gzip bomb can take more than ``limit`` bytes of memory.

    Args:
        path: the file.
        limit: the most bytes that the values may take.

    Raises:
        FileFormatError: the file is not IDX, is truncated, holds more than it declares, or declares more than ``limit``.

    Source: the format's description on the MNIST page (LeCun, Cortes, Burges 1998).
    """
    path = Path(path)
    try:
        with _open(path) as (file, room):
            return _read(file, path, min(limit, room))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileFormatError(f"{path}: the gzip stream is damaged ({error}). Fetch the file again.") from None


class _open:
    """The file as a stream, and an upper bound of the bytes that it can hold."""

    def __init__(self, path: Path) -> None:
        size = path.stat().st_size
        self._file: IO[bytes] = path.open("rb")
        self._raw = self._file
        zipped = self._file.read(2) == _GZIP
        self._file.seek(0)
        if zipped:
            self._file = gzip.GzipFile(fileobj=self._raw)  # type: ignore[assignment]
        self._room = size * _LARGEST_RATIO if zipped else size

    def __enter__(self) -> tuple[IO[bytes], int]:
        return self._file, self._room

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._raw.close()


def _read(file: IO[bytes], path: Path, room: int) -> npt.NDArray[Any]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _DTYPES or not 1 <= magic[3] <= 8:
        raise FileFormatError(
            f"{path}: not an IDX file. The first four bytes must be 0, 0, a type (8, 9, 11 to 14) and 1 to 8 axes. "
            f"Received {list(magic)}."
        )
    dtype, axes = np.dtype(_DTYPES[magic[2]]), magic[3]
    header = file.read(4 * axes)
    if len(header) < 4 * axes:
        raise FileFormatError(f"{path}: the header ends before its {axes} sizes. Fetch the file again.")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4"))
    size = math.prod(shape) * dtype.itemsize
    # NumPy multiplies the axes that are not 0 even where one is, and refuses what is too large then.
    if size > room or math.prod(n or 1 for n in shape) > _LARGEST_SIZE:
        raise FileFormatError(
            f"{path}: the header declares {shape} values of {dtype.itemsize} bytes, {size:,} bytes in all; "
            f"at most {room:,} are possible or allowed here. The file is damaged or not what it claims."
        )
    values = np.empty(shape, dtype)
    read = _fill(file, memoryview(values.reshape(-1).view(np.uint8)))  # type: ignore[arg-type]
    if read < size or file.read(1):
        holds = f"only {read:,}" if read < size else "more"
        raise FileFormatError(f"{path}: the header declares {size:,} bytes of values, the file holds {holds}. Fetch it again.")
    return values.astype(dtype.newbyteorder("="), copy=False)


def _fill(file: IO[bytes], buffer: memoryview) -> int:
    """Read until the buffer is full or the file ends; the number of bytes read."""
    filled = 0
    while filled < len(buffer):
        count: int = file.readinto(buffer[filled:])  # type: ignore[attr-defined]
        if not count:
            break
        filled += count
    return filled
