"""What the scripts share: reading the files without Pellucid, and the clock."""

from __future__ import annotations

import gzip
import json
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
SIZES = (784, 100, 100, 100, 100, 10)
BATCH, RATE = 128, 0.001


def read(folder: Path) -> tuple[Array, Array, Array, Array]:
    """Images (samples, 784) and labels (samples,), for training and for testing, as bytes."""
    names = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    found = [_read_idx(folder / f"{name}-ubyte.gz") for name in names]
    return found[0].reshape(-1, 784), found[1], found[2].reshape(-1, 784), found[3]


def _read_idx(path: Path) -> Array:
    with gzip.open(path) as file:
        axes = file.read(4)[3]
        shape = struct.unpack(f">{axes}I", file.read(4 * axes))
        return np.frombuffer(bytearray(file.read()), np.uint8).reshape(shape)


def timed(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def answer(read_seconds: float, epochs: list[float], accuracy: float, setting: str) -> None:
    print(json.dumps({"read": read_seconds, "epochs": epochs, "accuracy": accuracy, "setting": setting}))
