"""Checkpoint: keep the whole state of a training as it goes on, so that nothing that stops it costs more than minutes."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from pellucid.arguments import integer, real
from pellucid.callbacks.callback import Callback, Logs
from pellucid.callbacks.monitor import Monitor
from pellucid.checkpoints import CheckpointFolder

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Taken:
    """The whole state of a training between two steps: what a checkpoint's file shall hold.

    Args:
        step: training steps done.
        content, arrays: see `pellucid.tensor_file`.
        finite: whether all weights are.
    """

    step: int
    content: dict[str, Any]
    arrays: dict[str, Array]
    finite: bool


class Checkpoint(Callback):
    """Writes checkpoints into a folder, from which ``fit(..., resume=...)`` goes on bit for bit as if nothing had happened.

    Each is a file of its own, ``checkpoint-STEP.safetensors``, which `pellucid.load_model` reads, too. It is written as a whole
    or not at all. The newest few and the best are kept. Checkpoints are taken after epochs, within an epoch every so many
    steps or minutes (between two slices of steps), and at Ctrl-C. Where the disk is full, a warning is
    given, training goes on, and the next one is tried again. Weights that are not finite are not written.

    Args:
        folder: made where it does not exist.
        epochs: take one after every so many epochs; the last epoch has one in any case. None for none.
        steps: take one within an epoch when so many steps are done since the last; None for none.
        minutes: take one within an epoch when so much time has gone by since the last; None for none.
        keep: how many of the newest to keep, >= 1. Two or more, so that there is one to fall back on.
        monitor: a key of the logs that tells the best epoch; where None, "val_loss" as soon as there is one, before that "loss".
            Epochs without it (``validation_freq``) are not compared.
        mode: "min", "max" or "auto"; see `EarlyStopping`.

    Raises:
        ArgumentError: an argument breaks its rule; as training begins: "auto" cannot tell what is best.

    >>> import tempfile, pellucid as pl
    >>> folder = tempfile.mkdtemp() + "/run"
    >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=1)])
    >>> model.compile("adam", "mse")
    >>> history = model.fit([[1.0], [2.0]], [[2.0], [4.0]], epochs=3, verbose=0, checkpoint=folder)
    >>> history = model.fit([[1.0], [2.0]], [[2.0], [4.0]], epochs=5, verbose=0, resume=folder)
    >>> history.epoch
    [0, 1, 2, 3, 4]
    """

    def __init__(
        self,
        folder: str | Path,
        epochs: int | None = 1,
        steps: int | None = None,
        minutes: float | None = 10.0,
        keep: int = 3,
        monitor: str | None = None,
        mode: str = "auto",
    ) -> None:
        self.folder = CheckpointFolder(folder)
        self.epochs = None if epochs is None else integer("Checkpoint", "epochs", epochs, at_least=1)
        self.steps = None if steps is None else integer("Checkpoint", "steps", steps, at_least=1)
        self.minutes = None if minutes is None else real("Checkpoint", "minutes", minutes, at_least=0)
        self.keep = integer("Checkpoint", "keep", keep, at_least=1)
        self.mode = mode
        self.monitor = monitor
        self.take: Callable[[int, int, Logs], Taken] | None = None  # set by fit: the state at (epoch, steps of it done)
        self._watched = Monitor("Checkpoint", "loss" if monitor is None else monitor, mode)
        self._seen = False  # what is watched
        self.best: int | None = None  # the training step of the best epoch's end
        self._epoch = 0
        self._last_step = 0
        self._last_time = 0.0
        self._warned = False

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._watch("loss" if self.monitor is None else self.monitor)
        self.best, self._warned, self._seen = None, False, False
        self._last_step, self._last_time = self.model.optimizer.batches, time.monotonic()

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_steps(self, batch: int, logs: Logs | None = None) -> None:
        if self.model.stop_training:
            return  # the epoch's end follows
        steps_due = self.steps is not None and self.model.optimizer.batches - self._last_step >= self.steps
        time_due = self.minutes is not None and time.monotonic() - self._last_time >= 60 * self.minutes
        if steps_due or time_due:
            self._write(self._epoch, batch + 1, {})

    def on_interrupt(self, steps: int, logs: Logs | None = None) -> None:
        self._write(self._epoch, steps, {})

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if self.monitor is None and "val_loss" in logs and self._watched.name != "val_loss":
            self._watch("val_loss")
        value = self._watched.find(logs)
        self._seen = self._seen or value is not None
        before = self.best, self._watched.best
        improved = value is not None and self._watched.improved(value)
        last = epoch + 1 == self.params.get("epochs") or self.model.stop_training
        due = self.epochs is not None and (epoch + 1) % self.epochs == 0
        if improved:
            self.best = self.model.optimizer.batches
        if (due or last or improved) and not self._write(epoch + 1, 0, logs) and improved:
            self.best, self._watched.best = before  # the best that is on the disk
        if last and not self._seen:
            self._warn(f"{self._watched.name!r} was never among the logs ({', '.join(logs)}), so the best epoch is not known")

    def state(self) -> dict[str, Any]:
        return {"monitor": self._watched.name, "best_value": self._watched.best, "best": self.best, "settings": self.settings()}

    def load_state(self, state: dict[str, Any]) -> None:
        watched, mode = state["monitor"], state["settings"]["mode"]
        if (self.monitor or watched, self.mode) == (watched, mode):  # else what was the best says nothing of what is watched now
            self._watch(watched)
            self._watched.best = float(state["best_value"])
            self._seen = math.isfinite(self._watched.best)
            self.best = state["best"]
        self._last_step = self.model.optimizer.batches

    def settings(self) -> dict[str, Any]:
        """The arguments but the folder."""
        names = ("epochs", "steps", "minutes", "keep", "monitor", "mode")
        return {name: getattr(self, name) for name in names}

    def _watch(self, name: str) -> None:
        self._watched = Monitor("Checkpoint", name, self.mode)
        self._watched.begin(self.model)

    def _write(self, epoch: int, steps: int, logs: Logs) -> bool:
        """Whether there is a file now."""
        assert self.take is not None
        taken = self.take(epoch, steps, logs)
        self._last_step, self._last_time = taken.step, time.monotonic()
        if not taken.finite:
            self._warn(f"the weights are no longer finite at training step {taken.step}; the last good ones are kept")
            return False
        try:
            self.folder.write(taken.step, taken.content, taken.arrays, keep=self.keep, best=self.best)
        except OSError as error:
            self._warn(f"no checkpoint can be written at training step {taken.step} ({error}); training goes on without it")
            return False
        return True

    def _warn(self, what: str) -> None:
        if not self._warned:
            warnings.warn(f"Checkpoint: {what}.", stacklevel=4)
        self._warned = True
