"""Stopwatch: how long a training took, with what lies before an interruption."""

from __future__ import annotations

import time
from typing import Any

from pellucid.callbacks import Callback
from pellucid.callbacks.callback import Logs


class Stopwatch(Callback):
    """Seconds since training began; of one that is resumed, also those up to the checkpoint that it goes on from."""

    def __init__(self) -> None:
        self._before = 0.0
        self._started: float | None = None

    @property
    def seconds(self) -> float:
        return self._before + (0.0 if self._started is None else time.perf_counter() - self._started)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._started = time.perf_counter()

    def state(self) -> dict[str, Any]:
        return {"seconds": self.seconds}

    def load_state(self, state: dict[str, Any]) -> None:
        self._before = float(state["seconds"])
