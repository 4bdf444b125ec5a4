"""Streams of batches over several epochs: where each begins, and which moments callbacks see."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.callbacks import LambdaCallback
from tests.support.training import slope

ONE = np.ones((1, 1), np.float32)


class Batches:
    """Can be iterated again and again, and notes which batches were taken."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.taken: list[int] = []

    def __iter__(self):
        for number in range(self.count):
            self.taken.append(number)
            yield ONE, ONE * number


def test_validation_with_steps_begins_anew_each_epoch() -> None:
    """As in Keras: else epochs would be compared by different samples, and the stream would end in the third of them."""
    validation = Batches(5)
    model = slope(0.0)  # the rate is 0, so the loss is the same in each epoch: mean of 0^2 and 1^2
    history = model.fit(ONE, ONE, epochs=4, validation_data=validation, validation_steps=2, verbose=0).history
    assert history["val_loss"] == [0.5] * 4
    assert validation.taken == [0, *[0, 1] * 4]  # the first was looked at for its shape


def test_training_with_steps_goes_on_from_epoch_to_epoch() -> None:
    train = Batches(6)
    slope(0.0).fit(train, steps_per_epoch=2, epochs=3, verbose=0)
    assert train.taken == [0, *range(6)]


def test_a_generator_goes_on() -> None:
    endless = ((ONE, ONE * number) for number in range(100))
    history = slope(0.0).fit(ONE, ONE, epochs=2, validation_data=endless, validation_steps=2, verbose=0).history
    assert history["val_loss"] == [(0 + 1) / 2, (4 + 9) / 2]


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_every_batch_that_begins_ends(run_eagerly: bool) -> None:
    """Also where nobody knows the number of batches before the stream has ended."""
    seen: list[tuple[str, int]] = []

    def note(moment: str) -> Any:
        return lambda batch, logs=None: seen.append((moment, batch))

    watch = LambdaCallback(on_train_batch_begin=note("train begins"), on_train_batch_end=note("train ends"))
    for kind in ("test", "predict"):
        for moment in ("begin", "end"):
            setattr(watch, f"on_{kind}_batch_{moment}", note(f"{kind} {moment}s"))
    model = slope(0.1, run_eagerly=run_eagerly)
    model.fit(Batches(2), validation_data=Batches(2), verbose=0, callbacks=[watch])
    model.predict(Batches(2), callbacks=[watch])
    expected = [(f"{kind} {moment}s", n) for kind in ("train", "test", "predict") for n in (0, 1) for moment in ("begin", "end")]
    assert seen == expected
