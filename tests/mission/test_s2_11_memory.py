"""S2.11: sequential data, memory and memoryless systems: a task that a memoryless net cannot solve and a recurrent one does."""

from __future__ import annotations

import numpy as np

import pellucid as pl
from pellucid.datasets.sequence_tasks import recall

DELAY = 50


def trained(layers: list[pl.layers.Layer]) -> tuple[pl.Sequential, float]:
    """A net on 1,000 sequences, and the part of 500 others that it is right on."""
    pl.utils.set_random_seed(0)
    model = pl.Sequential([pl.Input((DELAY + 1, 6)), *layers, pl.layers.Dense(4, activation="softmax")])
    model.compile(pl.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*recall(1000, DELAY), batch_size=32, epochs=3, verbose=0)
    return model, model.evaluate(*recall(500, DELAY, seed=1), verbose=0)[1]


def at_the_end() -> list[pl.layers.Layer]:
    return [pl.layers.Cropping1D((DELAY, 0)), pl.layers.Flatten()]


def test_s2_11_a_memoryless_net_fails_on_what_a_recurrent_one_solves_at_a_delay_of_50() -> None:
    """Both get the same sequences. One of four symbols by chance: a quarter, with a standard deviation of 0.02 over 500."""
    memoryless, guessed = trained([pl.layers.Dense(64, activation="relu"), *at_the_end()])
    recurrent, remembered = trained([pl.layers.SimpleRNN(32)])
    assert guessed < 0.35
    assert remembered > 0.99

    x, _ = recall(4, DELAY)
    x[:] = x[:1]
    x[:, 0, :4] = np.eye(4)  # four sequences that differ in the symbol alone
    answers = memoryless.predict(x, verbose=0)
    np.testing.assert_array_equal(answers, np.broadcast_to(answers[:1], answers.shape))  # it cannot tell them apart
    assert recurrent.predict(x, verbose=0).argmax(axis=1).tolist() == [0, 1, 2, 3]
