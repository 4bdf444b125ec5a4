"""One seed gives the same bits, whoever looks on; another seed, and another fit, gives others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, LambdaCallback
from pellucid.engine.team import set_num_threads
from tests.support.training import assert_close, assert_differ, assert_same_bits, classifier, clusters

X, Y = clusters(70)


def trained(callbacks: Any = None, model: Any = None, **fit: Any) -> tuple[list[np.ndarray], dict[str, list[float]]]:
    model = model or classifier(dropout=0.3, normalize=True)
    settings = {"epochs": 3, "batch_size": 16, "verbose": 0, **fit}
    history = model.fit(X, Y, callbacks=callbacks, **settings).history
    return model.get_weights(), history


class EveryMoment(Callback):
    """Looks on at every moment, and uses the model in between."""

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.model.get_weights()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.model.predict(X[:5])
        self.model.evaluate(X[:20], Y[:20], verbose=0)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.model.predict(X, batch_size=3)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.model.evaluate(X, Y, verbose=0)

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.model.predict(X[:7])


LOOKERS: dict[str, Callable[[], dict[str, Any]]] = {
    "again": dict,
    "bar": lambda: {"verbose": 1},
    "lines": lambda: {"verbose": 2},
    "a callback of epochs": lambda: {"callbacks": [LambdaCallback(on_epoch_end=lambda epoch, logs: None)]},
    "a callback of batches": lambda: {"callbacks": [LambdaCallback(on_train_batch_end=lambda batch, logs: None)]},
    "validation": lambda: {"validation_data": (X[:30], Y[:30])},
    "validation of batches": lambda: {"validation_data": [(X[:30], Y[:30])], "validation_freq": 2},
    "every moment": lambda: {"callbacks": [EveryMoment()], "validation_data": (X, Y), "verbose": 2},
}


@pytest.mark.parametrize("name", LOOKERS)
def test_looking_on_changes_no_bit(name: str) -> None:
    weights, history = trained()
    watched, shown = trained(**LOOKERS[name]())
    assert_same_bits(weights, watched)
    assert {key: shown[key] for key in history} == history


def test_what_was_built_and_trained_before_changes_no_bit() -> None:
    expected = trained()[0]
    trained(model=classifier("sgd"))
    pl.layers.Dropout(0.5)(np.ones((3, 3)), training=True)
    assert_same_bits(expected, trained()[0])


def test_another_seed_gives_other_weights_masks_and_orders() -> None:
    model = classifier(dropout=0.3)
    start = model.get_weights()

    def after(seed: int) -> list[np.ndarray]:
        model = classifier(dropout=0.3)
        model.set_weights(start)
        pl.utils.set_random_seed(seed)
        return trained(model=model)[0]

    assert_same_bits(after(1), after(1))
    assert_differ(after(1), after(2))


def test_masks_differ_from_step_to_step_and_from_layer_to_layer() -> None:
    """y = x + x through two dropouts, weights fixed: the loss tells the share that was kept."""
    x = pl.Input((1,))
    model = pl.Model(x, [pl.layers.Dropout(0.5)(x), pl.layers.Dropout(0.5)(x)])
    seen: list[tuple[float, float]] = []
    watch = LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(tuple(v for k, v in logs.items() if k != "loss"))  # type: ignore[arg-type]
    )
    model.compile("sgd", "mse")
    ones = np.ones((100, 1), np.float32)
    model.fit(ones, [0 * ones, 0 * ones], batch_size=100, epochs=4, shuffle=False, verbose=0, callbacks=[watch])
    first, second = zip(*seen, strict=True)
    assert len(set(first)) > 1
    assert first != second


def test_eager_calls_outside_of_training_follow_the_seed() -> None:
    def masks() -> list[np.ndarray]:
        pl.utils.set_random_seed(3)
        layer = pl.layers.Dropout(0.5)
        return [layer(np.ones((4, 8)), training=True).numpy() for _ in range(2)]

    first, second = masks()
    assert (first != second).any()
    assert_same_bits([first, second], masks())


def wide(dropout: float) -> Any:
    """Wide enough for its steps to be worth several ranks."""
    pl.utils.set_random_seed(3)
    layers = [pl.layers.Dense(512, activation="relu"), pl.layers.Dropout(dropout), pl.layers.Dense(300, activation="relu")]
    model = pl.Sequential([pl.Input((4,)), *layers, pl.layers.Dense(3)])
    model.compile("sgd", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


@pytest.mark.usefixtures("restored_threads")
def test_the_number_of_threads_changes_no_more_than_rounding() -> None:
    results = []
    for count in (1, 2, 4, 2):
        set_num_threads(count)
        results.append(trained(model=wide(0.4), batch_size=64)[0])
    for other in results[1:]:
        assert_close(results[0], other)  # one other mask would show at 1e-2
    assert_same_bits(results[1], results[3])


@pytest.mark.usefixtures("restored_threads")
def test_masks_do_not_depend_on_the_number_of_threads() -> None:
    """Dropout of ones alone: what comes out, and so the loss, is the mask's and no arithmetic's."""
    ones = np.ones((64, 20_000), np.float32)
    losses = []
    for count in (1, 2, 4):
        set_num_threads(count)
        pl.utils.set_random_seed(0)
        model = pl.Sequential([pl.Input((20_000,)), pl.layers.Dropout(0.5)])
        model.compile("sgd", lambda y_true, y_pred: pl.ops.mean(y_pred * y_true, axis=-1))
        weights = np.linspace(0, 1, 20_000, dtype=np.float32) * ones
        losses.append(model.fit(ones, weights, batch_size=64, epochs=2, verbose=0).history["loss"])
    assert losses[0][0] != losses[0][1]
    for other in losses[1:]:
        np.testing.assert_allclose(other, losses[0], rtol=1e-6)  # a mask of its own would differ by 1e-3


def test_two_fits_in_a_row_take_other_orders() -> None:
    def orders(model: Any) -> list[float]:
        means: list[float] = []
        watch = LambdaCallback(on_train_batch_end=lambda batch, logs: means.append(logs["loss"]))
        model.fit(X, Y, batch_size=1, verbose=0, callbacks=[watch])
        return means

    model = classifier(pl.optimizers.SGD(0.0))
    first, second = orders(model), orders(model)
    assert first != second
    assert first[-1] == pytest.approx(second[-1], rel=1e-6)
    assert orders(classifier(pl.optimizers.SGD(0.0))) == first
