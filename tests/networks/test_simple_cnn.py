"""The simple convolutional network on the digits that need no download."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import pellucid as pl
from pellucid import networks
from pellucid.cli.main import app
from pellucid.datasets import digits


def test_it_learns_the_small_digits() -> None:
    """96 of 100 on the 359 test digits after 15 epochs; some runs reach 98."""
    (x, y), (x_test, y_test) = digits.load_data()
    pl.utils.set_random_seed(1)
    model = networks.simple_cnn((8, 8))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x.astype(np.float32) / 16, y, batch_size=32, epochs=15, verbose=0)
    assert model.evaluate(x_test.astype(np.float32) / 16, y_test, verbose=0)[1] > 0.96


def test_the_command_trains_it(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["train", "digits", "--model", "simple-cnn", "--epochs", "1"])
    assert result.exit_code == 0, result.output
    assert pl.load_model(next(tmp_path.glob("runs/digits-001/model*"))).count_params() == 780 + 120 * 100 + 100 + 1_010
