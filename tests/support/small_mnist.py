"""A few images in files of MNIST's format and names, for whatever reads them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np


def write_small_mnist(folder: Path, train_labels: Sequence[int], test_labels: Sequence[int]) -> Path:
    """Write the four files, unpacked; the pixels count 0, 1, ..., 255, 0, ..."""
    folder.mkdir(parents=True, exist_ok=True)
    for part, labels in (("train", train_labels), ("t10k", test_labels)):
        pixels = (np.arange(len(labels) * 784) % 256).astype(np.uint8)
        images = bytes([0, 0, 8, 3]) + struct.pack(">3I", len(labels), 28, 28) + pixels.tobytes()
        (folder / f"{part}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1]) + struct.pack(">I", len(labels)) + bytes(labels))
    return folder
