"""History: the results of every epoch, as ``fit`` returns them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback, Logs


class History(Callback):
    """``history`` maps each name ("loss", "val_loss", ...) to its values, one an epoch; ``epoch`` lists the epochs.

    A metric that is an array, such as a confusion matrix, is kept as nested lists.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value.tolist() if isinstance(value, np.ndarray) else value)

    def state(self) -> dict[str, Any]:
        return {"history": {name: list(values) for name, values in self.history.items()}, "epoch": list(self.epoch)}

    def load_state(self, state: dict[str, Any]) -> None:
        self.history = {name: list(values) for name, values in state["history"].items()}
        self.epoch = list(state["epoch"])
