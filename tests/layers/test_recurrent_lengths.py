"""Recurrent layers on sequences whose lengths differ, are 1, or are none; states carried from batch to batch, their gradient cut.

Trained by `fit`, so that the compiled kernels are what is held.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.autodiff import tensor
from pellucid.errors import ShapeError
from pellucid.kernels import library

Array = npt.NDArray[Any]
KINDS: dict[str, Any] = {
    "SimpleRNN": layers.SimpleRNN,
    "LSTM": layers.LSTM,
    "GRU": layers.GRU,
    "GRU, reset before": lambda *a, **k: layers.GRU(*a, reset_after=False, **k),
}
every = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
UNITS, FEATURES = 20, 3


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def trained(kind: Any, x: Array, mask: Array, y: Array, weights: list[Array] | None = None, **settings: Any) -> Any:
    """Predictions, losses and weights of a model after three steps; ``weights`` to begin with."""
    inputs, there = pl.Input(x.shape[1:]), pl.Input(mask.shape[1:], dtype="bool")
    state = kind(UNITS, **settings)(inputs, mask=there)
    model = pl.Model([inputs, there], layers.Dense(1)(state))
    if weights is not None:
        model.set_weights(weights)
    start = [w.copy() for w in model.get_weights()]
    model.compile(pl.optimizers.SGD(0.1), "mse")
    losses = model.fit([x, mask], y, batch_size=len(x), epochs=3, verbose=0).history["loss"]
    return start, [np.array(losses), model.predict([x, mask]), *model.get_weights()]


def assert_same(found: list[Array], expected: list[Array]) -> None:
    """To the last bit where products are the kernels' own; BLAS may add in another order where there are other rows."""
    exactly = False
    if library.mode() == "compiled":
        from pellucid.kernels.tiles import HAVE_TILES

        exactly = HAVE_TILES
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=0 if exactly else 1e-4, atol=0 if exactly else 1e-5)


@every
@pytest.mark.parametrize("go_backwards", [False, True])
def test_more_padding_changes_no_bit(kind: Any, go_backwards: bool) -> None:
    """Neither what stands in the padding, be it huge, nor how much of it there is."""
    lengths = np.array([5, 1, 3, 0, 4, 2, 5, 3])
    x, y = normal(8, 5, FEATURES), normal(8, 1, seed=1)
    mask = np.arange(5) < lengths[:, None]
    start, short = trained(kind, np.where(mask[..., None], x, 0), mask, y, go_backwards=go_backwards)
    longer = np.full((8, 9, FEATURES), 1e30, np.float32)
    longer[:, :5] = np.where(mask[..., None], x, 1e30)
    hidden = np.zeros((8, 9), np.bool_)
    hidden[:, :5] = mask
    _, long = trained(kind, longer, hidden, y, start, go_backwards=go_backwards)
    assert all(np.isfinite(a).all() for a in short)
    assert_same(long, short)


@every
def test_a_sequence_of_its_own_length_is_one_with_padding(kind: Any) -> None:
    """A batch of one length, masked behind it, learns what the batch cut off there learns."""
    x, y = normal(6, 7, FEATURES), normal(6, 1, seed=1)
    start, masked = trained(kind, x, np.broadcast_to(np.arange(7) < 4, (6, 7)).copy(), y)
    _, cut = trained(kind, x[:, :4], np.ones((6, 4), np.bool_), y, start)
    assert_same(masked, cut)


@every
@pytest.mark.parametrize("time", [1, 3])
def test_a_mask_that_hides_everything_trains_what_comes_after(kind: Any, time: int) -> None:
    x = np.full((4, time, FEATURES), 1e30, np.float32)
    start, after = trained(kind, x, np.zeros((4, time), np.bool_), normal(4, 1))
    assert all(np.isfinite(a).all() for a in after)
    for before, now in zip(start[:3], after[2:5], strict=True):  # the cell's weights had no part in it
        np.testing.assert_array_equal(before, now)
    assert not np.array_equal(start[-1], after[-1])


@every
def test_one_step_is_a_dense_layer_of_gates(kind: Any) -> None:
    """Without a state to begin with, the recurrent kernel has no part in the only step."""
    x = normal(3, 1, FEATURES)
    start, after = trained(kind, x, np.ones((3, 1), np.bool_), normal(3, 1, seed=2))
    np.testing.assert_array_equal(start[1], after[3])
    assert not np.array_equal(start[0], after[2])


@every
def test_no_step_and_states_of_another_shape_are_refused(kind: Any) -> None:
    layer = kind(4)
    with pytest.raises(ShapeError, match="at least one step"):
        layer(np.zeros((2, 0, 3)))
    count = 2 if isinstance(layer, layers.LSTM) else 1
    for shape in ((2, 5), (3, 4), (4,)):
        with pytest.raises(ShapeError, match=r"the initial states must be \(batch, units\)"):
            layer(np.zeros((2, 3, 3)), initial_state=[np.zeros(shape, np.float32)] * count)


@every
def test_a_carried_state_ends_the_gradient(kind: Any) -> None:
    """Truncated backpropagation: the second piece of a sequence learns as one that begins with that state, given as a number."""
    x, y = normal(2, 6, FEATURES), normal(2, 4, seed=1)
    inputs = pl.Input((3, FEATURES), batch_size=2)
    layer = kind(4, stateful=True)
    model = pl.Model(inputs, layer(inputs))
    plain = kind(4, return_state=True)
    plain(x[:, :3])
    plain.set_weights([w.numpy() for w in layer.trainable_weights])
    model.compile(pl.optimizers.SGD(0.0), "mse")
    model.fit(x[:, :3], y, batch_size=2, shuffle=False, verbose=0)  # goes through the first piece and learns nothing
    model.compile(pl.optimizers.SGD(1.0), "mse")
    before = [w.numpy().copy() for w in layer.trainable_weights]
    model.fit(x[:, 3:], y, batch_size=2, shuffle=False, verbose=0)
    _, *states = plain(x[:, :3])
    loss = ((plain(x[:, 3:], initial_state=[tensor(s.numpy()) for s in states])[0] - y) ** 2).mean()
    loss.backward()
    for was, weight, other in zip(before, layer.trainable_weights, plain.trainable_weights, strict=True):
        np.testing.assert_allclose(was - weight.numpy(), other.grad, rtol=1e-3, atol=1e-6)
