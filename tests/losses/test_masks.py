"""Steps that a mask hides count neither in a loss nor in a metric: worked by hand, planned and eager alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers

MASK = np.array([[True, True, False], [True, False, False]])


def masked(values: Any) -> pl.Tensor:
    y = pl.tensor(values, requires_grad=True)
    y.mask = pl.tensor(MASK)
    return y


def test_the_mean_is_over_the_steps_that_are_there() -> None:
    """Errors 1, 2 and 3 where there is a step: (1 + 4 + 9) / 3; the 100 are hidden."""
    y = masked([[[1.0], [2.0], [100.0]], [[3.0], [100.0], [100.0]]])
    loss = pl.losses.MeanSquaredError()(np.zeros((2, 3, 1)), y)
    assert loss.item() == pytest.approx(14 / 3)
    loss.backward()
    np.testing.assert_allclose(y.grad[:, :, 0], np.array([[2.0, 4.0, 0.0], [6.0, 0.0, 0.0]]) / 3, rtol=1e-6)


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("sum_over_batch_size", (2 * 1 + 2 * 4 + 9) / 3),
        ("mean", (2 * 1 + 2 * 4 + 9) / 3),
        ("sum", 2 * 1 + 2 * 4 + 9),
        ("mean_with_sample_weight", (2 * 1 + 2 * 4 + 9) / (2 + 2 + 1)),
    ],
)
def test_weights_count_beside_the_mask(reduction: str, expected: float) -> None:
    """The first sample counts twice."""
    y = masked([[[1.0], [2.0], [100.0]], [[3.0], [100.0], [100.0]]])
    loss = pl.losses.MeanSquaredError(reduction=reduction)
    assert loss(np.zeros((2, 3, 1)), y, [2.0, 1.0]).item() == pytest.approx(expected)


def test_a_mask_that_hides_all_makes_the_loss_0() -> None:
    y = pl.tensor(np.ones((2, 3, 1)), requires_grad=True)
    y.mask = pl.tensor(np.zeros((2, 3), bool))
    loss = pl.losses.MeanSquaredError()(np.zeros((2, 3, 1)), y)
    loss.backward()
    assert loss.item() == 0
    assert (y.grad == 0).all()


def test_of_an_ignored_class_and_a_mask_both_count() -> None:
    """Two equal scores: log 2 for each of the steps that count, one of the three is of the class to ignore."""
    y = masked(np.zeros((2, 3, 2), np.float32))
    loss = pl.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-1)
    assert loss([[0, -1, 0], [1, 1, -1]], y).item() == pytest.approx(np.log(2))


def test_metrics_weigh_the_steps() -> None:
    y = masked([[[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]], [[0.6, 0.4], [0.1, 0.9], [0.1, 0.9]]])
    metric = pl.metrics.SparseCategoricalAccuracy()
    metric.update_state([[0, 0, 0], [0, 0, 0]], y)  # right, wrong, hidden; right, hidden, hidden
    assert metric.result() == pytest.approx(2 / 3)
    metric.reset_state()
    metric.update_state([[0, 0, 0], [0, 0, 0]], y, [1.0, 4.0])
    assert metric.result() == pytest.approx(5 / 6)


def test_a_mask_of_other_steps_says_nothing() -> None:
    y = pl.tensor(np.ones((2, 1)), requires_grad=True)
    y.mask = pl.tensor(MASK)
    assert pl.losses.MeanSquaredError()(np.zeros((2, 1)), y).item() == 1.0


@pytest.mark.parametrize("eagerly", [False, True])
def test_training_does_not_see_what_is_hidden(eagerly: bool) -> None:
    """Other targets and other padding where the mask hides: the same weights, to the last bit."""
    rng = np.random.default_rng(0)
    ids = rng.integers(1, 5, (6, 4)) * (np.arange(4) < np.array([[4], [3], [2], [1], [4], [2]]))
    trained = []
    for seed in (1, 2):
        targets = np.where(ids > 0, ids, np.random.default_rng(seed).integers(0, 5, ids.shape))
        pl.utils.set_random_seed(7)
        model = pl.Sequential(
            [
                layers.Input((4,), dtype="int64"),
                layers.Embedding(5, 4, mask_zero=True),
                layers.GRU(4, return_sequences=True),
                layers.Dense(5, "softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"], run_eagerly=eagerly)
        history = model.fit(ids, targets, batch_size=4, epochs=2, verbose=0).history
        trained.append((history["loss"], history["accuracy"], model.get_weights(), model.evaluate(ids, targets, verbose=0)))
    assert trained[0][:2] == trained[1][:2]
    assert trained[0][3] == trained[1][3]
    for one, other in zip(trained[0][2], trained[1][2], strict=True):
        np.testing.assert_array_equal(one, other)
