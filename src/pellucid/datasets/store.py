"""Where the files of a data set lie: in a folder, in the cache, in Debian's package, or on the network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from pellucid.datasets.download import download
from pellucid.datasets.idx import read_idx
from pellucid.errors import DatasetUnavailable, FileFormatError
from pellucid.folders import user_cache

Arrays = tuple[npt.NDArray[Any], npt.NDArray[Any]]

_DPKG = Path("/var/lib/dpkg/info")
_TRAIN = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
_TEST = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


@dataclass(frozen=True)
class IdxDataset:
    """A data set of labelled images in MNIST's four files.

    Args:
        name: its folder's name.
        sha256: the hash of each of the four files as published.
        mirrors: addresses of folders that hold them, tried in turn.
        debian: the Debian package that has them.
    """

    name: str
    sha256: dict[str, str]
    mirrors: tuple[str, ...]
    debian: str | None = None

    def load(self, path: str | os.PathLike[str] | None = None) -> tuple[Arrays, Arrays]:
        """``((x_train, y_train), (x_test, y_test))``."""
        folder = self.locate(_TRAIN + _TEST, path)
        return _read_pair(folder, _TRAIN), _read_pair(folder, _TEST)

    def load_test(self, path: str | os.PathLike[str] | None = None) -> Arrays:
        """``(x_test, y_test)``, which needs the two test files alone."""
        return _read_pair(self.locate(_TEST, path), _TEST)

    def locate(self, files: Sequence[str], path: str | os.PathLike[str] | None = None, *, fetch: bool = True) -> Path:
        """The first folder that holds all ``files``; fetched from a mirror where none does.

        Looked in, in this order: ``path`` alone where it is given; else PELLUCID_DATA/NAME, the user's cache,
        Debian's package.

        Raises:
            DatasetUnavailable: no folder has them, and they cannot be fetched.
        """
        folders = self._folders(path)
        for folder in folders:
            if all(_find(folder, file) for file in files):
                return folder
        if path is not None:
            raise DatasetUnavailable(self._where_to_put(files, folders, "Not looked for elsewhere, since a folder was given."))
        if not fetch:
            raise DatasetUnavailable(self._where_to_put(files, folders, "Not fetched, since that was not asked for."))
        return self._fetch(files, folders)

    def _folders(self, path: str | os.PathLike[str] | None) -> list[Path]:
        if path is not None:
            return [Path(path) / self.name, Path(path)]
        # Elsewhere only folders of the data set's name will do: MNIST and Fashion-MNIST call their files alike.
        chosen = os.environ.get("PELLUCID_DATA")
        folders = [Path(chosen) / self.name] if chosen else []
        folders.append(self.cache)
        if self.debian:
            folders += _debian_folders(self.debian, _TEST[0])
        return folders

    @property
    def cache(self) -> Path:
        """The user's folder for this data set: fetched files go here, and files may be put here by hand."""
        return user_cache() / "datasets" / self.name

    def _fetch(self, files: Sequence[str], folders: Sequence[Path]) -> Path:
        for file in files:
            failures = []
            for mirror in self.mirrors:
                try:
                    download(f"{mirror}{file}", self.sha256[file], self.cache / file)
                    break
                except OSError as error:  # no network, no such file, or a stream that broke off
                    failures.append(f"{mirror}: {type(error).__name__}")
                except ValueError:
                    failures.append(f"{mirror}: what it sent has another hash than the published file, and was removed")
            else:
                tried = f"Fetching {file} failed ({'; '.join(failures)})."
                raise DatasetUnavailable(self._where_to_put(files, folders, tried))
        return self.cache

    def _where_to_put(self, files: Sequence[str], folders: Sequence[Path], tried: str) -> str:
        target = folders[0]
        missing = [file for file in files if not _find(target, file)]
        looked = "".join(f"\n  {folder}{_have(folder, files)}" for folder in folders)
        message = (
            f"{self.name}: its files are not on this machine. Looked in:{looked}\n{tried}\nPut {', '.join(missing)} into {target}"
        )
        message += f" (they are offered by {self.mirrors[0]})" if self.mirrors else ""
        if self.debian:
            message += f", or on Debian and Ubuntu: apt install {self.debian}"
        message += ". Or name the folder that has them: PELLUCID_DATA, load_data(path) or --data-dir."
        if set(_TRAIN) & set(files) and any(all(_find(folder, file) for file in _TEST) for folder in folders):
            message += " The test files alone are here: load_test() reads those."
        return message


def _read_pair(folder: Path, files: tuple[str, str]) -> Arrays:
    images_path, labels_path = (_find(folder, file) or folder / file for file in files)
    x, y = read_idx(images_path), read_idx(labels_path)
    if x.ndim != 3 or x.dtype != "uint8":
        raise FileFormatError(f"{images_path}: images must be (samples, height, width) of bytes. Received {x.shape}, {x.dtype}.")
    if y.ndim != 1 or y.dtype != "uint8" or len(x) != len(y):
        raise FileFormatError(f"{labels_path}: labels must be {len(x)} bytes, one for each image. Received {y.shape}, {y.dtype}.")
    return x, y


def _find(folder: Path, file: str) -> Path | None:
    """The file in the folder, gzipped or unpacked."""
    return next((path for path in (folder / file, folder / file.removesuffix(".gz")) if path.is_file()), None)


def _have(folder: Path, files: Sequence[str]) -> str:
    if not folder.is_dir():
        return "  (no such folder)"
    held = [file for file in files if _find(folder, file)]
    return f"  (has only {', '.join(held)})" if held else "  (has none of them)"


def _debian_folders(package: str, file: str) -> list[Path]:
    """Where dpkg says that the installed package keeps the file."""
    try:
        installed = (_DPKG / f"{package}.list").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [Path(line).parent for line in installed if Path(line).name in (file, file.removesuffix(".gz"))]
