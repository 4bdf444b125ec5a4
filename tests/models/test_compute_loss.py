"""Losses of one's own, from the least to the most freedom within the compiled program: a function, add_loss, compute_loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers, ops
from pellucid.errors import ArgumentError, NotBuiltError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4))
Y = X @ RNG.normal(size=(4, 2)) + 0.5
W = RNG.uniform(0.5, 2, 50)

both_ways = pytest.mark.parametrize("eager", [False, True])


class Base(pl.Model):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = layers.Dense(6, activation="tanh", kernel_regularizer="l2")
        self.out = layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.out(self.hidden(x))


def trained(make: Any, loss: Any = None, *, eager: bool = False, weights: Any = None, y: Any = Y, **settings: Any) -> Any:
    """History and weights after two epochs of ragged batches."""
    pl.utils.set_random_seed(5)
    model = make()
    model.compile(pl.optimizers.SGD(0.05), loss, run_eagerly=eager, **settings)
    history = model.fit(X, y, batch_size=16, epochs=2, sample_weight=weights, validation_split=0.2, verbose=0).history
    return history, model.get_weights(), model


def assert_same(one: Any, other: Any, tolerance: float = 1e-5) -> None:
    assert list(one[0]) == list(other[0])
    for name in one[0]:
        np.testing.assert_allclose(one[0][name], other[0][name], rtol=tolerance, atol=1e-6, err_msg=name)
    for a, b in zip(one[1], other[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=1e-6)


class OwnLoss(Base):
    """Mean squared error, written out, with the penalties."""

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        values = ops.mean(ops.square(y_pred - y), axis=-1)
        if sample_weight is not None:
            values = values * sample_weight
        return sum(self.losses, start=ops.mean(values))


@both_ways
@pytest.mark.parametrize("weights", [None, W])
def test_an_own_loss_that_computes_the_usual_trains_alike(eager: bool, weights: Any) -> None:
    assert_same(trained(OwnLoss, eager=eager, weights=weights), trained(Base, "mse", weights=weights))
    assert_same(trained(OwnLoss, "mae", eager=eager), trained(Base, "mse"))  # the compiled one is not asked


class WithSuper(Base):
    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        return super().compute_loss(x, y, y_pred, sample_weight, training) + 0.1 * ops.mean(ops.absolute(self.hidden(x)))


class ByLayer(Base):
    def call(self, x: Any) -> Any:
        hidden = self.hidden(x)
        self.add_loss(0.1 * ops.mean(ops.absolute(hidden)))
        return self.out(hidden)


class ByLayerAsArray(Base):
    def call(self, x: Any) -> Any:
        hidden = self.hidden(x)
        self.add_loss(0.1 * ops.absolute(hidden) / (hidden.shape[0] * 6))
        return self.out(hidden)


@both_ways
def test_the_usual_loss_and_a_term(eager: bool) -> None:
    """The same term by super().compute_loss, by add_loss of a number and of an array, which is summed."""
    expected = trained(ByLayer, "mse")
    for make in (WithSuper, ByLayer, ByLayerAsArray):
        assert_same(trained(make, "mse", eager=eager), expected)


def test_terms_are_shown_in_evaluation_too() -> None:
    _, _, model = trained(ByLayer, "mse")
    hidden = model.hidden(X).numpy()
    kernel = model.hidden.kernel.numpy()
    errors = ((model.predict(X) - Y) ** 2).mean()
    expected = errors + 0.1 * np.abs(hidden).mean() + 0.01 * (kernel**2).sum()
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_losses_of_a_call_by_hand() -> None:
    model = ByLayer()
    y = model(X)
    hidden = model.hidden(X).numpy()
    added, penalty = model.losses
    assert added.item() == pytest.approx(0.1 * np.abs(hidden).mean(), rel=1e-5)
    assert penalty.item() == pytest.approx(0.01 * (model.hidden.kernel.numpy() ** 2).sum(), rel=1e-5)
    (ops.mean(y) + added).backward()
    assert model.hidden.kernel.grad is not None


class Alone(Base):
    """An autoencoder whose loss is all its own: no target, no compiled loss."""

    def call(self, x: Any) -> Any:
        y = self.out(self.hidden(x))
        self.add_loss(ops.mean(ops.square(ops.sum(y, axis=-1) - ops.sum(x, axis=-1))))
        return y


class AloneToo(Base):
    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        assert y is None
        return ops.mean(ops.square(ops.sum(y_pred, axis=-1) - ops.sum(x, axis=-1))) + sum(self.losses)


@both_ways
def test_without_any_target(eager: bool) -> None:
    history, _, _ = one = trained(Alone, eager=eager, y=None)
    assert history["loss"][1] < history["loss"][0]
    assert_same(one, trained(AloneToo, eager=eager, y=None))


class AnyTarget(Base):
    """Two targets of other shapes than the output."""

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        total, number = y
        assert number.dtype == np.int64
        return ops.mean(ops.square(ops.sum(y_pred, axis=-1) - total)) + ops.mean(ops.cast(number, "float32"))


def test_targets_of_any_number_and_shape() -> None:
    history, _, _ = trained(AnyTarget, y=[Y.sum(axis=1), np.full(50, 3)])
    assert history["loss"][0] > 3.0


class Tracked(Base):
    """As in Keras' documentation of compute_loss."""

    def __init__(self) -> None:
        super().__init__()
        self.loss_tracker = pl.metrics.Mean(name="loss")
        self.largest = pl.metrics.Mean(name="largest")

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        loss = ops.mean((y_pred - y) ** 2)
        loss = loss + ops.sum(ops.stack(self.losses))
        self.loss_tracker.update_state(loss)
        self.largest.update_state(ops.max(ops.absolute(y_pred - y), axis=-1))
        return loss

    def reset_metrics(self) -> None:
        self.loss_tracker.reset_state()

    @property
    def metrics(self) -> list[pl.metrics.Metric]:
        return [self.loss_tracker]


