"""Operations of networks, by worked arithmetic, SciPy and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from sklearn.metrics import accuracy_score, log_loss

from pellucid import ops
from pellucid.autodiff import Spec, Tensor, tensor
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.random.streams import stream_key

RNG = np.random.default_rng(29)
X = RNG.normal(size=(6, 4)) * 3


def test_linear_by_hand() -> None:
    """The lecture's neuron: 1*0.5 + 2*(-1) + 0.25 = -1.25 and 1*2 + 2*3 - 1 = 7."""
    w, b = [[0.5, 2.0], [-1.0, 3.0]], [0.25, -1.0]
    assert ops.linear([[1.0, 2.0]], w, b).numpy().tolist() == [[-1.25, 7.0]]
    assert ops.linear([[1.0, 2.0]], w, b, "relu").numpy().tolist() == [[0.0, 7.0]]


def test_gradient_of_linear_by_hand() -> None:
    """One sample x = (1, 2) and dL/dy = (10, 1): dL/dw = x^T dL/dy, dL/dx = dL/dy w^T, dL/db = dL/dy."""
    x, w, b = (tensor(v, requires_grad=True) for v in ([[1.0, 2.0]], [[0.5, 2.0], [-1.0, 3.0]], [0.0, 0.0]))
    ops.linear(x, w, b).backward([[10.0, 1.0]])
    assert x.grad.tolist() == [[7.0, -7.0]]
    assert w.grad.tolist() == [[10.0, 1.0], [20.0, 2.0]]
    assert b.grad.tolist() == [10.0, 1.0]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ops.relu, lambda x: np.clip(x, 0, None)),
        (ops.sigmoid, special.expit),
        (ops.tanh, np.tanh),
        (ops.step, lambda x: np.heaviside(x, 0)),
        (ops.softmax, lambda x: special.softmax(x, axis=-1)),
        (lambda x: ops.softmax(x, 0), lambda x: special.softmax(x, axis=0)),
        (ops.log_softmax, lambda x: special.log_softmax(x, axis=-1)),
    ],
)
def test_activations_by_scipy(ours, theirs) -> None:  # type: ignore[no-untyped-def]
    np.testing.assert_allclose(ours(X).numpy(), theirs(X), rtol=1e-12)


def test_softmax_cross_entropy_by_scikit_learn() -> None:
    labels = np.array([0, 3, 1, 2, 2, 0])
    losses = ops.softmax_cross_entropy(X, labels).numpy()
    np.testing.assert_allclose(losses.mean(), log_loss(labels, special.softmax(X, axis=-1)), rtol=1e-12)
    one_hot = np.eye(4)[labels]
    np.testing.assert_allclose(ops.softmax_cross_entropy(X, one_hot).numpy(), losses, rtol=1e-12)


def test_softmax_cross_entropy_of_integers_one_hot() -> None:
    one_hot = np.eye(4, dtype=np.int64)[[0, 1, 2, 3, 0, 1]]
    assert ops.softmax_cross_entropy(X.astype(np.float32), one_hot).dtype == np.float32


def test_sigmoid_cross_entropy_by_scikit_learn() -> None:
    truth = RNG.integers(0, 2, (6, 4))
    ours = ops.sigmoid_cross_entropy(X, truth).numpy()
    each = [log_loss(t, special.expit(z), labels=[0, 1]) for t, z in zip(truth, X, strict=True)]
    np.testing.assert_allclose(ours, each, rtol=1e-9)


def test_squared_error_by_hand() -> None:
    assert ops.squared_error([[1.0, 2.0], [0.0, 0.0]], [[2.0, 4.0], [3.0, 4.0]]).numpy().tolist() == [2.5, 12.5]


def test_moments_and_normalization_by_hand() -> None:
    """1, 2, 3, 6: mean 3, variance (4 + 1 + 0 + 9) / 4 = 3.5; normalized with epsilon 0.5: divided by 2."""
    x = np.array([[1.0], [2.0], [3.0], [6.0]])
    moments = ops.moments(x)
    assert moments.numpy().tolist() == [[3.0], [3.5]]
    assert ops.normalize(x, moments, [10.0], [1.0], epsilon=0.5).numpy().ravel().tolist() == [-9.0, -4.0, 1.0, 16.0]


def test_matches_by_scikit_learn() -> None:
    truth = RNG.integers(0, 4, 200)
    scores = RNG.normal(size=(200, 4))
    expected = accuracy_score(truth, scores.argmax(axis=1))
    assert ops.sparse_match(truth, scores).numpy().mean() == pytest.approx(expected)
    assert ops.categorical_match(np.eye(4)[truth], scores).numpy().mean() == pytest.approx(expected)


def test_of_equal_scores_the_first_counts() -> None:
    assert ops.sparse_match([0, 1], [[0.5, 0.5], [0.5, 0.5]]).numpy().tolist() == [1.0, 0.0]


def test_binary_match_by_hand() -> None:
    """A prediction at the threshold is not above it."""
    truth, prediction = [[1.0, 0.0, 0.0, 1.0]], [[0.9, 0.5, 0.51, 0.2]]
    assert ops.binary_match(truth, prediction).numpy().tolist() == [0.5]
    assert ops.binary_match(truth, prediction, threshold=0.6).numpy().tolist() == [0.75]


