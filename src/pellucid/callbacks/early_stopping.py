"""EarlyStopping: end training when what counts no longer improves."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.arguments import flag, integer, real
from pellucid.callbacks.callback import Callback, Logs
from pellucid.callbacks.monitor import Monitor


class EarlyStopping(Callback):
    """Stop when ``monitor`` has not improved for ``patience`` epochs (Prechelt 1998, "Early stopping, but when?").

    Watch the validation set ("val_loss"), never the test set: what is used to decide is used up.

    Args:
        monitor: a key of the logs.
        min_delta: least change that counts as an improvement.
        patience: epochs without improvement to bear.
        verbose: 1 says when it stops.
        mode: "min", "max" or "auto": as the metric says of itself, else as its name does ("loss", "accuracy", ...).
        baseline: patience runs as long as this value is not beaten, too.
        restore_best_weights: put back the weights of the best epoch when training ends, however it ends.
        start_from_epoch: epochs to wait before watching.

    Raises:
        ArgumentError: an argument breaks its rule; as training begins: "auto" cannot tell what is best.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        self.monitor = Monitor("EarlyStopping", monitor, mode, min_delta)
        self.baseline = None if baseline is None else real("EarlyStopping", "baseline", baseline)
        self.patience = integer("EarlyStopping", "patience", patience, at_least=0)
        self.start_from_epoch = integer("EarlyStopping", "start_from_epoch", start_from_epoch, at_least=0)
        self.verbose = verbose
        self.restore_best_weights = flag("EarlyStopping", "restore_best_weights", restore_best_weights)
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch: int | None = None
        self.best_weights: list[Any] | None = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.monitor.begin(self.model)
        self.wait, self.stopped_epoch, self.best_epoch, self.best_weights = 0, 0, None, None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self.monitor.read(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        improved = self.monitor.improved(value)
        if improved or self.best_epoch is None:  # before any improvement (all NaN, say) the first epoch is the best
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            self.best_epoch = epoch
        if improved:
            if self.baseline is None or self.monitor.beats(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            print(f"Early stopping: no better {self.monitor.name} since epoch {(self.best_epoch or 0) + 1}.")
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def state(self) -> dict[str, Any]:
        return {
            "best": self.monitor.best,
            "wait": self.wait,
            "stopped_epoch": self.stopped_epoch,
            "best_epoch": self.best_epoch,
            "best_weights": self.best_weights,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        self.monitor.best = float(state["best"])
        self.wait, self.stopped_epoch = int(state["wait"]), int(state["stopped_epoch"])
        epoch, weights = state["best_epoch"], state["best_weights"]
        self.best_epoch = None if epoch is None else int(epoch)
        fitting = [(np.ndarray, p.shape) for p in self.model.weights] if weights is not None else []
        if [(type(w), np.shape(w)) for w in weights or ()] != fitting:
            raise ValueError("EarlyStopping: the best weights do not fit the model")
        self.best_weights = weights
