"""PELLUCID_KERNELS: the references alone, and the program step by step, train as the compiled program does."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.support.training import assert_close, classifier, clusters

X, Y = clusters(45)


def run() -> tuple[list[np.ndarray], dict[str, list[float]], np.ndarray]:
    model = classifier(dropout=0.3, normalize=True, l2=0.01)
    weights = np.linspace(0, 2, 45, dtype=np.float32)
    history = model.fit(X, Y, epochs=2, batch_size=16, sample_weight=weights, validation_split=0.2, verbose=0).history
    return model.get_weights(), history, model.predict(X)


@pytest.mark.parametrize("mode", ["reference", "stepped"])
def test_a_small_fit(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = run()
    monkeypatch.setenv("PELLUCID_KERNELS", mode)
    found = run()
    assert_close(expected[0], found[0])
    assert list(expected[1]) == list(found[1])
    assert_close([np.array(v) for v in expected[1].values()], [np.array(v) for v in found[1].values()])
    assert_close([expected[2]], [found[2]])


def test_references_import_no_numba() -> None:
    program = (
        "import sys, numpy as np, pellucid as pl\n"
        "model = pl.Sequential([pl.layers.Dense(2, input_dim=3)])\n"
        "model.compile('adam', 'mse')\n"
        "model.fit(np.ones((5, 3)), np.ones((5, 2)), verbose=0)\n"
        "assert not {'numba', 'llvmlite'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60, env={**os.environ, "PELLUCID_KERNELS": "reference"})