@both_ways
def test_metrics_that_are_updated_in_the_loss(eager: bool) -> None:
    history, _, model = trained(Tracked, eager=eager)
    assert list(history) == ["loss", "largest", "val_loss", "val_largest"]
    expected = np.abs(model.predict(X) - Y).max(axis=1).mean()
    assert model.evaluate(X, Y, verbose=0, return_dict=True)["largest"] == pytest.approx(expected, rel=1e-5)
    assert model.largest.result() == pytest.approx(expected, rel=1e-5)


class Watched(layers.Layer):
    def call(self, inputs: Any) -> Any:
        self.add_metric(ops.max(inputs, axis=-1), name="largest")
        self.add_metric(ops.mean(inputs), name="mean")
        return inputs


@both_ways
def test_added_metrics_are_means_over_samples(eager: bool) -> None:
    model = pl.Sequential([Watched(), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"], run_eagerly=eager)
    found = model.evaluate(X, Y[:, :1], batch_size=16, steps=4, verbose=0, return_dict=True)
    assert list(found) == ["loss", "mae", "largest", "mean"]
    assert found["largest"] == pytest.approx(X.max(axis=1).mean(), rel=1e-5)
    assert found["mean"] == pytest.approx(X.mean(), rel=1e-4)
    history = model.fit(X, Y[:, :1], batch_size=16, epochs=2, verbose=0).history
    assert len(history["largest"]) == 2


def test_metrics_hold_their_results() -> None:
    model = pl.Sequential([layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae", pl.metrics.RootMeanSquaredError()])
    model.evaluate(X, Y, verbose=0)
    results = model.get_metrics_result()
    expected = np.abs(model.predict(X) - Y).mean()
    assert list(results) == ["loss", "mae", "root_mean_squared_error"]
    assert [m.name for m in model.metrics] == ["loss", "mae", "root_mean_squared_error"]
    assert results["mae"] == pytest.approx(expected, rel=1e-5)
    model.reset_metrics()
    assert model.get_metrics_result()["mae"] == 0.0


def test_refused() -> None:
    with pytest.raises(NotBuiltError, match="add_loss belongs in call"):
        layers.Dense(1).add_loss(1.0)
    with pytest.raises(NotBuiltError, match="add_metric belongs in call"):
        layers.Dense(1).add_metric(1.0)
    with pytest.raises(ArgumentError, match=r"compute_loss must return one number.* Received shape"):
        trained(Base, pl.losses.MeanSquaredError(reduction=None))
    plain = pl.Sequential([layers.Dense(2)])
    plain.compile("sgd")
    with pytest.raises(ArgumentError, match="neither loss nor metrics, so y is of no use"):
        plain.fit(X, Y, verbose=0)
    with pytest.raises(ArgumentError, match=r"without a loss to descend on.*add_loss"):
        plain.fit(X, verbose=0)
    with pytest.raises(ArgumentError, match="neither loss nor metrics"):
        plain.evaluate(X, verbose=0)


def test_several_outputs_by_name() -> None:
    class TwoHeads(pl.Model):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = layers.Dense(1), layers.Dense(1)

        def call(self, x: Any) -> Any:
            return {"a": self.a(x), "b": self.b(x)}

        def compute_loss(
            self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
        ) -> Any:
            assert set(y) == set(y_pred) == {"a", "b"}
            return super().compute_loss(x, y, y_pred, sample_weight, training)

    pl.utils.set_random_seed(1)
    model = TwoHeads()
    model.compile("sgd", {"a": "mse", "b": "mae"}, loss_weights={"b": 0.5}, metrics={"b": ["mse"]})
    found = model.evaluate(X, {"a": Y[:, :1], "b": Y[:, 1:]}, verbose=0, return_dict=True)
    assert list(found) == ["loss", "a_loss", "b_loss", "b_mse"]
    assert found["loss"] == pytest.approx(found["a_loss"] + 0.5 * found["b_loss"], rel=1e-6)
