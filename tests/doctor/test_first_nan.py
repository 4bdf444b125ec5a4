"""The first NaN or infinity is traced to its operation, layer and step, with the ranges of what went in."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

import pellucid as pl
from pellucid import ops
from pellucid.callbacks import Callback
from pellucid.doctor import Doctor
from pellucid.errors import DataError
from pellucid.layers import Dense, Dropout, Layer


class Calls(Layer):
    """A layer that is one function."""

    def __init__(self, function, **layer):
        super().__init__(**layer)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


def samples(count=64, features=3):
    x = np.random.default_rng(0).uniform(0.5, 2.0, size=(count, features)).astype(np.float32)
    return x, x[:, :1] - x[:, 1:2]


def diagnosed(model, x, y, *, optimizer="sgd", loss="mse", epochs=3, batch_size=16, steps=None, callbacks=(), **settings):
    """The one finding of a training that goes wrong."""
    pl.utils.set_random_seed(1)
    doctor = Doctor(verbose=0)
    model.compile(optimizer, loss, **settings)
    fit = {"epochs": epochs, "batch_size": batch_size, "steps_per_epoch": steps, "callbacks": [doctor, *callbacks]}
    model.fit(x, y, shuffle=False, verbose=0, **fit)
    (finding,) = doctor.report.findings
    assert finding.name == "not_finite"
    return finding


def row_at(step, value, batch_size=16):
    """Samples whose first value is ``value`` in a row of this step's batch (from 1), and nowhere else."""
    x, y = samples()
    x[(step - 1) * batch_size + 5, 0] = value
    return x, y


def test_the_logarithm_of_zero_in_a_layer_of_ones_own():
    x, y = row_at(3, 0.0)
    finding = diagnosed(pl.Sequential([Calls(ops.log, name="logarithm"), Dense(1)], name="net"), x, y)
    numbers = finding.numbers
    assert (numbers["operation"], numbers["layer"], numbers["step"]) == ("Log", "net/logarithm", 3)
    assert numbers["x"] == f"0 to {x[32:48].max():.4g}"
    assert "1 infinite of 48" in numbers["output"]
    assert "logarithm of 0" in finding.cause
    assert "ops.log(x + 1e-7)" in finding.remedy


def test_epochs_of_fewer_steps_than_there_are_batches():
    x, y = row_at(3, 0.0)
    numbers = diagnosed(pl.Sequential([Calls(ops.log, name="logarithm"), Dense(1)]), x, y, steps=2).numbers
    assert (numbers["operation"], numbers["step"], numbers["epoch"], numbers["batch"]) == ("Log", 3, 2, 1)


def test_the_logarithm_of_a_negative_number():
    x, y = row_at(2, -0.25)
    numbers = (finding := diagnosed(pl.Sequential([Calls(ops.log, name="logarithm"), Dense(1)]), x, y)).numbers
    assert (numbers["operation"], numbers["step"], numbers["output"][-11:]) == ("Log", 2, "1 NaN of 48")
    assert "-0.25" in finding.cause


def test_a_division_by_zero():
    x, y = row_at(4, 0.0)
    finding = diagnosed(pl.Sequential([Calls(lambda v: 1.0 / v, name="inverse"), Dense(1)], name="net"), x, y)
    numbers = finding.numbers
    assert (numbers["operation"], numbers["layer"], numbers["step"]) == ("Divide", "net/inverse", 4)
    assert "1 of 48 divisors are 0" in finding.cause


def test_an_exponent_that_overflows():
    x, y = row_at(2, 100.0)
    finding = diagnosed(pl.Sequential([Calls(ops.exp, name="growth"), Dense(1)], name="net"), x, y)
    numbers = finding.numbers
    assert (numbers["operation"], numbers["layer"], numbers["step"]) == ("Exp", "net/growth", 2)
    assert numbers["x"].endswith("to 100")
    assert "88.7" in finding.cause


