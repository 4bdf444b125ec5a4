"""The losses beside Keras': value and gradient in float32."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from pellucid.configurable import snake_case
from tests.support.keras_peer import import_keras
from tests.support.loss_cases import CASES, LossCase

keras = import_keras()
jax = pytest.importorskip("jax", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

Array = npt.NDArray[Any]


def value_and_gradient(loss: pl.losses.Loss, y_true: Array, y_pred: Array, weights: Array | None) -> tuple[float, Array]:
    y = pl.tensor(y_pred, requires_grad=True)
    value = loss(y_true, y, weights)
    value.backward()
    assert y.grad is not None
    return value.item(), y.grad


def assert_beside_keras(loss: pl.losses.Loss, y_true: Array, y_pred: Array, weights: Array | None = None) -> None:
    theirs = keras.losses.deserialize(pl.losses.serialize(loss))
    expected, gradient = jax.value_and_grad(lambda y: theirs(y_true, y, weights))(jax.numpy.asarray(y_pred))
    value, ours = value_and_gradient(loss, y_true, y_pred, weights)
    assert value == pytest.approx(float(expected), rel=1e-5, abs=1e-6)
    np.testing.assert_allclose(ours, np.asarray(gradient), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("lead", [(6,), (3, 2)], ids=str)
@pytest.mark.parametrize("weighted", [False, True])
def test_value_and_gradient(case: LossCase, lead: tuple[int, ...], weighted: bool) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(0), lead)
    weights = np.random.default_rng(1).uniform(0, 2, lead).astype("float32") if weighted else None
    y_true = y_true.astype("float32") if y_true.dtype.kind == "f" else y_true
    assert_beside_keras(case.loss, y_true, y_pred.astype("float32"), weights)


STABLE = [c for c in CASES if "logits" in str(c) and "focal" not in str(c)]  # Keras clips the focal ones' probabilities


@pytest.mark.parametrize("case", STABLE, ids=str)
def test_extreme_logits(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(0), (8,))
    y_true = y_true.astype("float32") if y_true.dtype.kind == "f" else y_true
    assert_beside_keras(case.loss, y_true, (y_pred * 1e3).astype("float32"))


@pytest.mark.parametrize("name", ["mean_squared_error", "binary_crossentropy"])
def test_targets_of_one_axis(name: str) -> None:
    rng = np.random.default_rng(0)
    assert_beside_keras(
        pl.losses.get(name), rng.integers(0, 2, 5).astype("float32"), rng.uniform(0.1, 0.9, (5, 1)).astype("float32")
    )


def test_probabilities_that_do_not_sum_to_one() -> None:
    y_pred = np.random.default_rng(0).uniform(0.1, 2, (5, 3)).astype("float32")
    assert_beside_keras(pl.losses.CategoricalCrossentropy(), np.eye(3, dtype="float32")[[0, 1, 2, 1, 0]], y_pred)
    assert_beside_keras(pl.losses.SparseCategoricalCrossentropy(), np.array([0, 1, 2, 1, 0]), y_pred)


def test_impossible_classes_are_clipped_alike() -> None:
    y_pred = np.array([[1, 0, 0], [0, 0, 1]], np.float32)
    assert_beside_keras(pl.losses.SparseCategoricalCrossentropy(), np.array([1, 2]), y_pred)
    assert_beside_keras(pl.losses.BinaryCrossentropy(), np.array([[0, 1, 0], [1, 0, 1]], np.float32), y_pred)


CONVERTED = {"reduction": "sum", "label_smoothing": 0.1, "gamma": 3.0, "alpha": 0.4, "apply_class_balancing": True, "delta": 0.3}


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("setting", CONVERTED)
def test_settings(case: LossCase, setting: str) -> None:
    if setting not in case.loss.get_config():
        pytest.skip("has no such setting")
    y_true, y_pred = case.draw(np.random.default_rng(0), (6,))
    loss = type(case.loss).from_config(case.loss.get_config() | {setting: CONVERTED[setting]})
    y_true = y_true.astype("float32") if y_true.dtype.kind == "f" else y_true
    assert_beside_keras(loss, y_true, y_pred.astype("float32"), np.linspace(0, 2, 6, dtype="float32"))


def test_ignored_class() -> None:
    y_true, y_pred = np.array([0, 255, 2, 255, 1]), np.random.default_rng(0).uniform(0.1, 2, (5, 3)).astype("float32")
    for from_logits in (False, True):
        loss = pl.losses.SparseCategoricalCrossentropy(from_logits, ignore_class=255)
        assert_beside_keras(loss, y_true, y_pred)
        assert_beside_keras(loss, y_true, y_pred, np.linspace(0.5, 2, 5, dtype="float32"))


@pytest.mark.parametrize("cls", pl.losses.registry.classes(), ids=lambda cls: cls.__name__)
def test_names_arguments_and_defaults(cls: type[pl.losses.Loss]) -> None:
    """What Keras has beside ours: dtype, which here is that of the predictions."""
    theirs = getattr(keras.losses, cls.__name__)
    ours, keras_ = (inspect.signature(c.__init__).parameters for c in (cls, theirs))
    assert list(ours) == [name for name in keras_ if name != "dtype"]
    for name in ours:
        assert name in ("self", "name") or ours[name].default == keras_[name].default
    assert cls().name == theirs().name
    assert cls().get_config().items() >= theirs().get_config().items()


@pytest.mark.parametrize("cls", pl.losses.registry.classes(), ids=lambda cls: cls.__name__)
def test_the_functions(cls: type[pl.losses.Loss]) -> None:
    name = snake_case(cls.__name__)
    ours, theirs = (inspect.signature(getattr(module.losses, name)).parameters for module in (pl, keras))
    assert {n: p.default for n, p in ours.items()} == {n: p.default for n, p in theirs.items()}


@pytest.mark.parametrize("name", ["mse", "mae", "mape", "msle", "kld", "bce", "MSE", "KLD", "huber", "log_cosh"])
def test_short_names(name: str) -> None:
    known = keras.losses.get(name)
    function = getattr(known, "__name__", "")
    assert snake_case(type(pl.losses.get(name)).__name__) == function


def test_extremes_beside_keras() -> None:
    """Where Keras is finite, so are we, and alike."""
    far = np.array([[1e4, -1e4], [30.0, -30.0]], np.float32)
    for name in ("LogCosh", "Huber", "Hinge", "MeanAbsoluteError"):
        assert_beside_keras(getattr(pl.losses, name)(), np.ones((2, 2), np.float32), far)
