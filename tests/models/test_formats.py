"""Files of every format that there has been keep loading. Those in ``data/`` were written when their format was the newest."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.models.saving import FORMAT
from pellucid.tensor_file import read_tensors

DATA = Path(__file__).parent / "data"


def expected(version: int) -> dict[str, Any]:
    return dict(json.loads((DATA / f"format-{version}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("version", range(1, FORMAT + 1))
def test_every_format_has_a_sample_that_loads(version: int) -> None:
    """With the outputs of the program that wrote it, up to what another machine's mathematics may differ by."""
    stored = expected(version)
    file = DATA / f"format-{version}.safetensors"
    assert read_tensors(file)[0]["format"] == version
    model = pl.load_model(file)
    np.testing.assert_allclose(model.predict(np.float32(stored["x"])), stored[f"format-{version}"], rtol=1e-5, atol=1e-6)
    assert model.optimizer.iterations == stored["iterations"]
    assert isinstance(model.optimizer, pl.optimizers.Adam)
    assert [layer.name for layer in model.layers] == ["hidden", "normal", "silence", "scores"]


@pytest.mark.parametrize("version", range(1, FORMAT + 1))
def test_every_format_has_a_graph_that_loads(version: int) -> None:
    stored = expected(version)
    model = pl.load_model(DATA / f"format-{version}-graph.safetensors")
    x = np.float32(stored["x"])
    outputs = model.predict([x[:, :3], x[:, 1:]])
    for name, values in stored[f"format-{version}-graph"].items():
        np.testing.assert_allclose(outputs[name], values, rtol=1e-5, atol=1e-6)


def test_what_format_2_added() -> None:
    model = pl.load_model(DATA / "format-2.safetensors")
    assert model.label_names == ["one", "two", "three"]
    assert model.preprocessing == {"columns": ["a", "b"], "scale": [0.5, None]}


@pytest.mark.parametrize("version", range(1, FORMAT + 1))
def test_old_files_become_new_ones_when_they_are_saved(version: int, tmp_path: Path) -> None:
    model = pl.load_model(DATA / f"format-{version}.safetensors")
    model.save(tmp_path / "m")
    assert read_tensors(tmp_path / "m")[0]["format"] == FORMAT
    again = pl.load_model(tmp_path / "m")
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
