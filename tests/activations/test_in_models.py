"""Dense layers with every activation: planned, eager, on references alone and from a file, they compute the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pellucid as pl
from pellucid import activations, layers
from tests.support.training import assert_close, assert_same_bits

RNG = np.random.default_rng(2)
X = RNG.normal(size=(24, 3)).astype("float32")
Y = RNG.normal(size=(24, 2)).astype("float32")
ALONG_AN_AXIS = {"glu", "sparsemax"}  # their twins are compositions, or there is none
NAMES = [n for n in dir(activations) if n in activations.identify._built_in]


def model(activation: str, *, eagerly: bool = False) -> pl.Sequential:
    pl.utils.set_random_seed(4)
    made = pl.Sequential([pl.Input((3,)), layers.Dense(6, activation=activation), layers.Dense(2)])
    made.compile(pl.optimizers.SGD(0.05), "mse", run_eagerly=eagerly)
    return made


def trained(activation: str, *, eagerly: bool = False) -> tuple[list[np.ndarray], np.ndarray]:
    made = model(activation, eagerly=eagerly)
    made.fit(X, Y, epochs=2, batch_size=8, verbose=0)
    return made.get_weights(), made.predict(X)


@pytest.mark.parametrize("name", NAMES)
def test_planned_eager_and_reference_agree(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, predictions = trained(name)
    eager_weights, eager_predictions = trained(name, eagerly=True)
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    reference_weights, reference_predictions = trained(name)
    assert_close([*weights, predictions], [*eager_weights, eager_predictions])
    assert_close([*weights, predictions], [*reference_weights, reference_predictions])


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ALONG_AN_AXIS | {"step"}])
def test_the_whole_step_is_compiled(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PELLUCID_KERNELS", "compiled")
    assert "[python]" not in str(model(name).plan(X, Y, batch_size=8))


@pytest.mark.parametrize("name", NAMES)
def test_a_model_comes_back_from_a_file(name: str, tmp_path: Path) -> None:
    made = model(name)
    made.save(tmp_path / "model.safetensors")
    again = pl.load_model(tmp_path / "model.safetensors")
    assert again.layers[0].activation is activations.get(name)
    assert_same_bits([made.predict(X)], [again.predict(X)])


def test_settings_come_back_from_a_file(tmp_path: Path) -> None:
    between = [layers.LeakyReLU(0.125), layers.ReLU(2.0, 0.25, 0.5), layers.ELU(0.5), layers.PReLU("ones")]
    made = pl.Sequential([pl.Input((3,)), *between, layers.Dense(2)])
    made.compile("adam", "mse")
    made.fit(X, Y, epochs=1, batch_size=8, verbose=0)
    made.save(tmp_path / "model.safetensors")
    again = pl.load_model(tmp_path / "model.safetensors")
    assert [layer.get_config() for layer in again.layers] == [layer.get_config() for layer in made.layers]
    assert_same_bits([made.predict(X)], [again.predict(X)])
