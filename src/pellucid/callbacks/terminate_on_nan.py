"""TerminateOnNaN: a diverged training ends at once."""

from __future__ import annotations

import math

from pellucid.callbacks.callback import Callback, Logs


class TerminateOnNaN(Callback):
    """Stops training when the loss is NaN or infinite, which no later step can mend.

    It looks after each slice of steps, several times a second, so that watching costs nothing; Keras looks after each
    step. The mean of the epoch so far, which it looks at, stays NaN once a step was. With
    ``EarlyStopping(restore_best_weights=True)`` the weights of the best epoch come back.

    Args:
        verbose: 0 stops without a word.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.layers.Dense(1, kernel_initializer="ones", input_dim=1)])
    >>> model.compile(pl.optimizers.SGD(1e30), "mse")
    >>> history = model.fit([[1.0]] * 8, [[0.0]] * 8, batch_size=2, epochs=9, verbose=0, callbacks=[TerminateOnNaN()])
    Epoch 1: the loss is inf; training ends. Try a smaller learning rate.
    >>> len(history.epoch)
    1
    """

    def __init__(self, verbose: int = 1) -> None:
        self.verbose = verbose
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch

    def on_steps(self, batch: int, logs: Logs | None = None) -> None:
        self._look(logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._look(logs)

    def _look(self, logs: Logs | None) -> None:
        loss = (logs or {}).get("loss")
        if loss is None or math.isfinite(loss) or self.model.stop_training:
            return
        self.model.stop_training = True
        if self.verbose:
            print(f"Epoch {self._epoch + 1}: the loss is {loss}; training ends. Try a smaller learning rate.")