def test_a_match_is_a_constant_to_the_gradient() -> None:
    scores = tensor([[1.0, 2.0]], requires_grad=True)
    assert not ops.sparse_match([1], scores).requires_grad


def test_weighted_mean_by_hand() -> None:
    values = [[1.0, 2.0], [3.0, 6.0]]
    assert ops.weighted_mean(values).item() == 3.0
    assert ops.weighted_mean(values, [[2.0], [1.0]]).item() == (2 + 4 + 3 + 6) / 4
    assert ops.weighted_mean(values, [[1.0, 0.0], [0.0, 0.0]]).item() == 0.25


class TestDropout:
    KEY = stream_key(1, "dropout")

    def test_the_expectation_is_the_input(self) -> None:
        y = ops.dropout(np.ones((400, 250)), 0.3, self.KEY).numpy()
        assert set(np.unique(y)) == {0.0, 1 / 0.7}
        kept = (y > 0).mean()
        assert abs(kept - 0.7) < 5 * np.sqrt(0.7 * 0.3 / y.size)  # five standard deviations

    def test_the_way_back_has_the_same_mask(self) -> None:
        x = tensor(np.ones((5, 7)), requires_grad=True)
        y = ops.dropout(x, 0.5, self.KEY, (3, 40))
        y.backward(np.ones((5, 7)))
        np.testing.assert_array_equal(x.grad, y.numpy())

    def test_a_sample_has_its_mask_in_whatever_batch(self) -> None:
        whole = ops.dropout(np.ones((10, 3)), 0.5, self.KEY, (2, 0)).numpy()
        np.testing.assert_array_equal(ops.dropout(np.ones((4, 3)), 0.5, self.KEY, (2, 6)).numpy(), whole[6:])

    def test_masks_differ_by_step_and_key(self) -> None:
        x = np.ones((20, 20))
        first = ops.dropout(x, 0.5, self.KEY, (0, 0)).numpy()
        assert (first != ops.dropout(x, 0.5, self.KEY, (1, 0)).numpy()).mean() > 0.3
        assert (first != ops.dropout(x, 0.5, self.KEY + 1, (0, 0)).numpy()).mean() > 0.3

    def test_what_is_dropped_is_zero_whatever_it_was(self) -> None:
        y = ops.dropout(np.full((50, 50), np.inf), 0.5, self.KEY).numpy()
        assert set(np.unique(y)) == {0.0, np.inf}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ops.linear(np.zeros((2, 3)), np.zeros((4, 5)), np.zeros(5)), ShapeError, "last axis of x"),
        (lambda: ops.linear(np.zeros((2, 3)), np.zeros((3, 5)), np.zeros(4)), ShapeError, "one entry for each column"),
        (lambda: ops.softmax(np.zeros((2, 3)), axis=2), ArgumentError, "axis must be"),
        (lambda: ops.softmax(np.zeros((2, 0))), ShapeError, "at least one entry"),
        (lambda: ops.softmax_cross_entropy(np.zeros((2, 3)), [0, 3]), DataError, "0 to 2 .* from 0 to 3"),
        (lambda: ops.softmax_cross_entropy(np.zeros((2, 3)), [-1, 0]), DataError, "from -1 to 0"),
        (lambda: ops.softmax_cross_entropy(np.zeros((2, 3)), [0, 1, 2]), ShapeError, r"integer labels of shape \(2,\)"),
        (lambda: ops.softmax_cross_entropy(np.zeros((2, 3)), [0.0, 1.0]), ShapeError, "integer labels"),
        (lambda: ops.squared_error(np.zeros((2, 1)), np.zeros(2)), ShapeError, "one shape"),
        (lambda: ops.sigmoid_cross_entropy(np.zeros((2, 3)), np.zeros((3, 2))), ShapeError, "one shape"),
        (lambda: ops.dropout(np.zeros((2, 3)), 1.0), ArgumentError, "less than 1"),
        (lambda: ops.dropout(np.zeros((2, 3)), -0.1), ArgumentError, "at least 0"),
        (lambda: ops.dropout(np.zeros((2, 3)), 0.5, -1), ArgumentError, "64 bits"),
        (lambda: ops.dropout(np.zeros((2, 3)), 0.5, 1, [1.0, 2.0]), ShapeError, "clock must be"),
        (lambda: ops.moments(np.zeros((0, 3))), ShapeError, "at least one sample"),
        (lambda: ops.normalize(np.zeros((2, 3)), np.zeros((2, 2)), np.ones(3), np.ones(3)), ShapeError, "needs moments"),
        (lambda: ops.sparse_match([0.0], [[1.0, 2.0]]), ArgumentError, "labels must be integers"),
        (lambda: ops.categorical_match(np.zeros((2, 3)), np.zeros((2, 4))), ShapeError, "one shape"),
        (lambda: ops.weighted_mean(np.zeros((2, 3)), np.zeros(2)), ShapeError, "broadcast"),
        (lambda: ops.weighted_mean(np.zeros(0)), ShapeError, "at least one value"),
    ],
)
def test_refused_with_a_message(call, error: type[Exception], message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(error, match=message):
        call()


def test_an_open_batch_axis_stays_open() -> None:
    x = Tensor(Spec((None, 3)))
    assert ops.softmax(x).shape == (None, 3)
    assert ops.softmax_cross_entropy(x, Tensor(Spec((None,), np.int64))).shape == (None,)
    assert ops.moments(x).shape == (2, 3)
