"""Files that are replaced as a whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pellucid.errors import ArgumentError

_PART = ".part"


@contextmanager
def replacing(path: str | Path) -> Iterator[IO[bytes]]:
    """A binary file to write into that takes the place of ``path`` when the block ends well, and vanishes otherwise.

    It is written beside ``path``, flushed to the disk, put in place in one step, and the folder is flushed, too: whoever reads
    meets the old file or the new one, whole, also after a crash or a loss of power. Of a symbolic link the target is replaced.

    Raises:
        ArgumentError: the folder does not exist, or ``path`` is a device or a pipe, which must not be replaced.
        OSError: the disk is full or fails; the file before stays as it was.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "notes"
    >>> with replacing(path) as file:
    ...     _ = file.write(b"whole")
    >>> path.read_bytes(), [p.name for p in path.parent.iterdir()]
    (b'whole', ['notes'])
    """
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise ArgumentError(f"{path}: the folder {str(target.parent)!r} does not exist. Make it first.")
    if target.exists() and not (target.is_file() or target.is_dir()):
        raise ArgumentError(f"{path}: not a file, so it cannot be replaced by one. Name a file.")
    temporary = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}{_PART}")
    raw = _Raw(temporary)
    try:
        with io.BufferedWriter(raw, 1 << 20) as file:  # type: ignore[type-var]
            yield file
            file.flush()
            os.fsync(raw.fileno())
        _keep_mode(target, temporary)
        os.replace(temporary, target)
    except BaseException:
        raw.close_quietly()
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    flush_folder(target.parent)


def write_bytes(path: str | Path, content: bytes) -> None:
    """Replace the file's content as a whole."""
    with replacing(path) as file:
        file.write(content)


def write_text(path: str | Path, text: str) -> None:
    """Replace the file's content as a whole, in UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def flush_folder(folder: Path) -> None:
    """Make sure that the folder's entries are on the disk: names that came, changed or went."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_leftovers(folder: Path) -> list[str]:
    """Remove what killed writers left in a folder that nobody writes into at present; the names of the files."""
    names = [path.name for path in folder.glob(f".*{_PART}")]
    for name in names:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    return names


class _Raw(io.RawIOBase):
    """A new file, written with ``os.write``: a disk that takes less than it is given is asked again, one that fails is heard."""

    def __init__(self, path: Path) -> None:
        binary = getattr(os, "O_BINARY", 0)  # Windows
        self._descriptor: int | None = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | binary, 0o666)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        if self._descriptor is None:
            raise ValueError("the file is closed")
        return self._descriptor

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        return os.write(self.fileno(), data)

    def close(self) -> None:
        super().close()
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            os.close(descriptor)

    def close_quietly(self) -> None:
        with contextlib.suppress(OSError):
            self.close()


def _keep_mode(target: Path, temporary: Path) -> None:
    """The rights that the replaced file had."""
    with contextlib.suppress(OSError):
        os.chmod(temporary, os.stat(target).st_mode & 0o7777)
