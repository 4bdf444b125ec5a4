"""ModelCheckpoint: save the model as training goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pellucid.callbacks.callback import Callback, Logs
from pellucid.callbacks.monitor import Monitor
from pellucid.errors import ArgumentError


class ModelCheckpoint(Callback):
    """Saves the model after every epoch, or after each that is the best so far.

    Args:
        filepath: may hold ``{epoch}`` and names of the logs: ``"model-{epoch:02d}-{val_loss:.3f}.safetensors"``.
        monitor: a key of the logs, for ``save_best_only``.
        verbose: 1 says when it saves.
        save_best_only: save only where ``monitor`` improved.
        save_weights_only: weights without the architecture.
        mode: "auto", "min" or "max".
        save_freq: "epoch".
        initial_value_threshold: a value to be beaten first.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        if save_freq != "epoch":
            raise ArgumentError(f"ModelCheckpoint: save_freq must be 'epoch'. Received {save_freq!r}.")
        self.filepath = str(filepath)
        self.monitor = Monitor("ModelCheckpoint", monitor, mode, baseline=initial_value_threshold)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_best_only:
            value = self.monitor.read(logs)
            if value is None or not self.monitor.improved(value):
                return
        try:
            path = self.filepath.format(epoch=epoch + 1, **(logs or {}))
        except KeyError as error:
            raise ArgumentError(
                f"ModelCheckpoint: filepath names {error}, which is not among the logs: {', '.join(logs or {})}."
            ) from None
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            print(f"Epoch {epoch + 1}: saved {path}.")

    def state(self) -> dict[str, Any]:
        return {"best": self.monitor.best}

    def load_state(self, state: dict[str, Any]) -> None:
        self.monitor.best = float(state["best"])
