"""Backpropagation through time, step by step: held to central differences, to the engine, and to arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import ops
from pellucid.errors import ArgumentError
from pellucid.lens import ThroughTime, through_time

LAYERS = pl.layers
DOUBLE = {"dtype": "float64"}
CELLS = {
    "simple_rnn": lambda **s: LAYERS.SimpleRNN(3, **s),
    "lstm": lambda **s: LAYERS.LSTM(3, **s),
    "gru": lambda **s: LAYERS.GRU(3, **s),
    "gru_reset_before": lambda **s: LAYERS.GRU(3, reset_after=False, **s),
}
RNG = np.random.default_rng(5)
X = RNG.normal(size=(2, 6, 4))
W = RNG.normal(size=(2, 6, 3))
MASK = np.array([[True] * 6, [False, True, False, True, True, False]])


def weighted(target, y):
    return (y * target).sum()


def randomized(model):
    """Every weight with a value of its own, biases as well."""
    for weight in model.weights:
        weight.assign(np.random.default_rng(3).normal(size=weight.shape) * 0.6)
    return model


def built(layer, x=X):
    layer(x)
    return randomized(layer)


def engine(model, x, target, loss=weighted):
    """Gradients by the engine's own tape."""
    for weight in model.weights:
        weight.grad = None
    loss(target, model(x)).backward()
    found = {w.name: w.grad for w in model.weights}
    for weight in model.weights:
        weight.grad = None
    return found


def close(found, expected, tolerance=1e-10):
    assert set(found) == set(expected)
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=tolerance, atol=tolerance * max(np.abs(value).max(), 1e-3))


# --- the gradient of each step's state ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sequences", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_of_each_state_is_the_central_difference(cell, sequences):
    """dL/dh_t: the loss of what comes from time t on, with the state after t moved; the steps before it do not matter."""
    layer = built(CELLS[cell](return_sequences=sequences, **DOUBLE))
    rest = CELLS[cell](return_sequences=True, return_state=True, **DOUBLE)
    rest(X)
    rest.set_weights(layer.get_weights())
    target = W if sequences else W[:, -1]
    seen = through_time(layer, X, target, loss=weighted)[0]

    def loss(t, states):
        outputs = [states[0]] + ([*np.moveaxis(rest(X[:, t + 1 :], initial_state=states)[0].numpy(), 1, 0)] if t < 5 else [])
        return (
            sum((y * w).sum() for y, w in zip(outputs, np.moveaxis(W[:, t:], 1, 0), strict=True))
            if sequences
            else ((outputs[-1] * target).sum())
        )

    for t in range(6):
        names = ["h", "c"][: len(seen.steps.states)]
        states = [seen.steps.values[name][:, t] for name in names]
        for place, name in enumerate(names):
            expected = np.zeros_like(states[place])
            for index in np.ndindex(expected.shape):
                moved = [[s.copy() for s in states] for _ in range(2)]
                for sign, which in zip((1e-5, -1e-5), moved, strict=True):
                    which[place][index] += sign
                expected[index] = (loss(t, moved[0]) - loss(t, moved[1])) / 2e-5
            if name == "c":  # what goes through h at the same step counts in dL/dc_t as well
                o, c, d = seen.steps.values["o"][:, t], states[1], seen.steps.states["h"][:, t]
                expected += d * o * (1 - np.tanh(c) ** 2)
            np.testing.assert_allclose(seen.steps.states[name][:, t], expected, atol=1e-8)


def test_half_of_it_is_lost_with_each_step():
    """h_t = x_t + h_{t-1} / 2, L = h_3: dL/dh_t = 1/8, 1/4, 1/2, 1; dL/dw = sum of dL/dh_t h_{t-1}."""
    layer = LAYERS.SimpleRNN(1, activation="linear", kernel_initializer="ones")
    layer(np.ones((1, 4, 1)))
    layer.set_weights([[[1.0]], [[0.5]], [0.0]])
    seen = through_time(layer, np.ones((1, 4, 1)), None, loss=lambda _, y: y.sum())
    (one,) = seen
    assert seen.loss == 1.875
    assert one.state.ravel().tolist() == [1, 1.5, 1.75, 1.875]
    assert one.gradient.ravel().tolist() == [0.125, 0.25, 0.5, 1]
    assert one.arriving.ravel().tolist() == [0, 0, 0, 1]
    assert [one.contribution(t)["recurrent_kernel"].item() for t in range(4)] == [0, 0.25, 0.75, 1.75]
    assert one.total["recurrent_kernel"].item() == one.whole["recurrent_kernel"].item() == 2.75
    assert one.factor == pytest.approx(0.5)


