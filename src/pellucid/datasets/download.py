"""Download of a published file: goes on where an earlier attempt broke off, and is known by its hash."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pellucid.folders import lock

LARGEST = 1 << 28  # bytes; no file of a data set here has so many, and a server without end must not fill the disk
_CHUNK = 1 << 14  # bytes between two writes: what may be lost where a stream breaks off
_SECONDS = 30.0  # that a server may be silent


def download(url: str, sha256: str, path: Path) -> None:
    """Fetch ``url`` into the file ``path``, which appears once it is whole and its hash is right.

    What arrives is kept beside it, in ``NAME.part``. Where that is there from an attempt that broke off, at this address or at
    another one, the server is asked for the rest alone; one that sends everything all the same is listened to from the
    beginning. A file of another hash is removed; if it was begun by an earlier attempt, it is fetched once more as a whole.

    Raises:
        OSError: no network, no such file, the stream broke off, or the disk is full; what has arrived is kept.
        ValueError: what arrived has another hash, and was removed.
    """
    import pooch

    part = path.with_name(path.name + ".part")
    begun = part.exists()
    while True:
        try:
            pooch.retrieve(url, f"sha256:{sha256}", fname=path.name, path=path.parent, downloader=_resuming(part))
            return
        except ValueError:  # pooch has removed it
            if not begun:
                raise
            begun = False


def _resuming(part: Path) -> Callable[[str, str, Any], None]:
    """A downloader for pooch."""

    def fetch(url: str, output: str, _: Any) -> None:
        with _claimed(part) as file, open(output, "r+b") as alone:
            _fetch(url, file or alone)
        if file:
            os.replace(part, output)

    return fetch


@contextmanager
def _claimed(part: Path) -> Iterator[IO[bytes] | None]:
    """The file of what has arrived, open for this process alone; None where another one has it."""
    with open(os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "r+b") as file:
        try:
            lock(file.fileno())
            held = os.path.samestat(os.fstat(file.fileno()), os.stat(part))  # not moved away in between
        except OSError:
            held = False
        yield file if held else None


def _fetch(url: str, file: IO[bytes]) -> None:
    """Append to the file what it lacks."""
    import pooch

    have = file.seek(0, os.SEEK_END)
    whole: int | None = None
    complete = False

    def answered(response: Any, **_: Any) -> None:
        """Before anything of the answer is read: from which byte it counts, and how many there will be."""
        nonlocal whole, complete
        complete = response.status_code == 416 and have > 0  # nothing lies beyond what is there: the hash will tell
        if response.status_code in (200, 206):
            start = have if response.headers.get("Content-Range", "").startswith(f"bytes {have}-") else 0
            if response.status_code == 206 and start != have:
                raise ConnectionError(f"{url}: the server sends another part than it was asked for.")
            file.seek(start)
            file.truncate()
            length = response.headers.get("Content-Length", "")
            whole = start + int(length) if length.isdecimal() else None
            if whole is not None and whole > LARGEST:
                raise ConnectionError(f"{url}: the server announces {whole:,} bytes; no file of a data set has so many.")

    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    fetch = pooch.HTTPDownloader(chunk_size=_CHUNK, headers=headers, hooks={"response": answered}, timeout=_SECONDS)
    try:
        fetch(url, _Bounded(file), None)
    except OSError:
        if not complete:
            raise
    file.flush()
    os.fsync(file.fileno())
    if whole is not None and file.tell() < whole:
        raise ConnectionError(f"{url}: the stream broke off after {file.tell():,} of {whole:,} bytes.")


class _Bounded:
    """A file that takes `LARGEST` bytes and no more."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        if self._file.tell() + len(data) > LARGEST:
            raise ConnectionError(f"The server sends more than {LARGEST:,} bytes; no file of a data set has so many.")
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()
