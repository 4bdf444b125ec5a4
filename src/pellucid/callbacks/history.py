"""History: the results of every epoch, as ``fit`` returns them."""

from __future__ import annotations

from pellucid.callbacks.callback import Callback, Logs


class History(Callback):
    """``history`` maps each name ("loss", "val_loss", ...) to its values, one an epoch; ``epoch`` lists the epochs."""

    def __init__(self) -> None:
        self.history: dict[str, list[float]] = {}
        self.epoch: list[int] = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
