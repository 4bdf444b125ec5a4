"""``fit``: which samples, in which order, with which weight; held against arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import LambdaCallback
from pellucid.errors import DataError
from tests.support.training import assert_same_bits, classifier, clusters, slope

X, Y = clusters()
ONES = np.ones((8, 1), np.float32)
TARGETS = np.arange(1, 9, dtype=np.float32)[:, None]
both = pytest.mark.parametrize("eagerly", [False, True], ids=["planned", "eager"])


def w(model) -> float:
    return model.get_weights()[0].item()


@both
def test_a_step_by_hand(eagerly) -> None:
    """w = 0, x = 1: dL/dw = -2 mean y = -9."""
    model = slope(run_eagerly=eagerly)
    history = model.fit(ONES, TARGETS, batch_size=8, verbose=0).history
    assert history["loss"] == [pytest.approx(np.mean(TARGETS**2))]
    assert w(model) == pytest.approx(9.0)


@both
def test_sample_weight_multiplies_and_is_not_divided_out(eagerly) -> None:
    """Keras' sum over batch size: dL/dw = -2/8 sum s y."""
    s = np.array([0, 0, 0, 0, 0, 0, 2, 4], np.float32)
    model = slope(run_eagerly=eagerly)
    loss = model.fit(ONES, TARGETS, batch_size=8, sample_weight=s, verbose=0).history["loss"][0]
    assert loss == pytest.approx((2 * 49 + 4 * 64) / 8)
    assert w(model) == pytest.approx(2 / 8 * (2 * 7 + 4 * 8))


@both
def test_class_weight_by_hand(eagerly) -> None:
    """Labels 0 and 1 as targets: each sample's error counts by its class; a class without a weight counts 1."""
    y = np.array([0, 1, 1, 0, 1, 0, 0, 1], np.float32)[:, None]
    for weights, of_one in (({0: 5.0, 1: 0.25}, 0.25), ({0: 7.0}, 1.0)):
        model = slope(run_eagerly=eagerly)
        loss = model.fit(ONES, y, batch_size=8, class_weight=weights, verbose=0).history["loss"][0]
        assert loss == pytest.approx(of_one * 4 / 8)
        assert w(model) == pytest.approx(2 / 8 * of_one * 4)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_class_weight_and_sample_weight_multiply(shape) -> None:
    """A model's gradient at given weights: 2 on a class is the same as 2 on each of its samples."""
    weights = np.linspace(0, 1, len(Y), dtype=np.float32)
    one, other = classifier("sgd"), classifier("sgd")
    one.fit(X, Y, class_weight={1: 2.0}, sample_weight=weights.reshape(shape), verbose=0)
    other.fit(X, Y, sample_weight=weights * np.where(Y == 1, 2, 1), verbose=0)
    assert_same_bits(one.get_weights(), other.get_weights())


