"""Masked sequences trained beside Keras: the same losses and accuracies, with and without sample weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from tests.support.keras_peer import import_keras

keras = import_keras()

pytestmark = pytest.mark.parity

RNG = np.random.default_rng(0)
IDS = RNG.integers(1, 6, (12, 5)) * (np.arange(5) < RNG.integers(1, 6, (12, 1)))
TARGETS = RNG.integers(0, 6, (12, 5))


def trained(library: Any, weights: list[np.ndarray] | None, sample_weight: Any, reduction: str) -> tuple[Any, Any, Any]:
    layers = library.layers
    model = library.Sequential(
        [
            layers.Embedding(6, 4, mask_zero=True),
            layers.LSTM(4, return_sequences=True),
            layers.LayerNormalization(),
            layers.Dropout(0.0),
            layers.Dense(6, "softmax"),
        ]
    )
    model.build((None, 5))
    if weights is not None:
        model.set_weights(weights)
    first = [np.array(w) for w in model.get_weights()] if weights is None else weights
    model.compile(
        library.optimizers.SGD(0.02 if reduction == "sum" else 0.5),  # a sum descends as fast as it has steps
        library.losses.SparseCategoricalCrossentropy(reduction=reduction),
        metrics=["accuracy"],
        weighted_metrics=[library.metrics.SparseCategoricalCrossentropy()],
    )
    given = {} if sample_weight is None else {"sample_weight": sample_weight}
    history = model.fit(IDS, TARGETS, batch_size=5, epochs=3, shuffle=False, verbose=0, **given).history
    metrics = model.evaluate(IDS, TARGETS, batch_size=5, verbose=0, return_dict=True, **given)
    return history, metrics, first


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("weighted", [False, True])
def test_fit(reduction: str, weighted: bool) -> None:
    sample_weight = RNG.uniform(0.5, 2.0, TARGETS.shape).astype("float32") if weighted else None
    pl.utils.set_random_seed(1)
    ours, our_metrics, first = trained(pl, None, sample_weight, reduction)
    theirs, their_metrics, _ = trained(keras, first, sample_weight, reduction)
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=2e-5)
    # Metrics while training are left out: on JAX Keras 3.15 loses the mask on its way through the gradient.
    assert set(our_metrics) == set(their_metrics)
    for name, value in their_metrics.items():
        assert our_metrics[name] == pytest.approx(value, rel=2e-5), name


def test_a_mean_over_the_steps_that_are_there() -> None:
    x = RNG.normal(size=(12, 5, 3)).astype("float32")
    found, expected = (m.layers.GlobalAveragePooling1D() for m in (pl, keras))
    given = pl.tensor(x)
    given.mask = pl.tensor(IDS > 0)
    np.testing.assert_allclose(found(given).numpy(), np.asarray(expected(x, mask=IDS > 0)), rtol=1e-5, atol=1e-6)


def test_masks_pass_through_the_same_layers() -> None:
    """Whether the mask of a sequence goes with a layer's output."""
    own = [cls for cls in pl.layers.registry.classes() if cls.__module__.startswith("pellucid.")]
    cases: dict[str, dict[str, Any]] = {
        "Dense": {"units": 2},
        "Activation": {"activation": "relu"},
        "Dropout": {"rate": 0.1},
        "SpatialDropout1D": {"rate": 0.1},
        "GaussianNoise": {"stddev": 0.1},
        "GaussianDropout": {"rate": 0.1},
        "AlphaDropout": {"rate": 0.1},
        **{name: {} for name in ("ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Identity")},
        **{name: {} for name in ("LayerNormalization", "UnitNormalization", "ActivityRegularization")},
        "Lambda": {"function": lambda x: x},
        "Conv1D": {"filters": 2, "kernel_size": 1},
        "MaxPooling1D": {},
        "Flatten": {},
        "RepeatVector": {"n": 2},
        "Permute": {"dims": (2, 1)},
    }
    assert set(cases) <= {cls.__name__ for cls in own}
    found, expected = {}, {}
    for name, settings in cases.items():
        ours, theirs = getattr(pl.layers, name)(**settings), getattr(keras.layers, name)(**settings)
        found[name], expected[name] = bool(ours.supports_masking), bool(theirs.supports_masking)
    assert found == expected
