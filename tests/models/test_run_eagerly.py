"""``run_eagerly=True`` and the compiled program do the same, for every optimizer there is; for layers see also
tests/layers/test_every_layer.py, for losses tests/losses/test_every_loss.py."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers, optimizers
from tests.support.training import assert_close, assert_same_bits, classifier, clusters

X, Y = clusters()
TARGETS = {
    "mean_squared_error": X[:, :3],
    "binary_crossentropy": (X[:, :3] > 0).astype(np.float32),
    "categorical_crossentropy": np.eye(3, dtype=np.float32)[Y],
    "sparse_categorical_crossentropy": Y,
}
OPTIMIZERS = {
    "sgd": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(0.05, momentum=0.9),
    "nesterov": lambda: optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    **{cls.__name__: lambda cls=cls: cls(0.01) for cls in optimizers.registry.classes() if cls is not optimizers.SGD},
}
LAYERS = {
    "dense": lambda: [layers.Dense(5)],
    "linear": lambda: [layers.Dense(5), layers.Activation("linear")],
    "sigmoid": lambda: [layers.Dense(5, activation="sigmoid")],
    "tanh": lambda: [layers.Activation("tanh")],
    "relu": lambda: [layers.Dense(5), layers.ReLU()],
    "softmax": lambda: [layers.Dense(5), layers.Softmax()],
    "step": lambda: [layers.Activation("step")],
    "flatten": lambda: [layers.Flatten()],
    "dropout": lambda: [layers.Dropout(0.4)],
    "batch normalization": lambda: [layers.BatchNormalization(momentum=0.8)],
    "rescaling": lambda: [layers.Rescaling(0.5, -1.0)],
    "normalization": lambda: [layers.Normalization(-1, [0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0])],
    "l2": lambda: [layers.Dense(5, kernel_regularizer="l2", bias_regularizer=pl.regularizers.L2(0.1))],
    "l1": lambda: [layers.Dense(5, kernel_regularizer=pl.regularizers.L1(0.01))],
    "no bias": lambda: [layers.Dense(5, use_bias=False)],
}


def train(make, loss, optimizer, eagerly: bool, **fit):
    pl.utils.set_random_seed(11)
    model = pl.Sequential([pl.Input((4,)), *make(), layers.Dense(3, activation=_activation(loss))])
    model.compile(optimizer(), loss, metrics=["mse" if loss == "mean_squared_error" else "accuracy"], run_eagerly=eagerly)
    history = model.fit(X, TARGETS[loss], epochs=2, batch_size=16, validation_split=0.3, verbose=0, **fit).history
    evaluated = model.evaluate(X, TARGETS[loss], verbose=0)
    return model.get_weights(), history, [np.array(evaluated), model.predict(X)]


def _activation(loss: str) -> str | None:
    return {"binary_crossentropy": "sigmoid", "mean_squared_error": None}.get(loss, "softmax")


def check(make=LAYERS["dense"], loss="sparse_categorical_crossentropy", optimizer=OPTIMIZERS["sgd"], **fit) -> None:
    planned, eager = (train(make, loss, optimizer, eagerly, **fit) for eagerly in (False, True))
    assert_close(planned[0], eager[0])
    assert list(planned[1]) == list(eager[1])
    assert_close([np.array(v) for v in planned[1].values()], [np.array(v) for v in eager[1].values()])
    assert_close(planned[2], eager[2])


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name: str) -> None:
    check(make=LAYERS[name])


@pytest.mark.parametrize("name", TARGETS)
def test_losses(name: str) -> None:
    check(loss=name)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name: str) -> None:
    check(make=lambda: [layers.Dense(5, activation="tanh"), layers.BatchNormalization()], optimizer=OPTIMIZERS[name])


def test_weights() -> None:
    check(sample_weight=np.linspace(0, 2, len(X)), class_weight={0: 0.5, 1: 2.0, 2: 1.0})


def test_every_kind_there_is_takes_part() -> None:
    assert {type(make()) for make in OPTIMIZERS.values()} == set(optimizers.registry.classes())


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_changing_over_in_the_middle_goes_on_where_it_was(name: str) -> None:
    """The optimizer's momenta and its count of steps stay; so do the order of samples and the masks."""
    constant, changing = (classifier(OPTIMIZERS[name](), dropout=0.3) for _ in range(2))
    for eagerly in (False, True, False):
        constant.fit(X, Y, batch_size=16, verbose=0)
        changing.run_eagerly = eagerly
        assert changing.run_eagerly is eagerly
        changing.fit(X, Y, batch_size=16, verbose=0)
    assert_close(constant.get_weights(), changing.get_weights())
    assert constant.optimizer.iterations == changing.optimizer.iterations == 12


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_compiling_again_with_the_same_optimizer_goes_on_where_it_was(name: str) -> None:
    once, again = (classifier(OPTIMIZERS[name]()) for _ in range(2))
    for model in (once, again):
        model.fit(X, Y, batch_size=16, verbose=0)
    again.compile(again.optimizer, pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    for model in (once, again):
        model.fit(X, Y, batch_size=16, verbose=0)
    assert_same_bits(once.get_weights(), again.get_weights())


def test_compiling_with_a_new_optimizer_begins_anew() -> None:
    trained, fresh = classifier(), classifier()
    trained.fit(X, Y, batch_size=16, verbose=0)
    fresh.set_weights(trained.get_weights())
    trained.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    assert trained.optimizer.iterations == 0
    for model in (trained, fresh):
        model.fit(X, Y, batch_size=16, verbose=0)
    assert_same_bits(trained.get_weights(), fresh.get_weights())


class AsUsual(pl.Model):
    """Steps of one's own, which are the usual ones."""

    def test_step(self, data):
        return super().test_step(data)

    def predict_step(self, data):
        return super().predict_step(data)


def always_dropping(kind: type[pl.Model], **compile) -> pl.Model:
    x = pl.Input((16,))
    model = kind(x, layers.Dropout(0.5)(x, training=True))
    model.compile("sgd", "mse", **compile)
    return model


@pytest.mark.parametrize(("kind", "eagerly"), [(pl.Model, True), (AsUsual, False)], ids=["eager", "steps of its own"])
def test_masks_in_inference_move_on_with_the_batches(kind, eagerly) -> None:
    """For Monte Carlo dropout; the same masks again in the next call, as they follow from the seed."""
    pl.utils.set_random_seed(3)
    ones, targets = np.ones((12, 16)), np.random.default_rng(0).normal(size=(12, 16))
    planned, other = always_dropping(pl.Model), always_dropping(kind, run_eagerly=eagerly)
    masks = planned.predict(ones, batch_size=4)
    assert (masks[:4] != masks[4:8]).any()
    for _ in range(2):
        np.testing.assert_array_equal(other.predict(ones, batch_size=4), masks)
    batches = [(ones[:4],), (ones[4:],)]
    np.testing.assert_array_equal(other.predict(batches), planned.predict(batches))
    loss = planned.evaluate(ones, targets, batch_size=4, verbose=0)
    assert other.evaluate(ones, targets, batch_size=4, verbose=0) == pytest.approx(loss, rel=1e-6)
    assert (planned(ones).numpy() != planned(ones).numpy()).any()
