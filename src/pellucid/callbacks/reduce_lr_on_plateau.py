"""ReduceLROnPlateau: smaller steps where the larger ones no longer help."""

from __future__ import annotations

from typing import Any

from pellucid.arguments import integer, real
from pellucid.callbacks.callback import Callback, Logs
from pellucid.callbacks.monitor import Monitor
from pellucid.callbacks.schedule import refuse_schedule


class ReduceLROnPlateau(Callback):
    """Multiplies the learning rate by ``factor`` when ``monitor`` has not improved for ``patience`` epochs.

        rate <- max(rate * factor, min_lr)

    The rate of each epoch is shown in the history as ``learning_rate``. As in Keras.

    Args:
        monitor: a key of the logs.
        factor: what the rate is multiplied by, 0 <= factor < 1.
        patience: epochs without improvement to bear.
        verbose: 1 says when it reduces.
        mode: "auto", "min" or "max".
        min_delta: least change that counts as an improvement.
        cooldown: epochs after a reduction in which none are counted.
        min_lr: the rate does not fall below this.

    Raises:
        ArgumentError: an argument breaks its rule; as training begins: the learning rate is a schedule.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=1)])
    >>> model.compile(pl.optimizers.SGD(0.5), "mse")
    >>> plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)  # nothing is ever that much better
    >>> model.fit([[0.0]], [[0.0]], epochs=4, verbose=0, callbacks=[plateau]).history["learning_rate"]
    [0.5, 0.5, 0.25, 0.125]
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        self.monitor = Monitor("ReduceLROnPlateau", monitor, mode, min_delta)
        self.factor = real("ReduceLROnPlateau", "factor", factor, at_least=0, below=1)
        self.patience = integer("ReduceLROnPlateau", "patience", patience, at_least=0)
        self.cooldown = integer("ReduceLROnPlateau", "cooldown", cooldown, at_least=0)
        self.min_lr = real("ReduceLROnPlateau", "min_lr", min_lr, at_least=0)
        self.verbose = verbose
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.monitor.begin(self.model)
        refuse_schedule("ReduceLROnPlateau", self.model.optimizer)
        self.wait, self.cooldown_counter = 0, 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        rate = float(self.model.optimizer.learning_rate)
        if isinstance(logs, dict):
            logs["learning_rate"] = rate
        value = self.monitor.read(logs)
        if value is None:
            return
        if self.cooldown_counter:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.monitor.improved(value):
            self.wait = 0
        elif not self.cooldown_counter:
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                self._reduce(epoch, rate)

    def state(self) -> dict[str, Any]:
        return {"best": self.monitor.best, "wait": self.wait, "cooldown_counter": self.cooldown_counter}

    def load_state(self, state: dict[str, Any]) -> None:
        self.monitor.best = float(state["best"])
        self.wait, self.cooldown_counter = int(state["wait"]), int(state["cooldown_counter"])

    def _reduce(self, epoch: int, rate: float) -> None:
        new = max(rate * self.factor, self.min_lr)
        self.model.optimizer.learning_rate = new
        self.wait, self.cooldown_counter = 0, self.cooldown
        if self.verbose:
            print(f"Epoch {epoch + 1}: no better {self.monitor.name} for {self.patience} epochs; learning rate {new:g}.")
