"""Functions on arrays by NumPy's names, held against NumPy; their derivatives by central differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import ops
from pellucid.errors import ArgumentError, ShapeError
from tests.support.gradients import check_gradients

X = np.random.default_rng(2).normal(size=(2, 3, 4))
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "cumsum": (lambda x: ops.cumsum(x, 1), lambda x: np.cumsum(x, 1)),
    "cumsum of all": (ops.cumsum, np.cumsum),
    "prod": (lambda x: ops.prod(x, (0, 2)), lambda x: np.prod(x, (0, 2))),
    "norm": (lambda x: ops.norm(x, axis=-1), lambda x: np.linalg.norm(x, axis=-1)),
    "norm of all": (ops.norm, lambda x: np.linalg.norm(x.ravel())),
    "norm 1": (lambda x: ops.norm(x, 1, axis=1, keepdims=True), lambda x: np.linalg.norm(x, 1, axis=1, keepdims=True)),
    "norm inf": (lambda x: ops.norm(x, np.inf, axis=1), lambda x: np.linalg.norm(x, np.inf, axis=1)),
    "norm -inf": (lambda x: ops.norm(x, -np.inf, axis=1), lambda x: np.linalg.norm(x, -np.inf, axis=1)),
    "tile": (lambda x: ops.tile(x, (2, 1, 3)), lambda x: np.tile(x, (2, 1, 3))),
    "tile last": (lambda x: ops.tile(x, 2), lambda x: np.tile(x, 2)),
    "tile more axes": (lambda x: ops.tile(x, (2, 1, 2, 1)), lambda x: np.tile(x, (2, 1, 2, 1))),
    "tile none": (lambda x: ops.tile(x, (0, 1, 1)), lambda x: np.tile(x, (0, 1, 1))),
    "repeat": (lambda x: ops.repeat(x, 3, axis=1), lambda x: np.repeat(x, 3, axis=1)),
    "repeat last": (lambda x: ops.repeat(x, 2, axis=-1), lambda x: np.repeat(x, 2, axis=-1)),
    "repeat all": (lambda x: ops.repeat(x, 2), lambda x: np.repeat(x, 2)),
    "repeat each": (lambda x: ops.repeat(x, [2, 0, 1], axis=1), lambda x: np.repeat(x, [2, 0, 1], axis=1)),
    "flip": (lambda x: ops.flip(x, (0, -1)), lambda x: np.flip(x, (0, -1))),
    "flip all": (ops.flip, np.flip),
    "roll": (lambda x: ops.roll(x, 5, axis=1), lambda x: np.roll(x, 5, axis=1)),
    "roll back": (lambda x: ops.roll(x, -1, axis=2), lambda x: np.roll(x, -1, axis=2)),
    "roll by nothing": (lambda x: ops.roll(x, 3, axis=1), lambda x: np.roll(x, 3, axis=1)),
    "split": (lambda x: ops.split(x, 2, axis=-1)[1], lambda x: np.split(x, 2, axis=-1)[1]),
    "split at": (lambda x: ops.split(x, [1, 1, 3], axis=2)[2], lambda x: np.split(x, [1, 1, 3], axis=2)[2]),
    "unstack": (lambda x: ops.unstack(x, axis=1)[2], lambda x: x[:, 2]),
    "einsum implicit": (lambda x: ops.einsum("ijk,ijl", x, x), lambda x: np.einsum("ijk,ijl", x, x)),
    "einsum dots": (lambda x: ops.einsum("...ij,...kj->...ik", x, x), lambda x: np.einsum("...ij,...kj->...ik", x, x)),
    "einsum of the dots": (lambda x: ops.einsum("i...->...", x), lambda x: np.einsum("i...->...", x)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_it_is_numpy_s_with_a_derivative(name: str) -> None:
    function, expected = FUNCTIONS[name]
    result = function(X)
    np.testing.assert_allclose(result.numpy(), expected(X), rtol=1e-12)
    assert function(X.astype(np.float32)).dtype == np.float32
    if result.size:
        check_gradients(function, X)


def test_all_parts() -> None:
    for parts, expected in [
        (ops.split(X, [1, 3], axis=2), np.split(X, [1, 3], axis=2)),
        (ops.split(X, 3, axis=1), np.split(X, 3, axis=1)),
        (ops.unstack(X, num=2), list(X)),
    ]:
        assert len(parts) == len(expected)
        for part, value in zip(parts, expected, strict=True):
            np.testing.assert_array_equal(part.numpy(), value)


def test_integers_are_summed_and_multiplied_as_numpy_does() -> None:
    x = np.array([[200, 100], [2, 3]], np.uint8)
    for ours, theirs in [
        (ops.cumsum(x, 0), np.cumsum(x, 0)),
        (ops.prod(x), np.prod(x)),
        (ops.cumsum(x > 2, 1), np.cumsum(x > 2, 1)),
    ]:
        np.testing.assert_array_equal(ours.numpy(), theirs)
        assert ours.dtype == theirs.dtype


def test_a_norm_of_what_is_very_small_or_very_large() -> None:
    x = np.array([[3e-30, 4e-30], [3e30, 4e30], [0, 0], [np.inf, 1]], np.float32)
    np.testing.assert_allclose(ops.norm(x, axis=1).numpy(), [5e-30, 5e30, 0, np.inf], rtol=1e-6)
    leaf = pl.tensor(x[:3], requires_grad=True)
    ops.norm(leaf, axis=1).sum().backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(leaf.grad, [[0.6, 0.8], [0.6, 0.8], [0, 0]], rtol=1e-6)


def test_constants() -> None:
    for ours, theirs in [
        (ops.zeros((2, 3)), np.zeros((2, 3), np.float32)),
        (ops.ones(2, "int64"), np.ones(2, np.int64)),
        (ops.full((2,), 3), np.full(2, 3)),
        (ops.full((2,), 0.5), np.full(2, 0.5, np.float32)),
        (ops.arange(2, 7, 2), np.arange(2, 7, 2)),
        (ops.arange(3, dtype="float64"), np.arange(3.0)),
        (ops.eye(2, 3, 1), np.eye(2, 3, 1, dtype=np.float32)),
        (ops.linspace(0, 1, 4, endpoint=False), np.linspace(0, 1, 4, endpoint=False, dtype=np.float32)),
    ]:
        np.testing.assert_array_equal(ours.numpy(), theirs)
        assert ours.dtype == theirs.dtype


def test_they_run_in_a_compiled_model_of_any_batch_size() -> None:
    class Layer(pl.layers.Layer):
        def call(self, x):  # type: ignore[no-untyped-def]
            a, b = ops.split(x, 2, axis=-1)
            y = ops.repeat(ops.tile(a, (1, 2)), 2, axis=1) * ops.norm(b, axis=-1, keepdims=True)
            return ops.einsum("bi,ij->bj", ops.cumsum(y, -1), ops.ones((8, 2))) + ops.prod(ops.flip(x, 1), 1, keepdims=True)

    x = pl.Input((4,))
    model = pl.Model(x, pl.layers.Dense(1)(Layer()(pl.layers.Dense(4)(x))))
    model.compile(pl.optimizers.SGD(1e-5), "mse")
    data = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    compiled = model.predict(data, batch_size=3)
    np.testing.assert_allclose(compiled, model(data).numpy(), rtol=1e-5, atol=1e-6)
    start = model.get_weights()
    losses = []
    for eagerly in (False, True):
        model.set_weights(start)
        model.run_eagerly = eagerly
        losses.append(model.fit(data, np.ones((7, 1)), batch_size=4, epochs=2, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.einsum("ii->i", np.eye(2)), "letters, each once"),
        (lambda: ops.einsum("ij,jk->ik", np.eye(2)), "for 2 tensors. Received 1"),
        (lambda: ops.einsum("ij,jk->il", np.eye(2), np.eye(2)), "an axis that no operand has"),
        (lambda: ops.einsum("ij,jk->ik", np.eye(2), np.eye(3)), "axes 'j' differ in length"),
        (lambda: ops.einsum("i->i", np.eye(2)), "names 1 axes"),
        (lambda: ops.split(X, 2, axis=1), "cannot be cut into 2 equal parts"),
        (lambda: ops.unstack(X, num=3), "num must be the length of axis 0, 2"),
        (lambda: ops.repeat(X, [1, 2], axis=1), "one for each of 3 elements. Received 2"),
        (lambda: ops.repeat(X, -1, axis=1), "integers >= 0"),
        (lambda: ops.norm(X, 3), "ord must be 1, 2, inf"),
        (lambda: ops.cumsum(X, 3), "axis must be from -3 to 2"),
    ],
)
def test_what_does_not_fit_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((ArgumentError, ShapeError), match=message):
        call()
