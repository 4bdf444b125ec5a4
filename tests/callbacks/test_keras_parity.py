"""EarlyStopping beside Keras' on random runs: the same epoch to stop at, the same weights that remain."""

from __future__ import annotations

import random
from typing import Any

import pytest

from pellucid.callbacks import EarlyStopping
from tests.support.keras_peer import import_keras

keras = import_keras()
pytestmark = pytest.mark.parity


class Stub:
    """As much of a model as the callback asks for; its weights are the number of the epoch."""

    def __init__(self) -> None:
        self.stop_training = False
        self.weights: list[Any] = [-1]
        self.metrics: list[Any] = []

    def get_weights(self) -> list[Any]:
        return list(self.weights)

    def set_weights(self, weights: list[Any]) -> None:
        self.weights = list(weights)


def run(stopping: Any, values: list[float]) -> tuple[int, list[Any]]:
    model = Stub()
    stopping.set_model(model)
    stopping.on_train_begin({})
    for epoch, value in enumerate(values):
        model.weights = [epoch]
        stopping.on_epoch_end(epoch, {"val_loss": value})
        if model.stop_training:
            break
    stopping.on_train_end({})
    return epoch, model.weights


@pytest.mark.parametrize("mode", ["min", "max"])
def test_random_runs(mode: str) -> None:
    draw = random.Random(0)
    stopped = 0
    for _ in range(500):
        values = [draw.choice([0.0, 1.0, 1.5, 2.0, 2.5, 3.0, float("nan")]) for _ in range(12)]
        settings = {
            "monitor": "val_loss",
            "mode": mode,
            "patience": draw.randrange(4),
            "min_delta": draw.choice([0, 0.5, 0.7]),
            "baseline": draw.choice([None, 1.2]),
            "start_from_epoch": draw.choice([0, 2]),
            "restore_best_weights": True,
        }
        # Keras takes whatever comes first for the best, and nothing is ever better than NaN.
        values[settings["start_from_epoch"]] = 2.0
        ours, theirs = run(EarlyStopping(**settings), values), run(keras.callbacks.EarlyStopping(**settings), values)
        assert ours[0] == theirs[0], (values, settings)
        if ours[0] < len(values) - 1:  # where training runs out, Keras restores nothing
            stopped += 1
            assert ours[1] == theirs[1], (values, settings)
    assert stopped > 100