# --- the steps' contributions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_the_contributions_add_up_to_the_engine_s_gradient(cell, masked, backwards):
    layer = built(CELLS[cell](return_sequences=True, go_backwards=backwards, **DOUBLE))

    class Masked(pl.Model):
        def __init__(self):
            super().__init__(**DOUBLE)
            self.layer = layer

        def call(self, x):
            return self.layer(x, mask=MASK if masked else None)

    model = Masked()
    expected = engine(model, X, W)
    seen = through_time(model, X, W, loss=weighted)
    close(seen.gradients, expected)
    (one,) = seen
    kernel, recurrent, bias = expected.values()
    total = one.total
    rows = [total["bias"], total["recurrent_bias"]] if "recurrent_bias" in total and bias.ndim == 2 else total["bias"]
    close({"k": total["kernel"], "r": total["recurrent_kernel"], "b": rows}, {"k": kernel, "r": recurrent, "b": bias})
    assert one.difference < 1e-12
    assert one.times == tuple(range(6))[:: -1 if backwards else 1]
    assert one.there.tolist() == (MASK if masked else np.ones_like(MASK)).tolist()
    if masked:  # a step that is not there adds nothing
        assert not np.any(one.steps.d_sums[~MASK])


def stack():
    return pl.Sequential(
        [
            LAYERS.Input((6, 4), dtype="float64"),
            LAYERS.LSTM(3, return_sequences=True, name="lower", **DOUBLE),
            LAYERS.Bidirectional(LAYERS.GRU(2, return_sequences=True, **DOUBLE), name="both", **DOUBLE),
            LAYERS.RNN([LAYERS.SimpleRNNCell(3, **DOUBLE), LAYERS.LSTMCell(2, **DOUBLE)], name="cells", **DOUBLE),
            LAYERS.Dense(3, **DOUBLE),
        ],
        **DOUBLE,
    )


def test_stacked_and_bidirectional():
    model = randomized(stack())
    target = W[:, 0]
    seen = through_time(model, X, target, loss=weighted)
    assert [one.cell for one in seen] == ["LSTM", "GRU", "GRU", "SimpleRNN", "LSTM"]
    close(seen.gradients, engine(model, X, target))
    assert max(one.difference for one in seen) < 1e-12
    assert [one.times[0] for one in seen] == [0, 0, 5, 0, 0]
    assert seen["lower"] is seen[0]
    assert len(through_time(model, X, target, loss=weighted, layer="both")) == 2
    (lower,) = through_time(model, X, target, loss=weighted, layer=model.get_layer("lower"))
    assert lower.label.split("/")[1] == "lower"
    with pytest.raises(ArgumentError, match="'both' fits 2 of the recurrences"):
        seen["both"]