def test_class_weight_of_one_hot_targets() -> None:
    losses = []
    for y, loss in ((Y, "sparse_categorical_crossentropy"), (np.eye(3)[Y], "categorical_crossentropy")):
        pl.utils.set_random_seed(1)
        model = pl.Sequential([pl.layers.Dense(3, activation="softmax", input_dim=4)])
        model.compile("sgd", loss)
        losses.append(model.fit(X, y, class_weight={0: 3.0, 2: 0.5}, verbose=0).history["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_class_weight_counts_in_training_alone() -> None:
    y = (TARGETS > 4).astype(np.float32)
    fits = {"batch_size": 8, "verbose": 0, "validation_split": 0.5}
    with_weights = slope(0.0).fit(ONES, y, class_weight={1: 100.0, 0: 100.0}, **fits).history
    without = slope(0.0).fit(ONES, y, **fits).history
    assert with_weights["val_loss"] == without["val_loss"] == [1.0]


def test_weights_on_and_off_again() -> None:
    """Sums of a step with weights and of one without are different things, kept apart."""
    model = slope(0.0, metrics=["mse"], weighted_metrics=["mse"])
    s = np.array([0, 0, 0, 0, 0, 0, 1, 3], np.float32)
    plain = {"loss": 25.5, "mse": 25.5, "weighted_mse": 25.5}
    weighted = {"loss": (49 + 3 * 64) / 8, "mse": 25.5, "weighted_mse": (49 + 3 * 64) / 4}
    for expected, weight in ((plain, None), (weighted, s), (plain, None), (weighted, s)):
        fitted = model.fit(ONES, TARGETS, batch_size=3, sample_weight=weight, verbose=0).history
        assert {name: v[0] for name, v in fitted.items()} == pytest.approx(expected)
        evaluated = model.evaluate(ONES, TARGETS, batch_size=3, sample_weight=weight, verbose=0, return_dict=True)
        assert evaluated == pytest.approx(expected)


@both
def test_validation_split_takes_the_last_before_shuffling(eagerly) -> None:
    """Validation loss at w = 0 is the mean of y^2 of the last quarter; training never sees it."""
    model = slope(0.0, run_eagerly=eagerly)
    history = model.fit(ONES, TARGETS, validation_split=0.25, epochs=2, verbose=0).history
    assert history["val_loss"] == pytest.approx([(49 + 64) / 2] * 2)
    assert history["loss"] == pytest.approx([np.mean(TARGETS[:6] ** 2)] * 2)


def test_validation_split_splits_the_weights_too() -> None:
    s = np.arange(8, dtype=np.float32)
    history = slope(0.0).fit(ONES, TARGETS, validation_split=0.25, sample_weight=s, verbose=0).history
    assert history["val_loss"] == pytest.approx([(6 * 49 + 7 * 64) / 2])


@pytest.mark.parametrize("kind", ["pair", "weights", "list", "generator"])
def test_validation_data(kind) -> None:
    x, y = 2 * ONES, TARGETS
    data = {
        "pair": lambda: (x, y),
        "weights": lambda: (x, y, np.ones(8)),
        "list": lambda: [(x[:4], y[:4]), (x[4:], y[4:])],
        "generator": lambda: ((x[i : i + 2], y[i : i + 2]) for _ in range(3) for i in range(0, 8, 2)),
    }[kind]()
    steps = {"validation_steps": 4} if kind == "generator" else {}
    history = slope(0.0).fit(ONES, TARGETS, validation_data=data, validation_split=0.0, epochs=3, verbose=0, **steps).history
    assert history["val_loss"] == pytest.approx([np.mean(TARGETS**2)] * 3)


def test_validation_data_go_before_validation_split() -> None:
    """As in Keras: nothing is split off where validation data are given."""
    model = slope(0.0)
    history = model.fit(ONES, TARGETS, validation_data=(ONES, TARGETS), validation_split=0.5, verbose=0).history
    assert history["loss"] == history["val_loss"] == [25.5]


def test_validation_frequency_counts_epochs_from_the_first_of_all() -> None:
    """Keras: every second epoch is the second, the fourth, ..., wherever training begins."""
    logs = {}
    watch = LambdaCallback(on_epoch_end=lambda epoch, log: logs.update({epoch: "val_loss" in log}))
    fit = {"validation_data": (ONES, TARGETS), "validation_freq": 2, "verbose": 0, "callbacks": [watch]}
    slope().fit(ONES, TARGETS, initial_epoch=1, epochs=5, **fit)
    assert logs == {1: True, 2: False, 3: True, 4: False}


def test_initial_epoch() -> None:
    model = classifier()
    history = model.fit(X, Y, initial_epoch=3, epochs=5, verbose=0)
    assert history.epoch == [3, 4]
    assert len(history.history["loss"]) == 2
    assert model.fit(X, Y, initial_epoch=5, epochs=5, verbose=0).history == {}


def test_resumed_training_takes_the_samples_that_an_unbroken_one_would() -> None:
    unbroken, resumed = classifier(dropout=0.2), classifier(dropout=0.2)
    unbroken.fit(X, Y, epochs=4, verbose=0)
    for first in range(4):
        resumed.fit(X, Y, initial_epoch=first, epochs=first + 1, verbose=0)
    assert_same_bits(unbroken.get_weights(), resumed.get_weights())


def test_steps_per_epoch_of_arrays_end_an_epoch_early() -> None:
    """The first four of eight samples, unshuffled: mean of y^2 is 7.5."""
    history = slope(0.0).fit(ONES, TARGETS, batch_size=2, steps_per_epoch=2, shuffle=False, verbose=0).history
    assert history["loss"] == [pytest.approx((1 + 4 + 9 + 16) / 4)]


def test_steps_per_epoch_go_on_where_the_last_epoch_ended() -> None:
    """Unshuffled, six of eight samples an epoch: 1 to 6; 7, 8, 1 to 4; 5 to 8, 1, 2. Keras takes them so, too."""
    squares = TARGETS.ravel() ** 2
    expected = [squares[:6].mean(), squares[[6, 7, 0, 1, 2, 3]].mean(), squares[[4, 5, 6, 7, 0, 1]].mean()]
    fit = {"batch_size": 2, "steps_per_epoch": 3, "shuffle": False, "verbose": 0}
    for eagerly in (False, True):
        model = slope(0.0, run_eagerly=eagerly)
        assert model.fit(ONES, TARGETS, epochs=3, **fit).history["loss"] == pytest.approx(expected)
        assert model.fit(ONES, TARGETS, **fit).history["loss"] == pytest.approx(expected[:1])  # each fit begins anew
        assert model.fit(ONES, TARGETS, initial_epoch=2, epochs=3, **fit).history["loss"] == pytest.approx(expected[2:])


def test_shuffle_takes_every_sample_once_in_another_order() -> None:
    def losses(model, shuffle: bool) -> list[float]:
        """The targets in the order in which batches of one sample saw them, from running means of y^2."""
        means: list[float] = []
        watch = LambdaCallback(on_train_batch_end=lambda batch, logs: means.append(logs["loss"]))
        model.fit(ONES, TARGETS, batch_size=1, shuffle=shuffle, verbose=0, callbacks=[watch])
        sums = np.array(means) * np.arange(1, 9)
        return np.sqrt(np.diff(sums, prepend=0)).round().tolist()

    model = slope(0.0)
    assert losses(model, shuffle=False) == [1, 2, 3, 4, 5, 6, 7, 8]
    first, second = losses(model, shuffle=True), losses(model, shuffle=True)
    assert sorted(first) == sorted(second) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert first != second
    assert first != [1, 2, 3, 4, 5, 6, 7, 8]


@both
@pytest.mark.parametrize("batch_size", [1, 3, 7, 8, 100])
def test_metrics_over_unequal_batches(eagerly, batch_size) -> None:
    model = slope(0.0, metrics=["mse"], run_eagerly=eagerly)
    fitted = model.fit(ONES, TARGETS, batch_size=batch_size, verbose=0).history
    assert fitted == {"loss": [pytest.approx(25.5)], "mse": [pytest.approx(25.5)]}
    assert model.evaluate(ONES, TARGETS, batch_size=batch_size, verbose=0) == pytest.approx([25.5, 25.5])


@both
@pytest.mark.parametrize("batch_size", [1, 7, 50, 64])
def test_evaluate_and_predict_do_not_depend_on_the_batch_size(eagerly, batch_size) -> None:
    model = classifier(normalize=True, l2=0.01, run_eagerly=eagerly)
    model.fit(X, Y, verbose=0)
    logits = model.predict(X)
    np.testing.assert_allclose(model.predict(X, batch_size=batch_size), logits, rtol=1e-5, atol=1e-6)
    loss, accuracy = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    penalty = 0.01 * float((model.layers[0].kernel.numpy() ** 2).sum())
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    assert loss == pytest.approx(-np.log(p[np.arange(50), Y]).mean() + penalty, rel=1e-5)
    assert accuracy == pytest.approx((logits.argmax(axis=1) == Y).mean())


def test_the_ragged_last_batch_is_a_step_of_its_own_mean() -> None:
    """Batches of 3, 3 and 2 of y = 1..8, w from 0, rate 1/4: w <- w + (mean y - w) / 2."""
    model = slope(0.25)
    model.fit(ONES, TARGETS, batch_size=3, shuffle=False, verbose=0)
    expected = 0.0
    for mean in (2.0, 5.0, 7.5):
        expected += (mean - expected) / 2
    assert w(model) == pytest.approx(expected, rel=1e-6)
    assert model.optimizer.iterations == 3


def test_train_on_batch_is_a_step_and_reports_from_before_it() -> None:
    model = slope(metrics=["mse"])
    assert model.train_on_batch(ONES, TARGETS) == pytest.approx([25.5, 25.5])
    assert w(model) == pytest.approx(9.0)
    assert model.test_on_batch(9 * ONES / 9, TARGETS, return_dict=True)["loss"] == pytest.approx(np.mean((9 - TARGETS) ** 2))
    assert model.optimizer.iterations == 1
    np.testing.assert_allclose(model.predict_on_batch(2 * ONES), 18 * ONES)


@pytest.mark.parametrize(
    "make",
    [
        lambda: [(ONES[:3], TARGETS[:3]), (ONES[3:], TARGETS[3:])],
        lambda: ((ONES[i : i + 4], TARGETS[i : i + 4]) for _ in range(2) for i in (0, 4)),
        lambda: iter([[ONES, TARGETS]] * 2),
        lambda: iter([(ONES, TARGETS, np.ones(8))] * 2),
        lambda: Again(),
    ],
    ids=["list", "generator", "lists for tuples", "weights", "iterable"],
)
def test_streams(make) -> None:
    steps = None if isinstance(make(), list | Again) else 1
    history = slope(0.0).fit(make(), epochs=2, steps_per_epoch=steps, verbose=0).history
    assert len(history["loss"]) == 2
    assert np.sum(history["loss"]) in (pytest.approx(51.0), pytest.approx(np.mean(TARGETS[:4] ** 2) + np.mean(TARGETS[4:] ** 2)))
    assert slope(0.0).evaluate(make(), steps=None if steps is None else 2, verbose=0) == pytest.approx(25.5)
    assert slope(0.0).predict(make(), steps=None if steps is None else 2).shape[0] in (8, 16)


class Again:
    """Can be iterated any number of times."""

    def __iter__(self):
        return iter([(ONES[:5], TARGETS[:5]), (ONES[5:], TARGETS[5:])])


def test_a_stream_gives_the_bits_of_the_arrays_it_was_cut_from() -> None:
    one, other = classifier(dropout=0.3), classifier(dropout=0.3)
    one.fit(X, Y, batch_size=16, shuffle=False, epochs=2, verbose=0)
    other.fit([(X[i : i + 16], Y[i : i + 16]) for i in range(0, 50, 16)], epochs=2, verbose=0)
    assert_same_bits(one.get_weights(), other.get_weights())


def test_a_stream_that_ends_too_early_is_said() -> None:
    with pytest.raises(DataError, match="3 batches an epoch are needed"):
        slope().fit(iter([(ONES, TARGETS)] * 2), steps_per_epoch=3, verbose=0)
    with pytest.raises(DataError, match="at least one batch"):
        slope().fit(iter([(ONES, TARGETS)] * 2), epochs=2, verbose=0)


def test_history_lists_what_keras_lists() -> None:
    model = classifier()
    history = model.fit(X, Y, validation_split=0.2, epochs=2, verbose=0)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert all(len(values) == 2 and all(type(v) is float for v in values) for values in history.history.values())
    assert model.history is history
    assert history.epoch == [0, 1]
    assert model.metrics_names == ["loss", "accuracy"]


@pytest.mark.parametrize("verbose", [1, 2])
def test_what_is_shown_is_what_history_holds(verbose, capsys) -> None:
    history = classifier().fit(X, Y, validation_split=0.2, verbose=verbose).history
    out = capsys.readouterr().out
    for name, (value,) in history.items():
        assert f"{name}: {value:.4f}" in out or (verbose == 1 and name in out)
    assert "Epoch 1/1" in out


def test_silence(capsys) -> None:
    model = classifier()
    model.fit(X, Y, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
