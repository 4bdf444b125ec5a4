"""Weights in and out, counts, and the summary."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import NotBuiltError, ShapeError
from pellucid.layers import BatchNormalization, Dense
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters()


def test_get_weights_are_copies_in_keras_order() -> None:
    model = pl.Sequential([pl.Input((4,)), Dense(3), BatchNormalization()])
    weights = model.get_weights()
    assert [w.shape for w in weights] == [(4, 3), (3,), (3,), (3,), (3,), (3,)]
    for w in weights:
        w += 1
    assert (model.get_weights()[0] != weights[0]).all()


@pytest.mark.parametrize("trained", [False, True])
def test_set_weights_round_trip(trained: bool) -> None:
    model = classifier(normalize=True)
    if trained:
        model.fit(X, Y, verbose=0)
    rng = np.random.default_rng(0)
    new = [rng.uniform(0.5, 1, w.shape).astype(np.float32) for w in model.get_weights()]
    model.set_weights(new)
    assert_same_bits(model.get_weights(), new)
    k0, b0, gamma, beta, mean, variance, k1, b1 = new
    h = (np.tanh(X @ k0 + b0) - mean) / np.sqrt(variance + 1e-3) * gamma + beta
    np.testing.assert_allclose(model.predict(X), h @ k1 + b1, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: w[:-1], "4 arrays of weights are needed. Received 3"),
        (lambda w: [*w, w[0]], "4 arrays.*Received 5"),
        (lambda w: [w[0] + 1, w[1], w[2].T, w[3]], r"shape must be \(8, 3\). Received \(3, 8\)"),
    ],
)
def test_set_weights_changes_all_or_nothing(change, words) -> None:
    model = classifier()
    before = model.get_weights()
    with pytest.raises(ShapeError, match=words):
        model.set_weights(change(model.get_weights()))
    assert_same_bits(before, model.get_weights())


def test_a_shared_layer_counts_once() -> None:
    x = pl.Input((4,))
    layer = Dense(4)
    model = pl.Model(x, layer(layer(x)))
    assert model.count_params() == 20
    assert len(model.get_weights()) == 2


def test_summary_says_what_every_layer_gives_and_takes() -> None:
    model = classifier(normalize=True)
    model.layers[0].trainable = False
    texts: list[str] = []
    model.summary(print_fn=texts.append)
    (text,) = texts
    lines = [line.split("  ") for line in text.splitlines()]
    for words in ("4 x 8 + 8 = 40", "8 x 3 + 3 = 27", "8 + 8 + 8 + 8 = 32", "(None, 8)", "(None, 3)"):
        assert words in text
    assert lines[-1][0] == "99 parameters (396 bytes): 43 trained, 56 not trained"


def test_summary_of_what_is_not_built_and_of_nested_models(capsys) -> None:
    pl.Sequential([Dense(2, name="hidden")]).summary()
    assert "not built" in capsys.readouterr().out
    inner = pl.Sequential([Dense(2, name="deep")], name="inner")
    pl.Sequential([pl.Input((3,)), inner]).summary()
    out = capsys.readouterr().out
    assert out.index("inner") < out.index("deep")
    assert "8 parameters" in out


def test_asking_too_early() -> None:
    model = pl.Sequential([Dense(2)])
    for ask, words in (
        (lambda: model.count_params(), "input shape"),
        (lambda: model.optimizer, "compile"),
        (lambda: model.metrics_names, "compiled"),
        (lambda: model.inputs, "input's shape is known"),
        (lambda: model.fit(X, Y, verbose=0), "compile"),
        (lambda: model.evaluate(X, Y, verbose=0), "compile"),
        (lambda: model.train_on_batch(X, Y), "compile"),
    ):
        with pytest.raises(NotBuiltError, match=words):
            ask()
