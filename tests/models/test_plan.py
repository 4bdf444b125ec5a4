"""``Model.plan``: the training step's program, to look at."""

from __future__ import annotations

import numpy as np

import pellucid as pl

X = np.random.default_rng(0).random((20, 3)).astype("float32")
Y = np.arange(20) % 2


def compiled() -> pl.Sequential:
    pl.utils.set_random_seed(5)
    model = pl.Sequential([pl.Input((3,)), pl.layers.Dense(4, activation="relu", name="hidden"), pl.layers.Dense(2, name="out")])
    model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def test_it_shows_every_layer_and_the_five_steps_in_order():
    text = str(compiled().plan(X, Y, batch_size=8))
    for name in ("hidden", "out", "x[8, 3]", "hidden/kernel[3, 4]"):
        assert name in text
    assert text.index("forward") < text.index("output") < text.index("loss") < text.index("gradient and update")


def test_to_look_is_not_to_train():
    model = compiled()
    before = model.get_weights()
    print(model.plan(X, Y, batch_size=8))
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_looking_changes_nothing_in_later_training():
    watched, unwatched = compiled(), compiled()
    str(watched.plan(X, Y, batch_size=8))
    for model in (watched, unwatched):
        model.fit(X, Y, batch_size=8, epochs=2, verbose=0)
        str(model.plan(X[:9], Y[:9], batch_size=8))
        model.fit(X, Y, batch_size=8, epochs=1, verbose=0)
    for one, other in zip(watched.get_weights(), unwatched.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_measured_times_are_printed():
    plan = compiled().plan(X, Y, batch_size=8)
    assert " us" not in str(plan)
    plan.profile(repeats=2)
    assert str(plan).count(" us") == len(plan.schedule.entries)
