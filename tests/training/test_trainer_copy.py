"""Trainer.copy: at the same place, and on its own."""

import numpy as np

import pellucid as pl
from pellucid.layers import Dense, Dropout


def test_a_copy_goes_on_as_the_trainer_would_and_shares_nothing():
    pl.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    y = x[:, :1]
    model = pl.Sequential([Dense(8, "relu"), Dropout(0.5), Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x, y, epochs=2, verbose=0)
    trainer = model._trainer
    batch = model._samples(x[:16], y[:16], None)
    weights, steps, sums = model.get_weights(), model.optimizer.batches, trainer.training_sums.results()

    other = trainer.copy()
    other.train_batch(batch)
    assert other.optimizer.batches == steps + 1
    assert model.optimizer.batches == steps
    np.testing.assert_equal(model.get_weights(), weights)
    assert trainer.training_sums.results() == sums

    trainer.train_batch(batch)  # the same step, dropout's mask and Adam's moments included
    for own, copied in zip(model.weights, other.model.weights, strict=True):
        np.testing.assert_array_equal(own.array, copied.array)
        assert not np.shares_memory(own.array, copied.array)