def test_the_slope_of_the_root_at_zero():
    """Forward all is finite: sqrt(0) = 0; its slope, 1 / (2 sqrt 0), is not."""
    x, y = samples()
    x[20] = 0.0  # a row whose product with any kernel is 0: in step 2
    norm = Calls(lambda v: ops.sqrt(ops.sum(v * v, axis=-1, keepdims=True)), name="length")
    finding = diagnosed(pl.Sequential([Dense(4, use_bias=False), norm, Dense(1)], name="net"), x, y)
    numbers = finding.numbers
    assert (numbers["operation"], numbers["layer"], numbers["step"]) == ("Sqrt", "net/length", 2)
    assert numbers["x"].startswith("0 to ")
    assert "infinite" in numbers["gradient passed on"]
    assert "derivative of Sqrt" in finding.what
    assert "slope of a root at 0" in finding.cause


def test_an_overflow_by_a_learning_rate_of_a_million():
    x, y = samples()
    model = pl.Sequential([Dense(8, "relu", name="hidden"), Dense(1, name="output")], name="net")
    finding = diagnosed(model, x, y, optimizer=pl.optimizers.SGD(1e6))
    assert "the learning rate 1e+06 is far too large" in finding.cause
    assert "smaller learning rate" in finding.remedy
    assert finding.numbers["step"] == first_bad_step(1e6)
    kernels = [value for name, value in finding.numbers.items() if "kernel" in name]
    assert all(abs(float(kernel.split()[-1])) > 1e3 for kernel in kernels)


def first_bad_step(rate):
    """Counted one step at a time: in which step the loss or a weight is not finite."""
    pl.utils.set_random_seed(1)
    x, y = samples()
    model = pl.Sequential([Dense(8, "relu"), Dense(1)])
    model.compile(pl.optimizers.SGD(rate), "mse")
    for step in range(1, 20):
        rows = slice((step - 1) % 4 * 16, (step - 1) % 4 * 16 + 16)
        loss = model.train_on_batch(x[rows], y[rows])
        if not math.isfinite(loss) or not all(np.isfinite(w).all() for w in model.get_weights()):
            return step
    raise AssertionError("never")


