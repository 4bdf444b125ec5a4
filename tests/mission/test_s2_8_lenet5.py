"""S2.8: LeNet-5: parameters of the original and of the modern variant, and both learn."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import networks
from pellucid.datasets import digits


def test_s2_8_60_000_trained_parameters_below_the_output() -> None:
    model = networks.lenet5()
    assert model.count_params() - model.layers[-1].count_params() == 60_000
    assert networks.lenet5(variant="modern").count_params() == 61_706


@pytest.mark.parametrize("variant", ["original", "modern"])
def test_s2_8_both_learn_the_small_digits(variant: str) -> None:
    """Three epochs over 1,438 digits of 8 x 8, each place repeated four times: chance is a tenth."""
    (x, y), (x_test, y_test) = digits.load_data()
    pl.utils.set_random_seed(1)
    model = networks.lenet5((8, 8), variant=variant)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x.astype(np.float32) / 16, y, batch_size=32, epochs=3, verbose=0)
    assert model.evaluate(x_test.astype(np.float32) / 16, y_test, verbose=0)[1] > 0.85
