"""Recurrent layers: what each step does, worked by hand; masks, states, directions; what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.autodiff import Tensor, tensor
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

Array = npt.NDArray[Any]
KINDS = (layers.SimpleRNN, layers.LSTM, layers.GRU)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda c: c.__name__)


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def made(kind: Any, x: Array, **settings: Any) -> Any:
    """A built layer of 4 units with random weights, biases among them."""
    layer = kind(4, bias_initializer="random_normal", **settings)
    layer.build(x.shape)
    layer.built = True
    return layer


def like(layer: Any, **settings: Any) -> Any:
    """The same layer with other settings and equal weights."""
    config = {**layer.get_config(), **settings}
    config.pop("name")
    other = type(layer).from_config(config)
    other.build((None, 1, layer.cell.kernel.shape[0]))
    other.built = True
    other.set_weights(layer.get_weights())
    return other


# --- by hand --------------------------------------------------------------------------------------------------------------


def test_simple_rnn_counts_its_inputs() -> None:
    layer = layers.SimpleRNN(
        1, "linear", kernel_initializer="ones", recurrent_initializer="ones", bias_initializer="ones", return_sequences=True
    )
    assert layer([[[1.0], [2.0], [3.0]]]).numpy().ravel().tolist() == [2, 5, 9]


def test_lstm_step_by_hand() -> None:
    """All weights 0: each gate is open by half but the forget gate, whose bias is 1; g is 0. So c' = sigmoid(1) c."""
    layer = layers.LSTM(1, kernel_initializer="zeros", recurrent_initializer="zeros", return_state=True)
    y, h, c = layer(np.zeros((1, 1, 2)), initial_state=[np.array([[0.3]]), np.array([[2.0]])])
    cell = 2.0 / (1 + np.exp(-1.0))
    assert c.item() == pytest.approx(cell, rel=1e-6)
    assert y.item() == h.item() == pytest.approx(0.5 * np.tanh(cell), rel=1e-6)


@pytest.mark.parametrize("reset_after", [False, True])
def test_gru_step_by_hand(reset_after: bool) -> None:
    """With 1 for every weight and no bias, x = 0 and h = 1: z = r = sigmoid(1), n = tanh(r), h' = z + (1 - z) n."""
    layer = layers.GRU(1, kernel_initializer="ones", recurrent_initializer="ones", reset_after=reset_after)
    gate = 1 / (1 + np.exp(-1.0))
    found = layer(np.zeros((1, 1, 1)), initial_state=np.array([[1.0]])).item()
    assert found == pytest.approx(gate + (1 - gate) * np.tanh(gate), rel=1e-6)


def test_weights_as_keras_lays_them_out() -> None:
    for kind, gates, bias in [(layers.SimpleRNN, 1, (4,)), (layers.LSTM, 4, (16,)), (layers.GRU, 3, (2, 12))]:
        layer = made(kind, np.zeros((1, 1, 3), np.float32))
        assert [w.shape for w in layer.weights] == [(3, 4 * gates), (4, 4 * gates), bias]
    assert layers.GRUCell(4, reset_after=False).bias_shape == (12,)
    lstm = layers.LSTM(2)
    lstm.build((None, 5, 3))
    assert lstm.cell.bias.numpy().tolist() == [0, 0, 1, 1, 0, 0, 0, 0]
    recurrent = lstm.cell.recurrent_kernel.numpy()
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(2), atol=1e-6)


# --- as one operation, unrolled, by a cell of one's own ---------------------------------------------------------------------