@pytest.mark.parametrize(("value", "shown"), [(np.nan, "NaN"), (np.inf, "infinite"), (1e300, "infinite")])
def test_a_value_in_a_memory_mapped_file(tmp_path, value, shown):
    """fit refuses the batch; the doctor tells row, column and step."""
    x, y = samples()
    mapped = np.memmap(tmp_path / "x.dat", np.float64, "w+", shape=x.shape)
    mapped[:] = x
    mapped[37, 2] = value
    doctor = Doctor(verbose=0)
    model = pl.Sequential([Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(DataError, match="row 37"):
        model.fit(mapped, y, batch_size=16, shuffle=False, verbose=0, callbacks=[doctor])
    (finding,) = doctor.report.findings
    numbers = finding.numbers
    assert (numbers["array"], numbers["row"], numbers["position"], numbers["step"]) == ("x", 37, "2", 3)
    assert f"1 {shown} of 48" in numbers["batch's values"]


def test_the_update_itself():
    """Gradients and weights are finite; their sum by the rule is not."""
    x, y = samples()
    model = pl.Sequential([Dense(1, kernel_initializer="zeros", use_bias=False, name="only")])
    finding = diagnosed(model, x, y * 1e4, optimizer=pl.optimizers.SGD(1e38))
    numbers = finding.numbers
    assert (numbers["operation"], numbers["layer"], numbers["step"]) == ("update by SGD", "only/kernel", 1)
    assert "infinite" in numbers["weight after it"]


def test_the_step_is_found_far_from_the_last_snapshot_and_in_a_later_epoch(monkeypatch):
    """A snapshot of the beginning alone: 4 steps an epoch, shuffled, with dropout and Adam; the rate leaps before epoch 3."""
    monkeypatch.setattr("pellucid.doctor.doctor._SHARE", 1e-12)

    class Leap(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                self.model.optimizer.learning_rate = 1e30

    x, y = samples()
    pl.utils.set_random_seed(3)
    doctor = Doctor(verbose=0)
    model = pl.Sequential([Dense(8, "relu"), Dropout(0.5), Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, batch_size=16, epochs=5, verbose=0, callbacks=[Leap(), doctor])
    (finding,) = doctor.report.findings
    numbers = finding.numbers
    assert (numbers["epoch"], numbers["batch"], numbers["step"]) == (3, 2, 10)  # step 9 leaps, and step 10 sees it
    assert numbers["learning rate"] == pytest.approx(1e30)


def test_a_training_that_was_resumed_within_an_epoch(tmp_path):
    """Stopped after step 2 of an epoch whose step 4 is bad."""

    class Stop(Callback):
        def on_steps(self, batch, logs=None):
            if batch == 1:
                raise RuntimeError

    x, y = row_at(4, 0.0)
    for stopped in (True, False):
        pl.utils.set_random_seed(1)
        doctor = Doctor(verbose=0)
        model = pl.Sequential([Calls(ops.log, name="logarithm"), Dense(1)])
        model.compile("adam", "mse")
        settings = {"batch_size": 16, "shuffle": False, "verbose": 0, "resume": True}
        keeper = pl.callbacks.Checkpoint(tmp_path, steps=1)
        callbacks = [keeper, doctor, *([Every(), Stop()] if stopped else [])]
        if stopped:
            with pytest.raises(RuntimeError):
                model.fit(x, y, callbacks=callbacks, **settings)
        else:
            with pytest.warns(UserWarning, match="weights are no longer finite"):  # of the checkpoint that is not written
                model.fit(x, y, callbacks=callbacks, **settings)
    (finding,) = doctor.report.findings
    assert (finding.numbers["operation"], finding.numbers["step"], finding.numbers["batch"]) == ("Log", 4, 4)


class Every(Callback):
    """Makes training run one step a slice."""

    def on_train_batch_begin(self, batch, logs=None):
        pass


def test_batches_of_a_stream_are_gone_through_again():
    x, y = row_at(3, 0.0)

    def batches():
        for start in range(0, 64, 16):
            yield x[start : start + 16], y[start : start + 16]

    doctor = Doctor(verbose=0)
    model = pl.Sequential([Calls(ops.log, name="logarithm"), Dense(1)])
    model.compile("sgd", "mse")
    model.fit(batches(), verbose=0, callbacks=[doctor])
    (finding,) = doctor.report.findings
    assert (finding.numbers["operation"], finding.numbers["step"]) == ("Log", 3)


def test_a_model_that_writes_its_own_step():
    class Own(pl.Sequential):
        def train_step(self, data):
            x, y = data
            loss = ops.mean(ops.square(ops.log(self(x, training=True)) - y))
            loss.backward()
            self.optimizer.apply([p.grad for p in self.trainable_weights], self.trainable_weights)
            return {"loss": loss}

    x, y = samples()
    x[20] = 0.0
    model = Own([Dense(1, kernel_initializer="ones", use_bias=False)])
    finding = diagnosed(model, x, y, optimizer=pl.optimizers.SGD(1e-4), loss=None)
    assert (finding.numbers["operation"], finding.numbers["step"]) == ("Log", 2)


def test_run_eagerly():
    x, y = row_at(2, 0.0)
    finding = diagnosed(pl.Sequential([Calls(ops.log), Dense(1)]), x, y, run_eagerly=True)
    assert (finding.numbers["operation"], finding.numbers["step"]) == ("Log", 2)


def test_a_weight_that_someone_else_wrote():
    class Vandal(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.weights[0].assign(np.full(self.model.weights[0].shape, np.nan))

    x, y = samples()
    pl.utils.set_random_seed(0)
    finding = diagnosed(pl.Sequential([Dense(1, name="only")]), x, y, optimizer=pl.optimizers.SGD(0.01), callbacks=[Vandal()])
    assert re.search("callback", finding.cause)


def test_training_ends_with_the_first_bad_slice_or_goes_on_where_told():
    x, y = row_at(1, 0.0)
    for stop, epochs in ((True, 1), (False, 3)):
        doctor = Doctor(verbose=0, stop=stop)
        model = pl.Sequential([Calls(ops.log), Dense(1)])
        model.compile("sgd", "mse")
        assert len(model.fit(x, y, epochs=3, verbose=0, callbacks=[doctor]).epoch) == epochs
        assert doctor.report.names == ["not_finite"]
