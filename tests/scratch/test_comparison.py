"""compare_optimizers: one beginning and the same batches for all."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.errors import ArgumentError, ShapeError
from pellucid.scratch import SGD, Adam, compare_optimizers, smooth_curve

X, T = np.random.default_rng(0).random((40, 6)).astype(np.float32), np.arange(40) % 3
SMALL = {"hidden_size_list": [8], "output_size": 3, "batch_size": 10, "iterations": 30}


class Recording(SGD):
    """Notes what it is shown."""

    def __init__(self):
        super().__init__(lr=0.1)
        self.first_params, self.gradients = None, []

    def update(self, params, grads):
        if self.first_params is None:
            self.first_params = {key: value.copy() for key, value in params.items()}
        self.gradients.append(grads)
        super().update(params, grads)


def test_all_begin_from_the_same_weights_and_see_the_same_batches():
    one, other = Recording(), Recording()
    result = compare_optimizers(X, T, {"one": one, "other": other}, **SMALL)
    for key, value in one.first_params.items():
        np.testing.assert_array_equal(value, other.first_params[key])
    np.testing.assert_array_equal(result.losses["one"], result.losses["other"])
    assert len(one.gradients) == 30


def test_batches_differ_from_one_iteration_to_the_next():
    still = SGD(lr=0.0)
    assert np.unique(compare_optimizers(X, T, {"still": still}, **SMALL).losses["still"]).size > 20


def test_the_same_seed_gives_the_same_curves_and_another_seed_others():
    first, again, other = (compare_optimizers(X, T, {"Adam": Adam()}, seed=seed, **SMALL).losses["Adam"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_one_hot_targets_and_labels_are_the_same():
    labels = compare_optimizers(X, T, {"SGD": SGD()}, **SMALL).losses["SGD"]
    np.testing.assert_allclose(compare_optimizers(X, np.eye(3)[T], {"SGD": SGD()}, **SMALL).losses["SGD"], labels, rtol=1e-5)


def test_the_smoothed_curves_and_the_order_at_the_end():
    result = compare_optimizers(X, T, {"slow": SGD(lr=1e-4), "fast": SGD(lr=1.0)}, **(SMALL | {"iterations": 200}))
    np.testing.assert_array_equal(result.smoothed["fast"], smooth_curve(result.losses["fast"]))
    assert list(result.final()) == ["fast", "slow"]
    assert result.final()["slow"] == pytest.approx(result.losses["slow"][-10:].mean())
    assert str(result).splitlines()[1].split()[0] == "fast"


def test_each_iteration_is_told():
    seen = []
    compare_optimizers(X, T, {"SGD": SGD()}, on_iteration=seen.append, **SMALL)
    assert seen == list(range(30))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match=r"x must be .* with N targets"):
        compare_optimizers(X, T[1:])
    with pytest.raises(ArgumentError, match="at least one"):
        compare_optimizers(X, T, {})
