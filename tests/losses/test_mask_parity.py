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
        "BatchNormalization": {},
        "RepeatVector": {"n": 2},
        "Permute": {"dims": (2, 1)},
    }
    assert set(cases) <= {cls.__name__ for cls in own}
    found, expected = {}, {}
    for name, settings in cases.items():
        ours, theirs = getattr(pl.layers, name)(**settings), getattr(keras.layers, name)(**settings)
        found[name], expected[name] = bool(ours.supports_masking), bool(theirs.supports_masking)
    assert found == expected


def values(weight: Any) -> np.ndarray:
    """Of a parameter of either library, without the copy that JAX's arrays warn of."""
    return np.asarray(weight.numpy() if isinstance(weight, pl.Parameter) else weight.value)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"])
@pytest.mark.parametrize("weighted", [False, True])
def test_one_step_with_a_sample_that_is_hidden_whole(reduction: str, weighted: bool) -> None:
    """The gradients themselves, as what a step of rate 1 takes off the weights: no later step makes small differences large."""
    ids = IDS.copy()
    ids[2] = 0
    sample_weight = np.linspace(0.5, 2.0, TARGETS.size, dtype="float32").reshape(TARGETS.shape) if weighted else None
    pl.utils.set_random_seed(1)
    first: list[np.ndarray] | None = None
    losses, gradients = [], []
    for library in (pl, keras):
        layers = library.layers
        model = library.Sequential(
            [layers.Embedding(6, 4, mask_zero=True), layers.LSTM(4, return_sequences=True), layers.Dense(6, "softmax")]
        )
        model.build((None, 5))
        if first is None:
            first = [np.array(w) for w in model.get_weights()]
        model.set_weights(first)
        model.compile(library.optimizers.SGD(1.0), library.losses.SparseCategoricalCrossentropy(reduction=reduction))
        losses.append(model.train_on_batch(ids, TARGETS, sample_weight=sample_weight))
        gradients.append(np.concatenate([np.ravel(a - values(b)) for a, b in zip(first, model.weights, strict=True)]))
    assert losses[0] == pytest.approx(float(losses[1]), rel=1e-5)
    np.testing.assert_allclose(*gradients, rtol=1e-4, atol=1e-6 * np.abs(gradients[1]).max())


@pytest.mark.parametrize("axis", [1, -1])
def test_merged_masks(axis: int) -> None:
    """What Add and Concatenate make of two masks, read from Keras' own compute_mask."""
    x = RNG.normal(size=(12, 5, 3)).astype("float32")
    masks = IDS > 0, TARGETS > 2
    given = [pl.tensor(x), pl.tensor(x)]
    for tensor, mask in zip(given, masks, strict=True):
        tensor.mask = pl.tensor(mask)
    for name, settings in (("Add", {}), ("Concatenate", {"axis": axis})):
        ours = getattr(pl.layers, name)(**settings)(given).mask.numpy()
        theirs = getattr(keras.layers, name)(**settings).compute_mask([x, x], list(masks))
        np.testing.assert_array_equal(ours, np.asarray(theirs))


def test_batch_normalization_of_what_is_there() -> None:
    x = RNG.normal(size=(12, 5, 3)).astype("float32")
    ours, theirs = pl.layers.BatchNormalization(momentum=0.5), keras.layers.BatchNormalization(momentum=0.5)
    given = pl.tensor(x)
    given.mask = pl.tensor(IDS > 0)
    expected = np.asarray(theirs(x, training=True, mask=IDS > 0))
    np.testing.assert_allclose(ours(given, training=True).numpy(), expected, rtol=1e-4, atol=1e-5)
    for a, b in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(a, values(b), rtol=1e-5, atol=1e-6)
