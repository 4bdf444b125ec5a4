"""Of a convolutional model, a report holds the images that it took for something else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

import pellucid as pl
from pellucid.cli.report import Report
from pellucid.data.splits import Part

PREPARATION: Any = SimpleNamespace(problem="classification", answers=lambda outputs: outputs)


def report(model: Any, x: np.ndarray, y: list[int]) -> Report:
    part = Part(x.astype(np.float32), np.array(y))
    return Report.of(model, PREPARATION, "test", part, ["dark", "bright"], None)


def brightness() -> Any:
    """Answers "bright" the surer the brighter the one pixel is."""
    model = pl.Sequential([pl.Input((1, 1, 1)), pl.layers.Conv2D(2, 1), pl.layers.Flatten(), pl.layers.Softmax()])
    model.set_weights([np.array([0.0, 4.0]).reshape(1, 1, 1, 2), [2.0, 0.0]])
    return model


def test_it_draws_the_wrong_ones(tmp_path):
    x = np.array([0.0, 0.2, 0.9, 1.0]).reshape(4, 1, 1, 1)
    found = report(brightness(), x, [0, 1, 1, 0])
    assert found.mistakes is not None
    assert (found.mistakes.wrong, found.mistakes.true, found.mistakes.answer) == (2, ("dark", "bright"), ("bright", "dark"))
    assert found.draw(tmp_path) == ["confusion.png", "mistakes.png"]
    assert (tmp_path / "mistakes.png").read_bytes().startswith(b"\x89PNG")


def test_none_where_nothing_is_wrong_or_there_are_no_images(tmp_path):
    x = np.array([0.0, 1.0]).reshape(2, 1, 1, 1)
    assert report(brightness(), x, [0, 1]).mistakes is None
    dense = pl.Sequential([pl.Input((1,)), pl.layers.Dense(2, activation="softmax")])
    assert report(dense, x[:, 0, 0], [1, 0]).mistakes is None
