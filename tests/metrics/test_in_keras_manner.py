"""Metrics that are written as Keras' users write them: weights, update_state and result."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import pellucid as pl
from pellucid import ops
from pellucid.errors import TraceError

RNG = np.random.default_rng(4)
X = RNG.normal(size=(23, 3)).astype("float32")
Y = (RNG.uniform(size=(23, 1)) > 0.5).astype("float32")
WEIGHTS = RNG.uniform(0.5, 2, size=23).astype("float32")


class Accuracy(pl.metrics.Metric):
    """The share of right answers, as the guides of Keras write it."""

    def __init__(self, name="right", **kwargs):
        super().__init__(name=name, **kwargs)
        self.right = self.add_weight(name="right", initializer="zeros")
        self.count = self.add_weight(name="count", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        right = ops.cast((y_pred > 0.5) == (y_true > 0.5), "float32")
        weight = ops.ones_like(right) if sample_weight is None else ops.reshape(sample_weight, (-1, 1))
        self.right.assign_add(ops.sum(right * weight))
        self.count.assign_add(ops.sum(weight))

    def result(self):
        return self.right / self.count


class Confusion(pl.metrics.Metric):
    """An array, of a subclass that adds to what its parent does."""

    def __init__(self, name="confusion"):
        super().__init__(name=name)
        self.table = self.add_weight(shape=(2, 2), name="table")
        self.calls = self.add_weight(name="calls", initializer="ones")

    def update_state(self, y_true, y_pred, sample_weight=None):
        classes = ops.one_hot(ops.cast(y_true[:, 0], "int64"), 2), ops.one_hot(ops.cast(y_pred[:, 0] > 0.5, "int64"), 2)
        self.table.assign_add(ops.transpose(classes[0]) @ classes[1])
        self.calls.assign_add(1.0)

    def result(self):
        return self.table


class Twice(Confusion):
    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(y_true, y_pred)
        super().update_state(y_true, y_pred)


def model(*metrics, **settings):
    pl.utils.set_random_seed(1)
    built = pl.Sequential([pl.Input((3,)), pl.layers.Dense(1, "sigmoid")])
    built.compile("sgd", "binary_crossentropy", metrics=list(metrics), **settings)
    return built


@pytest.mark.parametrize("eagerly", [False, True])
def test_it_is_the_built_in_one_over_unequal_batches(eagerly):
    net = model(Accuracy(), "binary_accuracy", run_eagerly=eagerly)
    history = net.fit(X, Y, batch_size=5, epochs=3, verbose=0, validation_split=0.3).history
    for prefix in ("", "val_"):
        np.testing.assert_allclose(history[prefix + "right"], history[prefix + "binary_accuracy"], rtol=1e-12)
    results = net.evaluate(X, Y, batch_size=4, verbose=0, return_dict=True)
    assert results["right"] == pytest.approx(results["binary_accuracy"], rel=1e-12)
    assert isinstance(results["right"], float)


def test_weighted():
    net = model(weighted_metrics=[Accuracy(), "binary_accuracy"])
    results = net.evaluate(X, Y, sample_weight=WEIGHTS, batch_size=4, verbose=0, return_dict=True)
    assert results["right"] == pytest.approx(results["binary_accuracy"], rel=1e-6)


@pytest.mark.parametrize("cls", [Confusion, Twice])
def test_an_array_and_a_metric_that_calls_its_parent_s(cls):
    net = model(cls())
    table = net.evaluate(X, Y, batch_size=4, verbose=0, return_dict=True)["confusion"]
    times = 2 if cls is Twice else 1
    guess = net.predict(X)[:, 0] > 0.5
    expected = [[times * np.sum((Y[:, 0] == i) & (guess == j)) for j in (0, 1)] for i in (0, 1)]
    np.testing.assert_array_equal(table, expected)
    (metric,) = [m for m in net.metrics if m.name == "confusion"]
    assert float(metric.calls) == 1 + times * 6  # six batches, from an initial value of 1


def test_by_hand():
    metric = Accuracy()
    metric.update_state(pl.tensor([[1.0], [0.0]]), pl.tensor([[0.9], [0.8]]))
    assert metric.result() == 0.5
    assert metric(pl.tensor([[1.0]]), pl.tensor([[0.7]])) == pytest.approx(2 / 3)
    other = copy.deepcopy(metric)
    metric.reset_state()
    assert float(metric.count) == 0
    assert float(other.count) == 3
    fresh = Accuracy()
    fresh.show(**other.state())
    assert fresh.result() == other.result()
    assert [w.name for w in metric.variables] == ["right", "count"]


def test_in_a_loss_and_in_a_step_of_one_s_own():
    class Own(pl.Model):
        def __init__(self):
            super().__init__()
            self.dense = pl.layers.Dense(1, "sigmoid")
            self.right = Accuracy()

        def call(self, x):
            return self.dense(x)

    class InLoss(Own):
        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            self.right.update_state(y, y_pred)
            return super().compute_loss(x, y, y_pred, sample_weight, training)

    class InStep(Own):
        @property
        def metrics(self):
            return [self.right]

        def test_step(self, data):
            x, y = data
            self.right.update_state(y, self(x))
            return {"right": self.right.result()}

    for cls in (InLoss, InStep):
        net = cls()
        net.compile("sgd", "binary_crossentropy")
        found = net.evaluate(X, Y, batch_size=4, verbose=0, return_dict=True)["right"]
        assert found == pytest.approx(np.mean((net.predict(X) > 0.5) == (Y > 0.5)), rel=1e-6)


def test_what_a_program_cannot_do_is_refused():
    class Greatest(Accuracy):
        def update_state(self, y_true, y_pred, sample_weight=None):
            self.right.assign(ops.maximum(self.right, ops.max(y_pred)))

    class Running(Accuracy):
        def update_state(self, y_true, y_pred, sample_weight=None):
            self.right.assign_add(ops.mean(y_pred) - self.right)

    for cls in (Greatest, Running):
        with pytest.raises(TraceError, match="'right' has no value while update_state becomes part of a program, and it is read"):
            model(cls()).evaluate(X, Y, verbose=0)
        metric = cls()  # by hand it is right
        metric.update_state(None, pl.tensor([[0.5], [0.75]]))
        assert float(metric.right) > 0

    class Assigned(Accuracy):
        def update_state(self, y_true, y_pred, sample_weight=None):
            self.right.assign(1.0)

    with pytest.raises(TraceError, match="it is assigned there"):
        model(Assigned()).evaluate(X, Y, verbose=0)


def test_a_metric_that_is_neither():
    class Nothing(pl.metrics.Metric):
        pass

    with pytest.raises(NotImplementedError, match="Nothing needs statistics and from_totals; or, in Keras' manner"):
        Nothing()
