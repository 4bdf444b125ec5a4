"""Two epochs of 784-100x4-10 with Adam in Pellucid. The images stay uint8; each batch becomes float32 when it is used.

Run as ``python -m benchmarks.memory.pellucid FOLDER``; prints peak memory and the last epoch's loss.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import pellucid as pl
from benchmarks.memory import resident

SIZES = (784, 100, 100, 100, 100, 10)


def main(folder: Path) -> None:
    imported = resident.peak()
    x, y = np.load(folder / "x.npy"), np.load(folder / "y.npy")
    hidden = [pl.layers.Dense(units, activation="relu") for units in SIZES[1:-1]]
    model = pl.Sequential([pl.Input((SIZES[0],)), pl.layers.Rescaling(1 / 255), *hidden, pl.layers.Dense(SIZES[-1])])
    model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(x, y, batch_size=128, epochs=2, verbose=0)
    print(json.dumps({"imported": imported, "peak": resident.peak(), "loss": float(history.history["loss"][-1])}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