@pytest.mark.parametrize("cell", ["SimpleRNN", "LSTM", "GRU"])
def test_what_the_compiled_program_descends_on(cell):
    """One step of SGD at rate 1 takes the gradient from the weights."""
    model = pl.Sequential([LAYERS.Input((20, 4)), getattr(LAYERS, cell)(5), LAYERS.Dense(3)])
    model.compile(pl.optimizers.SGD(1.0), pl.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = np.random.default_rng(1).normal(size=(8, 20, 4)).astype("float32"), np.arange(8) % 3
    seen = through_time(model, x, y)
    before = {w.name: w.array.copy() for w in model.weights}
    assert seen.loss == pytest.approx(float(model.train_on_batch(x, y)), rel=1e-5)
    after = {w.name: w.array for w in model.weights}
    close(seen.gradients, {name: before[name] - after[name] for name in before}, tolerance=2e-5)


# --- truncation ---------------------------------------------------------------------------------------------------------------


def test_cut_after_two_steps():
    layer = LAYERS.SimpleRNN(1, activation="linear", kernel_initializer="ones")
    layer(np.ones((1, 5, 1)))
    layer.set_weights([[[1.0]], [[0.5]], [0.0]])
    (one,) = through_time(layer, np.ones((1, 5, 1)), None, loss=lambda _, y: y.sum(), truncate=2)
    assert one.gradient.ravel().tolist() == [0, 0, 0, 0.5, 1]
    assert (one.total["recurrent_kernel"].item(), one.whole["recurrent_kernel"].item()) == (2.75, 3.25)
    assert one.difference == pytest.approx(0.5 / 3.25)  # what the cut leaves out


def test_a_cut_is_training_on_pieces_with_the_state_carried():
    model = pl.Sequential(
        [
            LAYERS.Input((6, 4), dtype="float64"),
            LAYERS.GRU(3, return_sequences=True, **DOUBLE),
            LAYERS.LSTM(3, return_sequences=True, **DOUBLE),
        ],
        **DOUBLE,
    )
    randomized(model)
    first, second = model.layers[-2:]
    states = [None, None]
    for weight in model.weights:
        weight.grad = None
    lower, upper = (type(one).from_config({**one.get_config(), "return_state": True}) for one in (first, second))
    for copy, one in ((lower, first), (upper, second)):
        copy(X if copy is lower else W)
        copy.set_weights(one.get_weights())
    for piece in (slice(0, 3), slice(3, 6)):
        h, *after = lower(X[:, piece], initial_state=states[0])
        y, *above = upper(h, initial_state=states[1])
        (y * W[:, piece]).sum().backward()  # gradients of the pieces add up
        states = [[ops.stop_gradient(s.numpy()) for s in each] for each in (after, above)]
    seen = through_time(model, X, W, loss=weighted, truncate=3)
    for found, weight in zip(seen.gradients.values(), [*lower.weights, *upper.weights], strict=True):
        np.testing.assert_allclose(found, weight.grad, rtol=1e-10, atol=1e-12)
    whole = through_time(model, X, W, loss=weighted, truncate=6).gradients
    close(whole, engine(model, X, W))


# --- what becomes of it over many steps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("scale", "end"), [(0.5, 0.5**59), (1.0, 1.0), (1.5, 1.5**59)])
def test_vanishing_and_exploding(scale, end):
    """Sixty steps of a linear cell whose recurrent kernel is a rotation times a number: that number to the power of 59."""
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0] * scale
    layer = built(LAYERS.SimpleRNN(3, activation="linear", **DOUBLE))
    layer.set_weights([np.ones((4, 3)), turn, np.zeros(3)])
    x = np.random.default_rng(0).normal(size=(2, 60, 4))
    (one,) = through_time(layer, x, W[:, 0], loss=weighted)
    assert one.norm[0] / one.norm[-1] == pytest.approx(end, rel=1e-9)
    assert one.factor == pytest.approx(scale)


def test_an_open_forget_gate_hands_the_gradient_on():
    """f = sigmoid(40) = 1 in float64, and nothing else looks at the state: dL/dc_t is the same at all sixty steps."""
    layer = built(LAYERS.LSTM(3, **DOUBLE))
    bias = np.concatenate([np.zeros(3), np.full(3, 40.0), np.zeros(6)])
    layer.set_weights([np.ones((4, 12)) * [[0.1] * 3 + [0] * 3 + [0.1] * 6], np.zeros((3, 12)), bias])
    x = np.random.default_rng(0).normal(size=(2, 60, 4))
    (one,) = through_time(layer, x, W[:, 0], loss=weighted)
    d = one.steps.states["c"]
    np.testing.assert_allclose(d, np.repeat(d[:, -1:], 60, axis=1), rtol=1e-12)


def test_norms_of_what_has_vanished_are_not_zero():
    layer = built(LAYERS.SimpleRNN(3, activation="linear", **DOUBLE))
    layer.set_weights([np.ones((4, 3)), np.eye(3) * 1e-3, np.zeros(3)])
    (one,) = through_time(layer, np.ones((2, 61, 4)), W[:, 0], loss=weighted)
    assert one.norm[0] == pytest.approx(1e-180 * one.norm[-1], rel=1e-9)  # its square is not a number of float64


