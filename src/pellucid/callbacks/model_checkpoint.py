"""ModelCheckpoint: save the model as training goes on."""

from __future__ import annotations

import warnings
from pathlib import Path
from string import Formatter
from typing import Any

from pellucid.arguments import flag, real
from pellucid.callbacks.callback import Callback, Logs
from pellucid.callbacks.monitor import Monitor
from pellucid.errors import ArgumentError


class ModelCheckpoint(Callback):
    """Saves the model after every epoch, or after each that is the best so far.

    Args:
        filepath: may hold ``{epoch}`` and names of the logs: ``"model-{epoch:02d}-{val_loss:.3f}.safetensors"``. Its folder is
            made where it does not exist. Where the disk is full or fails, a warning is given, and training goes on.
        monitor: a key of the logs, for ``save_best_only``.
        verbose: 1 says when it saves.
        save_best_only: save only where ``monitor`` improved.
        save_weights_only: weights without the architecture.
        mode: "auto", "min" or "max".
        save_freq: "epoch".
        initial_value_threshold: a value to be beaten first.

    Raises:
        ArgumentError: an argument breaks its rule; as training begins: "auto" cannot tell what is best, the model is Python
            code, which a file cannot hold, or the folder cannot be made.
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
        try:
            names = [name for _, name, _, _ in Formatter().parse(self.filepath) if name is not None]
        except ValueError as error:  # a brace that is not closed
            raise ArgumentError(f"ModelCheckpoint: filepath {self.filepath!r}: {error}. Write a brace itself twice.") from None
        if any(not name or name.isdecimal() or set(name) & set(".[") for name in names):
            raise ArgumentError(
                "ModelCheckpoint: filepath must name what it holds, {epoch} or a key of the logs in braces. "
                f"Received {self.filepath!r}."
            )
        least = initial_value_threshold
        if least is not None:
            least = real("ModelCheckpoint", "initial_value_threshold", least)
        self.monitor = Monitor("ModelCheckpoint", monitor, mode, baseline=least)
        self.verbose = verbose
        self.save_best_only = flag("ModelCheckpoint", "save_best_only", save_best_only)
        self.save_weights_only = flag("ModelCheckpoint", "save_weights_only", save_weights_only)
        self._begun = self._warned = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._warned = False
        if self.save_best_only and not self._begun:  # once: what is best outlasts a fit, as in Keras
            self.monitor.begin(self.model)
            self._begun = True
        folder = Path(self.filepath).parent
        if "{" not in str(folder):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ArgumentError(f"ModelCheckpoint: the folder of filepath cannot be made ({error}). Name another.") from None
        if not self.save_weights_only:
            self.model._describe()  # refuses what a file cannot hold, before anything is trained

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        before = self.monitor.best
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
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            if self.save_weights_only:
                self.model.save_weights(path)
            else:
                self.model.save(path)
        except OSError as error:
            if not self._warned:
                warnings.warn(f"ModelCheckpoint: {path} cannot be written ({error}); training goes on without it.", stacklevel=5)
            self._warned = True
            self.monitor.best = before
            return
        if self.verbose:
            print(f"Epoch {epoch + 1}: saved {path}.")

    def state(self) -> dict[str, Any]:
        return {"best": self.monitor.best}

    def load_state(self, state: dict[str, Any]) -> None:
        self.monitor.best = float(state["best"])
