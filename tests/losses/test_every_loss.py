"""What every loss must do: SciPy's values, the right derivative, Keras' mean and weights, come back from its configuration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid import losses
from pellucid.autodiff import Spec
from pellucid.configurable import snake_case
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


@every
def test_reductions(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(4), (4,))
    values, weights = case.expected(y_true, y_pred), np.array([0.0, 1.0, 2.0, 5.0])
    expected = {"sum": (values * weights).sum(), "mean": (values * weights).sum() / 4}
    expected |= {"mean_with_sample_weight": np.average(values, weights=weights)}
    for reduction, number in expected.items():
        assert _reduced(case.loss, reduction)(y_true, y_pred, weights).item() == pytest.approx(number, rel=1e-9)
    for reduction in ("none", None):
        kept = _reduced(case.loss, reduction)(y_true, y_pred, weights)
        np.testing.assert_allclose(kept.numpy(), values * weights, rtol=1e-9, atol=1e-15)
    assert _reduced(case.loss, "sum")(y_true, y_pred).item() == pytest.approx(values.sum(), rel=1e-9)
    assert _reduced(case.loss, "mean_with_sample_weight")(y_true, y_pred).item() == pytest.approx(values.mean(), rel=1e-9)
    assert _reduced(case.loss, "mean_with_sample_weight")(y_true, y_pred, np.zeros(4)).item() == 0.0


def _reduced(loss: losses.Loss, reduction: str | None) -> losses.Loss:
    return type(loss).from_config(loss.get_config() | {"reduction": reduction})


@every
def test_the_function_gives_the_loss_of_each_sample(case: LossCase) -> None:
    function = getattr(losses, snake_case(type(case.loss).__name__))
    settings = {k: v for k, v in case.loss.get_config().items() if k not in ("name", "reduction")}
    y_true, y_pred = case.draw(np.random.default_rng(4), (4,))
    np.testing.assert_allclose(function(y_true, y_pred, **settings).numpy(), case.expected(y_true, y_pred), rtol=1e-9)
    assert type(losses.get(function)) is type(case.loss)


@every
def test_extreme_predictions_stay_finite(case: LossCase) -> None:
    y_true, y_pred = case.draw(np.random.default_rng(5), (12,))
    size = y_pred.shape[-1]
    rng = np.random.default_rng(6)
    far = np.array(case.extremes, np.float32)[rng.integers(0, len(case.extremes), y_pred.shape)]
    far[: len(case.extremes)] = np.array(case.extremes, np.float32)[:, np.newaxis] * np.ones(size, np.float32)
    y = pl.tensor(far, requires_grad=True)
    loss = case.loss(y_true.astype("float32") if y_true.dtype.kind == "f" else y_true, y)
    assert np.isfinite(loss.item())
    loss.backward()
    assert np.isfinite(y.grad).all()


@every
def test_planned_and_eager_and_by_hand_are_one(case: LossCase, tmp_path: Path) -> None:
    """Two steps on batches of unequal size; the loss before them by SciPy; the model's file brings the loss back."""
    y_true, _ = case.draw(np.random.default_rng(7), (7,))
    x = np.random.default_rng(8).normal(size=(7, 5))
    w = np.random.default_rng(9).uniform(0.5, 2, 7)
    units = case.draw(np.random.default_rng(7), (1,))[1].shape[-1]
    found = []
    for eager in (False, True):
        pl.utils.set_random_seed(3)
        model = pl.Sequential([pl.layers.Dense(units, activation=case.activation, input_dim=5)])
        model.compile(pl.optimizers.SGD(0.01), case.loss, run_eagerly=eager)
        before = case.expected(
            y_true.astype(np.float64) if y_true.dtype.kind == "f" else y_true, model.predict(x).astype(np.float64)
        )
        assert model.evaluate(x, y_true, sample_weight=w, verbose=0) == pytest.approx((before * w).mean(), rel=2e-4)
        model.fit(x, y_true, sample_weight=w, batch_size=4, verbose=0)
        found.append(model.get_weights())
    for planned, eager_ in zip(*found, strict=True):
        np.testing.assert_allclose(planned, eager_, rtol=1e-5, atol=1e-6)
    model.save(tmp_path / "model.pellucid")
    again = pl.load_model(tmp_path / "model.pellucid")
    assert again.evaluate(x, y_true, verbose=0) == pytest.approx(model.evaluate(x, y_true, verbose=0), rel=1e-6)


