"""Whether memory grows with the number of calls of ``fit``: on one model, and on a new model for each call.

Run as ``python -m benchmarks.memory.growth``; prints resident memory after some numbers of calls.
"""

from __future__ import annotations

import gc
import json
from typing import Any

import numpy as np

import pellucid as pl
from benchmarks.memory import resident

CALLS = (50, 100, 250, 500, 1000)


def build() -> Any:
    model = pl.Sequential([pl.Input((64,)), pl.layers.Dense(32, activation="relu"), pl.layers.Dense(10)])
    model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def series(model: Any) -> list[int]:
    """Resident memory after each number of ``CALLS``; ``model`` None makes a new one for every call."""
    rng = np.random.default_rng(0)
    x, y = rng.random((256, 64), dtype=np.float32), rng.integers(10, size=256)
    sizes = []
    for call in range(1, CALLS[-1] + 1):
        (model or build()).fit(x, y, batch_size=32, epochs=1, validation_split=0.25, verbose=0)
        if call in CALLS:
            gc.collect()
            sizes.append(resident.now())
    return sizes


if __name__ == "__main__":
    print(json.dumps({"calls": CALLS, "one model": series(build()), "new models": series(None)}))
