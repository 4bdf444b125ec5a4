"""Each script runs under Pellucid after a change of its imports, and learns."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from tests.keras_scripts.library import NAMES, load


def test_there_are_scripts():
    assert len(NAMES) >= 6


@pytest.mark.parametrize("name", NAMES)
def test_runs_and_learns(name: str, capsys: pytest.CaptureFixture[str]):
    """As it stands: weights, masks and orders drawn by Pellucid."""
    script = load(name, "pellucid")
    pl.utils.set_random_seed(0)
    results = script.run(script.build())
    assert all(np.isfinite(np.asarray(values, dtype=float)).all() for values in results.values())
    losses = results["loss"]
    assert losses[-1] < losses[0]
