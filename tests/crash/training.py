"""The training that is killed: everything that keeps a state takes part in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import pellucid as pl
from pellucid.callbacks import Callback, Checkpoint, CSVLogger, EarlyStopping, ReduceLROnPlateau
from pellucid.tensor_file import write_tensors
from tests.support.training import CLASSES, classifier, clusters

END = "end.safetensors"
KINDS = ("steps", "slices", "stream")


class OneByOne(Callback):
    """Makes training run one step a call, and counts them."""

    def __init__(self) -> None:
        self.seen = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.seen += 1

    def state(self) -> dict[str, Any]:
        return {"seen": self.seen}

    def load_state(self, state: dict[str, Any]) -> None:
        self.seen = state["seen"]


def noisy_batches(x: Any, y: Any) -> Iterator[Any]:
    """Batches without end, drawn and disturbed by a generator of their own and by NumPy's global one."""
    own = np.random.default_rng(3)
    while True:
        rows = own.integers(0, len(x), 16)
        noise = np.random.normal(size=(16, x.shape[1])).astype(np.float32)  # noqa: NPY002
        yield x[rows] + 0.1 * noise, y[rows]


def train(folder: Path, kind: str, *, epochs: int = 5, threads: int | None = None) -> None:
    """Train, or go on from the newest checkpoint in ``folder``, to the end; the end's weights and history become a file there."""
    wide = kind == "slices"
    pl.utils.set_num_threads(threads or (2 if wide else 1))
    np.random.seed(11)  # noqa: NPY002 (the one that ``noisy_batches`` uses, too)
    x, y = clusters(1600 if wide else 200)
    held_out = clusters(60, seed=5)
    model = wide_classifier() if wide else classifier("adam", dropout=0.3, normalize=True, l2=0.01)
    steps: list[Callback] = [OneByOne()] if kind == "steps" else []
    watch = [
        EarlyStopping(patience=3, restore_best_weights=True),
        ReduceLROnPlateau("loss", patience=1, min_delta=0.05, factor=0.5),
        CSVLogger(folder / "log.csv", append=True),
        *steps,
    ]
    data = {"x": noisy_batches(x, y), "steps_per_epoch": 10} if kind == "stream" else {"x": x, "y": y, "batch_size": 16}
    history = model.fit(
        **data,
        epochs=epochs,
        validation_data=held_out,
        callbacks=watch,
        verbose=0,
        checkpoint=Checkpoint(folder / "checkpoints", steps=3, minutes=None, keep=2),
        resume=True,
    )
    weights = {name: p.array for name, p in model.named_weights().items()}
    seen = {"seen": steps[0].seen} if isinstance(next(iter(steps), None), OneByOne) else {}  # type: ignore[attr-defined]
    log = (folder / "log.csv").read_text(encoding="utf-8")
    write_tensors(folder / END, weights, {"format": 2, "history": history.history, "epoch": history.epoch, "log": log, **seen})


def wide_classifier() -> Any:
    """Enough work a step for two threads, and for several slices an epoch."""
    model = classifier("adam", dropout=0.3)
    wide = pl.Sequential(
        [
            pl.Input((4,)),
            pl.layers.Dense(256, activation="relu"),
            pl.layers.Dropout(0.3),
            pl.layers.Dense(256, activation="relu"),
            pl.layers.BatchNormalization(),
            pl.layers.Dense(CLASSES),
        ]
    )
    wide.compile(pl.optimizers.SGD(0.05, momentum=0.9), model._settings["loss"], metrics=["accuracy"])
    return wide


def end_of(folder: Path) -> bytes | None:
    """The file of the end, byte for byte; None where the training has not come to it."""
    file = folder / END
    return file.read_bytes() if file.exists() else None


if __name__ == "__main__":
    import sys

    os.makedirs(sys.argv[1], exist_ok=True)
    train(Path(sys.argv[1]), sys.argv[2])
