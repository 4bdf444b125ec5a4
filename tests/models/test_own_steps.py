"""train_step, test_step and predict_step of one's own: plain Python on tensors, with fit around it."""

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


class Base(pl.Model):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = layers.Dense(6, activation="tanh", kernel_regularizer="l2")
        self.norm = layers.BatchNormalization()
        self.drop = layers.Dropout(0.3)
        self.out = layers.Dense(2)

    def call(self, x: Any) -> Any:
        return self.out(self.drop(self.norm(self.hidden(x))))


class AsInKeras(Base):
    """The training step of Keras' guide for its PyTorch backend, without its torch.no_grad()."""

    def train_step(self, data: Any) -> dict[str, Any]:
        x, y = data
        self.zero_grad()
        y_pred = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        loss.backward()
        trainable_weights = self.trainable_weights
        gradients = [v.grad for v in trainable_weights]
        self.optimizer.apply(gradients, trainable_weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=len(x))
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class ReturnsTensors(Base):
    def train_step(self, data: Any) -> dict[str, Any]:
        x, y, w = (*data, None)[:3]
        y_pred = self(x, training=True)
        loss = self.compute_loss(x, y, y_pred, w)
        loss.backward()
        self.optimizer.apply_gradients((p.grad, p) for p in self.trainable_weights)
        return {"loss": loss, "mae": ops.mean(ops.absolute(y - y_pred), axis=-1)}


class CallsSuper(Base):
    def train_step(self, data: Any) -> dict[str, Any]:
        return super().train_step(data)

    def test_step(self, data: Any) -> dict[str, Any]:
        return super().test_step(data)

    def predict_step(self, data: Any) -> Any:
        return super().predict_step(data)


def trained(make: Any, weights: Any = None, **settings: Any) -> Any:
    pl.utils.set_random_seed(5)
    model = make()
    model.compile(pl.optimizers.Adam(0.01), "mse", metrics=["mae"], **settings)
    history = model.fit(X, Y, batch_size=16, epochs=3, sample_weight=weights, validation_split=0.2, verbose=0).history
    return history, model.get_weights(), model


@pytest.mark.parametrize("make", [AsInKeras, ReturnsTensors, CallsSuper])
def test_the_usual_step_written_out_trains_as_the_program_does(make: type[pl.Model]) -> None:
    """Masks of dropout, moving averages, ragged batches, the order of samples and what is shown included."""
    history, weights, model = trained(make)
    expected, expected_weights, planned = trained(Base)
    assert list(history) == list(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-4, err_msg=name)
    for a, b in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(model.predict(X), planned.predict(X), rtol=1e-3, atol=1e-5)
    assert model.optimizer.iterations == planned.optimizer.iterations == 9


@pytest.mark.parametrize("make", [ReturnsTensors, CallsSuper])
def test_with_weights(make: type[pl.Model]) -> None:
    history, weights, _ = trained(make, W)
    expected, expected_weights, _ = trained(Base, W)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-4)
    for a, b in zip(weights, expected_weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)


def test_what_is_returned_is_shown() -> None:
    """A number as it is, the last of the epoch; a tensor as the mean over samples; an array as a list."""

    class Shows(Base):
        def train_step(self, data: Any) -> dict[str, Any]:
            x, _ = data
            return {"last": len(x), "mean": ops.mean(x), "array": np.array([1.0, 2.0])}

    model = Shows()
    model.compile("sgd")
    seen: list[dict[str, Any]] = []
    watch = pl.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(dict(logs)))
    history = model.fit(X, Y, batch_size=16, shuffle=False, callbacks=[watch], verbose=0).history
    assert list(history) == ["last", "mean", "array"]
    assert history["last"] == [2.0]
    assert history["mean"] == pytest.approx([X.mean()], rel=1e-4)
    assert history["array"] == [[1.0, 2.0]]
    assert seen[0]["last"] == 2.0


def test_one_step_a_call_with_the_bar_and_callbacks(capsys: pytest.CaptureFixture[str]) -> None:
    sizes = []

    class Counts(CallsSuper):
        def train_step(self, data: Any) -> dict[str, Any]:
            sizes.append(len(data[0]))
            return super().train_step(data)

    model = Counts()
    model.compile("sgd", "mse")
    batches = []
    watch = pl.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(logs["loss"]))
    model.fit(X, Y, batch_size=20, callbacks=[watch], verbose=2)
    assert sizes == [20, 20, 10]
    assert len(batches) == 3
    assert "loss: " in capsys.readouterr().out
    model.fit(((X[i : i + 10], Y[i : i + 10]) for i in range(0, 50, 10)), verbose=0)
    assert sizes == [20, 20, 10, 10, 10, 10, 10, 10]
    assert model.train_on_batch(X, Y) == pytest.approx(model.metrics[0].result())


