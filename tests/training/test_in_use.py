"""One training of a model at a time: a second one inside of it, or beside it, is refused; looking on is free."""

import threading

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import LambdaCallback
from pellucid.errors import InUseError, TraceError


def model_and_data():
    pl.utils.set_random_seed(0)
    x = np.random.default_rng(0).random((64, 3), dtype=np.float32)
    model = pl.Sequential([pl.layers.Dense(4, activation="relu", input_dim=3), pl.layers.Dense(1)])
    model.compile("adam", "mse")
    return model, x, x.sum(axis=1, keepdims=True)


def test_training_inside_of_training_is_refused():
    model, x, y = model_and_data()
    nested = LambdaCallback(on_train_batch_end=lambda batch, logs: model.train_on_batch(x, y))
    with pytest.raises(InUseError, match="running already"):
        model.fit(x, y, verbose=0, callbacks=[nested])
    model.fit(x, y, verbose=0)  # and afterwards all is as before
    assert model.optimizer.iterations == 1 + 2


def test_training_beside_training_is_refused():
    model, x, y = model_and_data()
    started, release = threading.Event(), threading.Event()

    def hold(epoch, logs):
        started.set()
        release.wait(30)

    settings = {"verbose": 0, "callbacks": [LambdaCallback(on_epoch_end=hold)]}
    first = threading.Thread(target=model.fit, args=(x, y), kwargs=settings)
    first.start()
    try:
        assert started.wait(30)
        with pytest.raises(InUseError):
            model.fit(x, y, verbose=0)
        assert model.predict(x).shape == (64, 1)
    finally:
        release.set()
        first.join()


def test_evaluating_and_predicting_inside_of_training_change_nothing():
    model, x, y = model_and_data()
    alone = model.fit(x, y, epochs=3, verbose=0).history["loss"]
    model, x, y = model_and_data()

    def look(batch, logs):
        model.evaluate(x[:7], y[:7], verbose=0)
        model.predict(x[:5])

    watched = model.fit(x, y, epochs=3, verbose=0, callbacks=[LambdaCallback(on_train_batch_end=look)]).history["loss"]
    assert watched == alone


def test_a_plan_to_look_at_changes_nothing_and_is_not_changed():
    model, x, y = model_and_data()
    alone = model.fit(x, y, epochs=2, verbose=0).history["loss"]
    model, x, y = model_and_data()
    plan = model.plan(x, y, batch_size=32)
    before = model.get_weights()
    plan.profile(repeats=2)
    assert all((a == b).all() for a, b in zip(before, model.get_weights(), strict=True))
    assert model.fit(x, y, epochs=2, verbose=0).history["loss"] == alone
    plan.profile(repeats=2)  # also after a fit on other data, at the end of its epoch
    assert "us" in str(plan)


def test_the_open_batch_axis_is_no_number():
    x = pl.Input((3,))
    with pytest.raises(TraceError, match="no length yet"):
        x / x.shape[0]
    with pytest.raises(TraceError, match="no length yet"):
        x.shape[0] / 2