def test_label_smoothing_by_hand() -> None:
    """0.2 of smoothing makes 0.1, 0.9 of two and 0.05, 0.05, 0.85, 0.05 of four classes."""
    loss = losses.BinaryCrossentropy(label_smoothing=0.2)
    assert loss([[0.0], [1.0]], [[0.3], [0.3]]).item() == pytest.approx(
        -(0.1 * np.log(0.3) + 0.9 * np.log(0.7) + 0.9 * np.log(0.3) + 0.1 * np.log(0.7)) / 2
    )
    p = np.array([0.1, 0.2, 0.3, 0.4])
    loss = losses.CategoricalCrossentropy(label_smoothing=0.2)
    expected = -(np.array([0.05, 0.05, 0.85, 0.05]) * np.log(p)).sum()
    assert loss([[0, 0, 1, 0]], [p]).item() == pytest.approx(expected)
    assert losses.BinaryFocalCrossentropy(gamma=0, label_smoothing=0.2)([[1.0]], [[0.3]]).item() == pytest.approx(
        -(0.9 * np.log(0.3) + 0.1 * np.log(0.7))
    )
    focal = losses.CategoricalFocalCrossentropy(alpha=1, gamma=0, label_smoothing=0.2)
    assert focal([[0, 0, 1, 0]], [p]).item() == pytest.approx(expected)


def test_class_balancing_by_hand() -> None:
    loss = losses.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.2, gamma=1)
    assert loss([[1.0, 0.0]], [[0.6, 0.6]]).item() == pytest.approx(-(0.2 * 0.4 * np.log(0.6) + 0.8 * 0.6 * np.log(0.4)) / 2)


@pytest.mark.parametrize("case", [c for c in CASES if "axis" in c.loss.get_config()], ids=str)
def test_another_axis(case: LossCase) -> None:
    """Classes along axis 1 of (batch, classes, height) are those along the last axis, moved."""
    y_true, y_pred = case.draw(np.random.default_rng(4), (2, 5))
    moved = type(case.loss).from_config(case.loss.get_config() | {"axis": 1})
    t = y_true if case.loss.takes_labels else np.moveaxis(y_true, -1, 1)
    assert moved(t, np.moveaxis(y_pred, -1, 1)).item() == pytest.approx(case.expected(y_true, y_pred).mean(), rel=1e-9)
    np.testing.assert_allclose(moved.values(t, np.moveaxis(y_pred, -1, 1)).numpy(), case.expected(y_true, y_pred), rtol=1e-9)


@pytest.mark.parametrize("from_logits", [False, True])
def test_an_ignored_class_does_not_count(from_logits: bool) -> None:
    """Of four samples two count: the mean is over those, weighted or not."""
    rng = np.random.default_rng(0)
    y_pred = rng.uniform(0.1, 1, (4, 3))
    plain = losses.SparseCategoricalCrossentropy(from_logits)
    loss = losses.SparseCategoricalCrossentropy(from_logits, ignore_class=-1)
    labels = np.array([2, -1, 0, -1])
    assert loss(labels, y_pred).item() == pytest.approx(plain([2, 0], y_pred[::2]).item())
    assert loss(labels, y_pred, [1.0, 7.0, 3.0, 7.0]).item() == pytest.approx(plain([2, 0], y_pred[::2], [1.0, 3.0]).item())
    assert loss(np.full(4, -1), y_pred).item() == 0.0
    loss.check_targets(labels, Spec((None, 3)))
    with pytest.raises(DataError, match="0 to 2"):
        loss.check_targets(labels - 1, Spec((None, 3)))


def test_a_logit_that_is_very_wrong_keeps_its_gradient() -> None:
    """sigmoid(-200) is 0 in float32: from a clipped probability the gradient would vanish."""
    z = pl.tensor([[-200.0]], requires_grad=True)
    losses.BinaryFocalCrossentropy(from_logits=True)([[1.0]], z).backward()
    assert z.grad.item() == pytest.approx(-1.0)


def test_log_cosh_keeps_its_digits_near_the_target() -> None:
    """log cosh e = e^2 / 2 - e^4 / 12: at 1e-3 the form |e| + log(1 + e^-2|e|) - log 2 has none in float32."""
    assert losses.LogCosh()([[0.0]], [[1e-3]]).item() == pytest.approx(5e-7 - 1e-12 / 12, rel=1e-5)


def test_a_hinge_target_of_zero_is_minus_one_whatever_the_others_are() -> None:
    y_pred = [[0.5, 0.5, 0.5]]
    assert losses.Hinge()([[0.0, -1.0, 1.0]], y_pred).item() == losses.Hinge()([[-1.0, -1.0, 1.0]], y_pred).item()


def test_cosine_of_vectors_whose_squares_overflow() -> None:
    assert losses.CosineSimilarity()([[3e30, 4e30]], [[0.0, 1e-30]]).item() == pytest.approx(-0.8)
    assert losses.CosineSimilarity()([[0.0, 0.0]], [[0.0, 1.0]]).item() == 0.0


def test_an_unknown_reduction() -> None:
    with pytest.raises(ArgumentError, match=r"reduction must be one of 'sum_over_batch_size', .* Received 'average'"):
        losses.MeanSquaredError(reduction="average")


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
