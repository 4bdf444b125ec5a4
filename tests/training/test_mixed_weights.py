"""Streams of which some batches bring sample weights and some do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import DataError

ONE, THREE, ZERO, UNIT = np.ones((2, 1)), np.full((2, 1), 3.0), np.zeros((2, 1)), np.ones(2)


def still(**compiled: Any) -> pl.Model:
    """Its output is its input, and it does not learn."""
    model = pl.Sequential([pl.layers.Dense(1, kernel_initializer="ones", input_dim=1)])
    model.compile(pl.optimizers.SGD(0.0), "mae", **compiled)
    return model


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("batches", [[(ONE, ZERO), (THREE, ZERO, UNIT)], [(ONE, ZERO, UNIT), (THREE, ZERO)]])
def test_a_metric_that_counts_weights_refuses_the_mixture(batches: list[Any], run_eagerly: bool) -> None:
    model = still(weighted_metrics=["mae"], run_eagerly=run_eagerly)
    with pytest.raises(DataError, match=r"all bring a sample_weight, or none.*: mae would .*weights of 1"):
        model.fit(batches, verbose=0)
    with pytest.raises(DataError, match="sample_weight"):
        model.evaluate(batches, verbose=0)
    assert model.evaluate(batches[:1], verbose=0, return_dict=True)["mae"] == float(batches[0][0][0, 0])


def test_weights_of_one_are_the_way_out_and_loss_and_plain_metrics_take_the_mixture() -> None:
    """(1 + 3) / 2 = 2."""
    model = still(weighted_metrics=["mae"])
    assert model.evaluate([(ONE, ZERO, UNIT), (THREE, ZERO, UNIT)], verbose=0) == [2.0, 2.0]
    assert still(metrics=["mae"]).evaluate([(ONE, ZERO), (THREE, ZERO, UNIT)], verbose=0) == [2.0, 2.0]