@every
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_unrolled_and_as_one_operation_agree(kind: Any, go_backwards: bool, masked: bool) -> None:
    x, state = normal(5, 6, 3), [normal(5, 4, seed=i) for i in (1, 2)][: 2 if kind is layers.LSTM else 1]
    mask = np.random.default_rng(3).uniform(size=(5, 6)) > 0.4 if masked else None
    layer = made(kind, x, go_backwards=go_backwards, return_sequences=True, return_state=True)
    unrolled = like(layer, unroll=True)
    results = []
    for one in (layer, unrolled):
        leaves = [tensor(a, requires_grad=True) for a in (x, *state)]
        outputs = one(leaves[0], initial_state=leaves[1:], mask=mask)
        (outputs[0] * normal(5, 6, 4, seed=9)).sum().backward()
        (outputs[-1] * normal(5, 4, seed=8)).sum().backward()
        found = [o.numpy() for o in outputs] + [leaf.grad for leaf in leaves] + [w.grad for w in one.trainable_weights]
        results.append(found)
        for w in one.trainable_weights:
            w.grad = None
    for a, b in zip(*results, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@every
def test_usual_settings_run_as_one_operation_and_others_step_by_step(kind: Any) -> None:
    x = tensor(normal(2, 3, 3), requires_grad=True)
    usual, own = kind(4, return_sequences=True)(x), kind(4, activation="softsign", return_sequences=True)(x)
    assert usual.node.op.name.lower() == kind.__name__.lower()
    assert own.node.op.name == "Concatenate"


class OwnGRUCell(layers.Layer):
    """A GRU as one would write it oneself, by the equations of Cho et al. 2014."""

    def __init__(self, units: int, **layer: Any) -> None:
        super().__init__(**layer)
        self.units = self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.w = self.add_weight((input_shape[-1], 3 * self.units), name="w")
        self.u = self.add_weight((self.units, 3 * self.units), name="u")
        self.b = self.add_weight((3 * self.units,), "random_normal", name="b")

    def call(self, inputs: Tensor, states: Any = None) -> Any:
        (h,), n = states, self.units
        x = inputs @ self.w + self.b
        gates = pl.ops.sigmoid(x[:, : 2 * n] + h @ self.u[:, : 2 * n])
        z, r = gates[:, :n], gates[:, n:]
        candidate = pl.ops.tanh(x[:, 2 * n :] + (r * h) @ self.u[:, 2 * n :])
        new = z * h + (1.0 - z) * candidate
        return new, [new]


@pytest.mark.parametrize("masked", [False, True])
def test_a_cell_of_ones_own_agrees_with_the_built_in_one(masked: bool) -> None:
    x = normal(6, 5, 3)
    mask = np.random.default_rng(3).uniform(size=(6, 5)) > 0.4 if masked else None
    own = layers.RNN(OwnGRUCell(4), return_sequences=True)
    built_in = layers.GRU(4, reset_after=False, return_sequences=True)
    own(x)
    built_in(x)
    built_in.set_weights(own.get_weights())
    np.testing.assert_allclose(own(x, mask=mask).numpy(), built_in(x, mask=mask).numpy(), rtol=1e-5, atol=1e-6)
    trained = []
    for layer in (own, built_in):
        model = pl.Sequential([layer, layers.Dense(1, kernel_initializer="ones")])
        model.compile(pl.optimizers.SGD(0.05), "mse")
        losses = model.fit(x, normal(6, 5, 1, seed=1), epochs=3, batch_size=3, shuffle=False, verbose=0).history["loss"]
        trained.append((losses, *model.get_weights()))
    for a, b in zip(*trained, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_cells_on_top_of_each_other_are_layers_on_top_of_each_other() -> None:
    x = normal(3, 5, 2)
    stacked = layers.RNN(layers.StackedRNNCells([layers.LSTMCell(4), layers.GRUCell(3)]), return_state=True)
    y, h, c, last = stacked(x)
    one, two = layers.LSTM(4, return_sequences=True, return_state=True), layers.GRU(3)
    two(one(x)[0])
    one.set_weights(stacked.get_weights()[:3])
    two.set_weights(stacked.get_weights()[3:])
    below, *states = one(x)
    for a, b in [(y, two(below)), (last, two(below)), (h, states[0]), (c, states[1])]:
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    step, after = stacked.cell(x[:, 0], [np.zeros((3, n), np.float32) for n in (4, 4, 3)])
    np.testing.assert_allclose(step.numpy(), two(one(x[:, :1])[0]).numpy(), rtol=1e-5, atol=1e-6)
    assert [s.shape for s in after] == [(3, 4), (3, 4), (3, 3)]


@every
def test_derivatives_of_all_weights_through_twenty_steps(kind: Any) -> None:
    x = normal(2, 20, 2).astype(np.float64)
    layer = kind(2, dtype="float64", return_sequences=True)
    layer(x)
    cell = layer.cell

    def output(*tensors: Tensor) -> Tensor:
        cell.kernel, cell.recurrent_kernel, cell.bias = tensors[1:]
        return layer(tensors[0])

    check_gradients(output, x, cell.kernel.numpy(), cell.recurrent_kernel.numpy(), cell.bias.numpy() + 0.1)


# --- masks -----------------------------------------------------------------------------------------------------------------


@every
def test_padding_is_passed_over(kind: Any) -> None:
    """Steps that are hidden change nothing: each sequence ends as it does alone, without its padding."""
    x, lengths = normal(4, 6, 3), [6, 1, 3, 0]
    mask = np.arange(6) < np.array(lengths)[:, None]
    layer = made(kind, x)
    together = layer(x, mask=mask).numpy()
    for i, n in enumerate(lengths):
        alone = layer(x[i : i + 1, :n]).numpy()[0] if n else np.zeros(4)
        np.testing.assert_allclose(together[i], alone, rtol=1e-5, atol=1e-6)


@every
def test_a_mask_that_hides_all_leaves_the_initial_state(kind: Any) -> None:
    x, state = normal(2, 3, 3), normal(2, 4, seed=1)
    states = [state] * (2 if kind is layers.LSTM else 1)
    layer = made(kind, x, return_sequences=True)
    inputs = tensor(x, requires_grad=True)
    y = layer(inputs, initial_state=states, mask=np.zeros((2, 3), bool))
    np.testing.assert_array_equal(y.numpy(), np.repeat(state[:, None], 3, axis=1))
    y.sum().backward()
    assert inputs.grad is not None
    assert not inputs.grad.any()


def test_what_a_hidden_step_holds_does_not_matter() -> None:
    x = normal(2, 4, 3)
    mask = np.array([[True, True, False, False], [True, False, True, False]])
    bad = np.where(mask[..., None], x, np.float32(np.nan))
    layer = made(layers.LSTM, x)
    np.testing.assert_array_equal(layer(x, mask=mask).numpy(), layer(bad, mask=mask).numpy())


def test_an_embedding_hides_its_padding() -> None:
    ids = np.array([[3, 1, 0, 0], [2, 2, 2, 0]])
    embedding, lstm = layers.Embedding(4, 3, mask_zero=True), layers.LSTM(2)
    model = pl.Sequential([embedding, layers.Dropout(0.1), layers.Dense(3, "relu"), lstm, layers.Dense(1)])
    model.compile("sgd", "mse")
    found = model.predict(ids)
    np.testing.assert_allclose(model.predict(ids[:1, :2]), found[:1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict(ids[1:, :3]), found[1:], rtol=1e-5, atol=1e-6)
    assert np.isfinite(model.fit(ids, np.ones((2, 1)), verbose=0).history["loss"]).all()


def test_the_mask_goes_on_with_sequences_and_ends_with_the_last_state() -> None:
    x = np.array([[[1.0], [2.0], [0.0]]], np.float32)
    masked = layers.Masking()(x)
    assert masked.mask.numpy().tolist() == [[True, True, False]]
    for layer in (layers.GRU(2, return_sequences=True), layers.Dropout(0.5), layers.TimeDistributed(layers.Dense(2))):
        assert layer(masked).mask is masked.mask
    assert layers.Bidirectional(layers.LSTM(2, return_sequences=True))(masked).mask is masked.mask
    back = layers.GRU(2, return_sequences=True, go_backwards=True)(masked)
    assert back.mask.numpy().tolist() == [[False, True, True]]
    assert layers.GRU(2)(masked).mask is None
    assert layers.Flatten()(masked).mask is None


def test_zero_output_for_mask() -> None:
    x, mask = normal(2, 3, 3), np.array([[True, False, True], [False, True, False]])
    y = layers.RNN(layers.GRUCell(2), return_sequences=True, zero_output_for_mask=True)(x, mask=mask).numpy()
    assert (np.abs(y).sum(-1) > 0).tolist() == mask.tolist()


# --- states ----------------------------------------------------------------------------------------------------------------


@every
def test_a_sequence_in_two_halves(kind: Any) -> None:
    x = normal(3, 8, 2)
    layer = made(kind, x, return_state=True)
    whole = layer(x)
    _, *between = layer(x[:, :5])
    for a, b in zip(whole, layer(x[:, 5:], initial_state=between), strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-6)


@every
@pytest.mark.parametrize("eagerly", [False, True])
def test_stateful_goes_on_where_the_batch_before_ended(kind: Any, eagerly: bool) -> None:
    x = normal(2, 6, 3)
    i = pl.Input((3, 3), batch_size=2)
    model = pl.Model(i, kind(4, stateful=True, name="carrying")(i))
    model.compile("sgd", "mse", run_eagerly=eagerly)
    layer = model.layers[-1]
    plain = kind(4)
    plain(x)
    plain.set_weights(layer.cell.get_weights())
    whole = plain(x).numpy()
    model.predict(x[:, :3], batch_size=2)
    np.testing.assert_allclose(model.predict(x[:, 3:], batch_size=2), whole, rtol=1e-5, atol=1e-6)
    layer.reset_states()
    np.testing.assert_allclose(model.predict(x[:, :3], batch_size=2), plain(x[:, :3]).numpy(), rtol=1e-5, atol=1e-6)


def test_bidirectional_is_two_layers() -> None:
    x = normal(3, 5, 2)
    both = layers.Bidirectional(layers.GRU(4, return_sequences=True, return_state=True))
    y, ahead_state, back_state = both(x)
    ahead = both.forward_layer(x)[0].numpy()
    other = like(both.backward_layer, go_backwards=False)
    back = other(x[:, ::-1])[0].numpy()[:, ::-1]
    np.testing.assert_allclose(y.numpy(), np.concatenate([ahead, back], -1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ahead_state.numpy(), ahead[:, -1], rtol=1e-6)
    np.testing.assert_allclose(back_state.numpy(), back[:, 0], rtol=1e-6)
    for mode, joined in {"sum": ahead + back, "mul": ahead * back, "ave": (ahead + back) / 2}.items():
        again = layers.Bidirectional.from_config({**both.get_config(), "merge_mode": mode})
        again(x)
        again.set_weights(both.get_weights())
        np.testing.assert_allclose(again(x)[0].numpy(), joined, rtol=1e-5, atol=1e-6)


def test_states_between_an_encoder_and_a_decoder_in_a_functional_model(tmp_path: Path) -> None:
    source, target = pl.Input((None, 3)), pl.Input((None, 2))
    _, h, c = layers.LSTM(4, return_state=True)(source)
    decoded = layers.LSTM(4, return_sequences=True)(target, initial_state=[h, c])
    model = pl.Model([source, target], layers.Dense(1)(decoded))
    model.compile("adam", "mse")
    x = [normal(6, 5, 3), normal(6, 4, 2, seed=1)]
    first, *_, last = model.fit(x, normal(6, 4, 1, seed=2), epochs=30, verbose=0).history["loss"]
    assert last < first
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(pl.load_model(tmp_path / "model").predict(x), model.predict(x))


# --- what is refused ---------------------------------------------------------------------------------------------------------


def test_refused() -> None:
    x = normal(2, 3, 4)
    lstm = layers.LSTM(5)
    with pytest.raises(ShapeError, match=r"at least one step\. Received shape \(2, 0, 4\)"):
        lstm(x[:, :0])
    with pytest.raises(ShapeError, match=r"must be \(batch, time, features\).*For one feature, pass x\[:, :, None\]"):
        lstm(x[0])
    with pytest.raises(ShapeError, match=r"\(batch, units\), \[\(2, 5\), \(2, 5\)\]\. Received \[\(2, 5\), \(2, 4\)\]"):
        lstm(x, initial_state=[np.zeros((2, 5)), np.zeros((2, 4))])
    with pytest.raises(ArgumentError, match=r"initial_state must be 2 tensors\. Received 1"):
        lstm(x, initial_state=np.zeros((2, 5)))
    with pytest.raises(ShapeError, match=r"the mask must be \(batch, time\), \(2, 3\)\. Received \(2, 4\)"):
        lstm(x, mask=np.ones((2, 4), bool))
    lstm(x)
    with pytest.raises(ShapeError, match=r"the input has 2 features, but the kernel was built for 4"):
        lstm(x[:, :, :2])
    with pytest.raises(ShapeError, match=r"stateful=True needs a batch of fixed size"):
        layers.GRU(2, stateful=True)(pl.Input((3, 4)))
    with pytest.raises(ArgumentError, match=r"no state to reset"):
        lstm.reset_states()
    with pytest.raises(ArgumentError, match=r"cell must be a layer with state_size"):
        layers.RNN(layers.Dense(3))
    with pytest.raises(ArgumentError, match=r"layer must be recurrent"):
        layers.Bidirectional(layers.Dense(3))
    with pytest.raises(ShapeError, match=r"unrolled over time needs a known number of steps"):
        layers.GRU(2, unroll=True)(pl.Input((None, 4)))


@every
def test_one_step_and_no_sample(kind: Any) -> None:
    x = normal(3, 1, 2)
    layer = made(kind, x)
    assert np.isfinite(layer(x).numpy()).all()
    assert layer(x[:0]).shape == (0, 4)


@pytest.mark.parametrize(
    "layer", [pl.layers.GRU(2), pl.layers.Bidirectional(pl.layers.GRU(2))], ids=lambda layer: type(layer).__name__
)
def test_states_and_masks_come_by_position_or_by_name(layer: pl.layers.Layer) -> None:
    x, mask = np.ones((2, 3, 1)), np.array([[True, True, False], [True, False, False]])
    by_name = layer(x, mask=mask).numpy()
    np.testing.assert_array_equal(layer(x, None, mask).numpy(), by_name)
    with pytest.raises(ArgumentError, match=r"pass initial_state and mask by position or by name, not both"):
        layer(x, None, mask=mask)