class Adversaries(pl.Model):
    """Two networks against each other, each with an optimizer of its own; no call, no loss by name."""

    def __init__(self) -> None:
        super().__init__()
        self.generator = pl.Sequential([layers.Dense(4, activation="tanh"), layers.Dense(2)])
        self.judge = pl.Sequential([layers.Dense(4, activation="tanh"), layers.BatchNormalization(), layers.Dense(1)])
        self.judge_loss = pl.metrics.Mean(name="judge_loss")

    def compile(self, judge_optimizer: Any, generator_optimizer: Any) -> None:  # type: ignore[override]
        super().compile()
        self.judge_optimizer, self.generator_optimizer = judge_optimizer, generator_optimizer
        self.loss_function = pl.losses.BinaryCrossentropy(from_logits=True)

    @property
    def metrics(self) -> list[pl.metrics.Metric]:
        return [self.judge_loss]

    def train_step(self, real: Any) -> dict[str, Any]:
        noise = np.random.default_rng(self.optimizer.iterations).normal(size=(len(real), 3)).astype("float32")
        fake = self.generator(noise)
        answers = ops.concatenate([self.judge(real, training=True), self.judge(ops.stop_gradient(fake), training=True)], axis=0)
        truth = np.concatenate([np.ones((len(real), 1)), np.zeros((len(real), 1))])
        loss = self.loss_function(truth, answers)
        loss.backward()
        self.judge_optimizer.apply([p.grad for p in self.judge.trainable_weights], self.judge.trainable_weights)
        self.zero_grad()
        generator_loss = self.loss_function(np.ones((len(real), 1)), self.judge(self.generator(noise)))
        generator_loss.backward()
        trained = self.generator.trainable_weights
        self.generator_optimizer.apply([p.grad for p in trained], trained)
        self.judge_loss.update_state(loss)
        return {"judge_loss": self.judge_loss.result(), "generator_loss": generator_loss}


def test_two_networks_with_two_optimizers() -> None:
    pl.utils.set_random_seed(1)
    model = Adversaries()
    model.compile(pl.optimizers.Adam(0.01), pl.optimizers.Adam(0.001))
    history = model.fit(Y, epochs=5, batch_size=10, verbose=0).history
    assert list(history) == ["judge_loss", "generator_loss"]
    assert history["judge_loss"][-1] < history["judge_loss"][0]
    assert model.judge_optimizer.iterations == model.generator_optimizer.iterations == 25
    moving_mean = model.judge.layers[1].moving_mean.numpy()
    assert np.abs(moving_mean).max() > 0  # each call of the judge moved it
    with pytest.raises(NotBuiltError, match="call method, or a test_step"):
        model.evaluate(Y, verbose=0)


def test_evaluation_and_prediction_of_ones_own() -> None:
    class Own(Base):
        def test_step(self, data: Any) -> dict[str, Any]:
            x, y = data
            return {"bias": ops.mean(self(x) - y)}

        def predict_step(self, data: Any) -> Any:
            y = super().predict_step(data)
            return {"sum": ops.sum(y, axis=-1), "y": y}

    model = Own()
    model.compile("sgd", "mse")
    model.fit(X, Y, verbose=0)
    found = model.predict(X, batch_size=16)
    assert set(found) == {"sum", "y"}
    np.testing.assert_allclose(found["sum"], found["y"].sum(axis=1), rtol=1e-5, atol=1e-6)
    assert model.evaluate(X, Y, batch_size=16, verbose=0) == pytest.approx((found["y"] - Y).mean(), rel=1e-4)
    history = model.fit(X, Y, validation_data=(X, Y), verbose=0).history
    assert list(history) == ["loss", "val_bias"]


def test_layers_add_losses_and_metrics_in_an_own_step() -> None:
    class Adds(CallsSuper):
        def call(self, x: Any) -> Any:
            hidden = self.hidden(x)
            self.add_loss(ops.mean(ops.square(hidden)))
            self.add_metric(hidden, "hidden")
            return self.out(hidden)

    class AddsPlanned(Base):
        call = Adds.call

    history, expected = trained(Adds)[0], trained(AddsPlanned)[0]
    assert list(history) == list(expected)
    for name in expected:
        np.testing.assert_allclose(history[name], expected[name], rtol=1e-4, err_msg=name)


def test_refused() -> None:
    class Nothing(Base):
        def train_step(self, data: Any) -> Any:
            return None

    model = Nothing()
    with pytest.raises(NotBuiltError, match="compile"):
        model.fit(X, Y, verbose=0)
    model.compile("sgd", "mse")
    with pytest.raises(ArgumentError, match="train_step must return a dictionary"):
        model.fit(X, Y, verbose=0)
