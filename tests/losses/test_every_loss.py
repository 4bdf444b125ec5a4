"""What every loss must do: SciPy's values, the right derivative, Keras' mean and weights, come back from its configuration."""

from __future__ import annotations

import json

import numpy as np
import pytest

import pellucid as pl
from pellucid import losses
from pellucid.autodiff import Spec
from pellucid.errors import ArgumentError, DataError, ShapeError
from tests.support.gradients import check_gradients
from tests.support.loss_cases import CASES, LossCase

every = pytest.mark.parametrize("case", CASES, ids=str)
LEADS = [(1,), (5,), (3, 2), (2, 1, 3)]


def test_each_is_tested() -> None:
    assert {type(case.loss) for case in CASES} == set(losses.registry.classes())


@every
@pytest.mark.parametrize("lead", LEADS, ids=str)
def test_values_and_their_mean(case: LossCase, lead: tuple[int, ...]) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(0), lead)
    expected = case.expected(y_true, y_pred)
    assert expected.shape == lead
    np.testing.assert_allclose(case.loss.call(pl.tensor(y_true), pl.tensor(y_pred)).numpy(), expected, rtol=1e-9)
    assert case.loss(y_true, y_pred).item() == pytest.approx(expected.mean(), rel=1e-9)


@every
@pytest.mark.parametrize("lead", LEADS, ids=str)
def test_derivative(case: LossCase, lead: tuple[int, ...]) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(1), lead)
    check_gradients(lambda y: case.loss(y_true, y), y_pred)


@every
def test_weights_multiply_and_are_not_divided_out(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(2), (4,))
    values, weights = case.expected(y_true, y_pred), np.array([0.0, 1.0, 2.0, 5.0])
    expected = (values * weights).sum() / 4
    assert case.loss(y_true, y_pred, weights).item() == pytest.approx(expected, rel=1e-9)
    assert case.loss(y_true, y_pred, weights[:, np.newaxis]).item() == pytest.approx(expected, rel=1e-9)


@every
def test_one_weight_a_sample_serves_all_its_values(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(2), (3, 3))
    weights = np.array([1.0, 2.0, 5.0])
    expected = (case.expected(y_true, y_pred) * weights[:, np.newaxis]).mean()
    assert case.loss(y_true, y_pred, weights).item() == pytest.approx(expected, rel=1e-9)


@every
def test_weights_that_do_not_fit(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(2), (4,))
    with pytest.raises(ShapeError, match=r"sample weights of shape \(3,\) do not fit"):
        case.loss(y_true, y_pred, np.ones(3))


@every
def test_float32_stays_float32(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(3), (5,))
    loss = case.loss(y_true, y_pred.astype("float32"))
    assert loss.dtype == np.float32
    assert loss.item() == pytest.approx(case.expected(y_true, y_pred).mean(), rel=1e-5)


@every
def test_targets_are_checked_and_pass(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(3), (5, 2))
    outputs = Spec((None, *y_pred.shape[1:]))
    case.loss.check_targets(y_true, outputs)
    assert case.loss.target_dtype(outputs) == (np.int64 if case.loss.takes_labels else np.float32)
    broken = y_true.astype(float)
    broken[3, 1] = np.nan
    with pytest.raises(DataError, match=r"finite.* Received nan in row 3\."):
        case.loss.check_targets(broken, outputs)
    with pytest.raises(DataError, match="must be numbers"):
        case.loss.check_targets(y_true.astype(str), outputs)
    with pytest.raises(ShapeError, match="shape"):
        case.loss.check_targets(np.zeros((5, 7, 7)), outputs)


@every
def test_comes_back_from_its_configuration(case: LossCase) -> None:
    again = losses.get(json.loads(json.dumps(losses.serialize(case.loss))))
    assert type(again) is type(case.loss)
    assert again.get_config() == case.loss.get_config()


def test_targets_of_one_axis_stand_beside_an_output_of_one_unit() -> None:
    """(batch,) against (batch, 1) is (batch, 1): broadcasting would compare all with all."""
    y_pred = np.array([[0.25], [0.75], [0.5]])
    for loss in (losses.MeanSquaredError(), losses.BinaryCrossentropy()):
        assert loss([0.0, 1.0, 1.0], y_pred).item() == loss([[0.0], [1.0], [1.0]], y_pred).item()
        loss.check_targets(np.array([0, 1, 1]), Spec((None, 1)))
    assert losses.MeanSquaredError()([0.0, 1.0, 1.0], y_pred).item() == pytest.approx((0.0625 + 0.0625 + 0.25) / 3)


def test_labels_of_two_axes() -> None:
    loss = losses.SparseCategoricalCrossentropy()
    y_pred = np.array([[0.25, 0.75], [0.5, 0.5]])
    assert loss([[1], [0]], y_pred).item() == loss([1, 0], y_pred).item()
    assert loss([1.0, 0.0], y_pred).item() == pytest.approx(-(np.log(0.75) + np.log(0.5)) / 2)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"must have shape \(3, 2\). Received targets of shape \(2, 3\)"):
        losses.MeanSquaredError()(np.zeros((2, 3)), np.zeros((3, 2)))


def test_a_plain_function() -> None:
    def absolute_error(y_true: pl.Tensor, y_pred: pl.Tensor) -> pl.Tensor:
        return pl.ops.absolute(y_true - y_pred)

    loss = losses.get(absolute_error)
    assert loss.name == "absolute_error"
    assert loss([1, 2], pl.tensor([1.5, 4.0])).item() == 1.25
    assert loss([1, 2], pl.tensor([1.5, 4.0])).dtype == np.float32
    assert loss([1.0, 2.0], [1.5, 4.0], [2.0, 0.0]).item() == 0.5
    with pytest.raises(NotImplementedError, match="plain function"):
        loss.get_config()


def test_a_plain_function_that_gives_one_number() -> None:
    loss = losses.get(lambda y_true, y_pred: pl.ops.mean(pl.ops.square(y_true - y_pred)))
    assert loss([1.0, 2.0], [1.5, 4.0]).item() == 2.125


def test_names() -> None:
    assert isinstance(losses.get("mse"), losses.MeanSquaredError)
    assert isinstance(losses.get("sparse_categorical_crossentropy"), losses.SparseCategoricalCrossentropy)
    assert losses.get("binary_crossentropy").name == "binary_crossentropy"
    with pytest.raises(ArgumentError, match="Did you mean 'categorical_crossentropy'"):
        losses.get("categorical_crosentropy")
    with pytest.raises(ArgumentError, match="from_logits must be True or False"):
        losses.BinaryCrossentropy(from_logits=1)  # type: ignore[arg-type]