def test_clipping_is_that_of_the_optimizer():
    model = pl.Sequential([LAYERS.Input((6, 4)), LAYERS.SimpleRNN(3), LAYERS.Dense(3)])
    model.compile(pl.optimizers.SGD(1.0, global_clipnorm=0.5), "mse")
    target = 10 * W[:, 0]
    clipped = through_time(model, X, target).clipped(0.5)
    assert clipped.before > 5
    assert clipped.after == pytest.approx(0.5)
    before = {w.name: w.array.copy() for w in model.weights}
    model.train_on_batch(X, target)
    close(clipped.gradients, {w.name: before[w.name] - w.array for w in model.weights}, tolerance=2e-6)
    assert through_time(model, X, target).clipped(1e9).before == pytest.approx(through_time(model, X, target).clipped(1e9).after)
    with pytest.raises(ArgumentError, match="global_clipnorm"):
        through_time(model, X, target).clipped(0)


# --- what it leaves alone, and what it refuses --------------------------------------------------------------------------------


def test_nothing_is_changed():
    model = pl.Sequential(
        [LAYERS.Input((6, 4), batch_size=2), LAYERS.GRU(3, stateful=True), LAYERS.BatchNormalization(), LAYERS.Dense(1)]
    )
    model.compile("sgd", "mse")
    model.weights[0].grad = np.ones(model.weights[0].shape, np.float32)
    before = model.get_weights()
    through_time(model, X, W[:, 0, :1], training=True)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert np.all(model.weights[0].grad == 1)
    assert all(w.grad is None for w in model.weights[1:])


def test_a_layer_that_was_not_built_yet():
    assert through_time(LAYERS.LSTM(3), X, W[:, 0], loss=weighted)[0].cell == "LSTM"


def test_a_frozen_layer_below_a_trained_one_still_hands_on():
    model = pl.Sequential([LAYERS.Input((6, 4)), LAYERS.GRU(3, return_sequences=True, trainable=False), LAYERS.LSTM(3)])
    model.compile("sgd", "mse")
    seen = through_time(model, X, W[:, 0])
    assert [one.cell for one in seen] == ["LSTM"]
    assert set(seen.gradients) == {w.name for w in model.trainable_weights}


def test_what_cannot_be_taken_apart_is_refused():
    model = pl.Sequential([LAYERS.Input((6, 4)), LAYERS.LSTM(3, activation="relu", name="unusual")])
    model.compile("sgd", "mse")
    with pytest.raises(ArgumentError, match=r"no gradient goes through 'unusual' .*Found: none.*unrolled step by step"):
        through_time(model, X, W[:, 0], layer="unusual")
    with pytest.raises(ArgumentError, match="must be one number"):
        through_time(LAYERS.LSTM(3), X, None, loss=lambda _, y: y)
    with pytest.raises(ArgumentError, match=r"truncate must be an integer >= 1\. Received 0"):
        through_time(LAYERS.LSTM(3), X, W[:, 0], loss=weighted, truncate=0)
    seen = through_time(LAYERS.LSTM(3), X, W[:, 0], loss=weighted)[0]
    with pytest.raises(ArgumentError, match=r"time must be from 0 to 5\. Received 6"):
        seen[6]


# --- print --------------------------------------------------------------------------------------------------------------------


def shown() -> ThroughTime:
    layer = built(LAYERS.LSTM(3))
    return through_time(layer, np.random.default_rng(0).normal(size=(2, 100, 4)), W[:, 0], loss=weighted)


def test_it_prints_a_table_with_the_first_and_the_last_steps():
    text = str(shown())
    lines = text.splitlines()
    assert lines[0].startswith("loss ")
    assert lines[2].endswith(": 100 steps, 2 samples, 3 units")
    assert lines[3].split()[:6] == ["t", "|x|", "i", "f", "g", "o"]
    assert [line.split()[0] for line in lines[4:29]] == [*map(str, range(12)), "...", *map(str, range(88, 100))]
    assert lines[28].endswith("#" * 24)  # the greatest gradient stands at the last step
    assert "largest relative difference" in lines[-1]
    assert max(map(len, lines)) < 160


def test_a_step_prints_its_numbers():
    one = shown()[0]
    text = str(one[-1])
    assert text.startswith("step 99\n  x_99 ")
    for name in ("i", "f", "g", "o", "c", "h", "dL/dh", "dL/dc", "dL/dsums"):
        assert f"\n  {name} " in text
    np.testing.assert_allclose(one[-1].values["h"], one.state[:, -1])
