"""TerminateOnNaN: a diverged training ends, and soon."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.callbacks import EarlyStopping, LambdaCallback, TerminateOnNaN
from tests.support.training import slope

ONES = np.ones((4000, 1), np.float32)


@pytest.mark.parametrize("eagerly", [False, True])
def test_it_ends_in_the_epoch_that_diverges(eagerly: bool, capsys) -> None:
    """w <- w - 2 rate (w - 1) with rate 1e9 leaves float32 after five steps."""
    model = slope(1e9, run_eagerly=eagerly)
    with np.errstate(over="ignore", invalid="ignore"):
        history = model.fit(ONES, ONES, batch_size=1, epochs=9, verbose=0, callbacks=[TerminateOnNaN()])
    assert history.epoch == [0]
    assert not np.isfinite(history.history["loss"][0])
    said = capsys.readouterr().out
    assert said.count("training ends") == 1
    assert said.startswith("Epoch 1: the loss is ")
    if eagerly:  # a slice is a step
        assert model.optimizer.iterations < 20


def test_where_the_loss_is_finite_it_changes_nothing() -> None:
    histories = [
        slope(0.1).fit(ONES, ONES, batch_size=500, epochs=3, verbose=0, callbacks=watch).history
        for watch in ([], [TerminateOnNaN()])
    ]
    assert histories[0] == histories[1]


def test_the_best_weights_come_back() -> None:
    """Two good epochs, then a rate that diverges."""
    model = slope(0.25)

    def spoil(epoch: int, logs) -> None:
        model.optimizer.learning_rate = 1e30 if epoch == 2 else 0.25

    watch = [
        LambdaCallback(on_epoch_begin=spoil),
        EarlyStopping("loss", patience=9, restore_best_weights=True),
        TerminateOnNaN(),
    ]
    with np.errstate(over="ignore", invalid="ignore"):
        history = model.fit(ONES[:8], ONES[:8], batch_size=4, epochs=9, verbose=0, callbacks=watch)
    assert history.epoch == [0, 1, 2]
    # w = 1/2, 3/4 | 7/8, 15/16 | ...: each step halves the distance to 1.
    assert model.get_weights()[0].item() == 15 / 16
