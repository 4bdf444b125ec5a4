"""S2.3: over- and underfitting, early stopping with patience and the best weights, dropout and its reading as an ensemble."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import EarlyStopping

UNITS = 4


def flipped(count: int, seed: int):
    """Two classes side by side along the first of eight inputs, with a fifth of the labels wrong.

    Nobody who does not know which are wrong reaches a cross-entropy below H(0.2) = 0.5004 on new samples.
    """
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 8)).astype(np.float32)
    return x, ((x[:, 0] > 0) ^ (random.random(count) < 0.2)).astype(np.int64)


FLOOR = -0.2 * np.log(0.2) - 0.8 * np.log(0.8)
X, Y = flipped(60, 0)
NEW = flipped(2000, 1)


def fitted(hidden: tuple[int, ...], epochs: int, *callbacks, inputs=8):
    """A net that sees only the last ``inputs`` of the eight."""
    pl.utils.set_random_seed(0)
    layers = [pl.layers.Dense(n, activation="relu", kernel_initializer="he_normal") for n in hidden]
    model = pl.Sequential([pl.Input((inputs,)), *layers, pl.layers.Dense(2, activation="softmax")])
    model.compile(pl.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    x, new = X[:, 8 - inputs :], (NEW[0][:, 8 - inputs :], NEW[1])
    history = model.fit(x, Y, validation_data=new, epochs=epochs, batch_size=20, verbose=0, callbacks=callbacks)
    return model, history.history


@pytest.fixture(scope="module")
def overfitted():
    return fitted((64, 64), 150)[1]


def test_s2_3_a_model_that_cannot_say_it_underfits_on_both_sets_alike():
    """Without hidden units and without the input that matters, the labels cannot be told apart: near log 2 on both sets."""
    _, history = fitted((), 300, inputs=2)
    assert history["loss"][-1] > 0.9 * np.log(2)
    assert history["val_loss"][-1] > 0.9 * np.log(2)


def test_s2_3_too_large_a_model_overfits(overfitted):
    """It learns the wrong labels by heart, far below what can be known; on new samples the loss has turned and doubled."""
    loss, val = np.array(overfitted["loss"]), np.array(overfitted["val_loss"])
    assert loss[-1] < FLOOR / 10
    best = int(val.argmin())
    assert best < len(val) // 4
    assert FLOOR < val[best] < np.log(2)
    assert val[-1] > 2 * val[best]


@pytest.mark.parametrize("patience", [3, 10])
def test_s2_3_early_stopping_stops_by_patience_and_gives_back_the_best_weights(overfitted, patience):
    """By hand from the long run's curve: the first epoch after which ``patience`` epochs brought nothing lower."""
    val = overfitted["val_loss"]
    best, epoch = 0, 0
    while epoch - best < patience:
        epoch += 1
        if val[epoch] < val[best]:
            best = epoch
    stopping = EarlyStopping(patience=patience, restore_best_weights=True)
    model, history = fitted((64, 64), 150, stopping)
    assert history["val_loss"] == val[: epoch + 1]  # the same bits, and no further
    assert stopping.best_epoch == best
    assert model.evaluate(*NEW, verbose=0) == val[best]
    assert val[best] < val[-1] / 2


def test_s2_3_dropout_scales_while_training_and_leaves_inference_alone():
    x = np.ones((40000, UNITS), np.float32)
    layer = pl.layers.Dropout(0.25, seed=1)
    np.testing.assert_array_equal(layer(x).numpy(), x)
    np.testing.assert_array_equal(layer(x, training=False).numpy(), x)
    trained = layer(x, training=True).numpy()
    assert set(np.unique(trained)) == {0, np.float32(1 / 0.75)}
    # The mean of 160,000 values of deviation sqrt(1/3) lies within five deviations of the mean.
    assert abs(trained.mean() - 1) < 5 * np.sqrt(1 / 3 / trained.size)


def test_s2_3_dropout_is_an_ensemble_whose_mean_inference_gives():
    """Of a linear output over n units, the 2^n thinned networks, weighted by their probability: their mean is inference.

    Exactly so for one linear layer (Srivastava et al. 2014, section 7.5; Baldi and Sadowski 2013).
    """
    random = np.random.default_rng(0)
    rate = 0.4
    x, w = random.normal(size=(3, UNITS)), random.normal(size=(UNITS, 2))
    model = pl.Sequential([pl.Input((UNITS,)), pl.layers.Dropout(rate), pl.layers.Dense(2, use_bias=False)])
    model.set_weights([w])
    mean = np.zeros((3, 2))
    for kept in product((0, 1), repeat=UNITS):
        probability = (1 - rate) ** sum(kept) * rate ** (UNITS - sum(kept))
        mean += probability * (x * np.array(kept) / (1 - rate)) @ w
    np.testing.assert_allclose(model.predict(x), mean, rtol=1e-5, atol=1e-6)


def test_s2_3_each_training_pass_is_one_member_of_the_ensemble():
    """And their mean over many passes tends to inference: within five deviations of that mean."""
    random = np.random.default_rng(0)
    x, w = random.normal(size=(1, UNITS)).astype(np.float32), random.normal(size=(UNITS, 1))
    members = {np.float32(((x * np.array(kept) * 2) @ w).item()) for kept in product((0, 1), repeat=UNITS)}
    model = pl.Sequential([pl.Input((UNITS,)), pl.layers.Dropout(0.5, seed=3), pl.layers.Dense(1, use_bias=False)])
    model.set_weights([w])
    passes = model(np.repeat(x, 4000, axis=0), training=True).numpy().ravel()
    distance = np.abs(passes[:, None] - np.array(sorted(members))[None, :]).min(axis=1)
    assert distance.max() < 1e-5
    assert len(np.unique(passes.round(4))) == len(members)
    assert abs(passes.mean() - model.predict(x).item()) < 5 * passes.std() / np.sqrt(len(passes))
