"""Attention beside Keras' and PyTorch's: outputs, scores and all gradients from the same weights, with every kind of mask."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import pellucid as pl
from tests.support.keras_peer import import_keras

keras = import_keras()
jax = pytest.importorskip("jax", reason="needs the extra 'parity'")
torch = pytest.importorskip("torch", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

Array = npt.NDArray[Any]
RNG = np.random.default_rng(4)
QUERY, VALUE, KEY = (RNG.normal(size=s).astype("float32") for s in ((3, 4, 5), (3, 6, 7), (3, 6, 5)))
QUERY_MASK = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]], bool)
VALUE_MASK = np.array([[1, 1, 1, 0, 1, 0], [1, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]], bool)
PAIRS = RNG.uniform(size=(3, 4, 6)) > 0.4
PAIRS[:, :, 0] = True  # each query sees a key, as of those that see none the libraries make different things


def outputs_and_gradients(ours: Any, theirs: Any, arrays: list[Array], call: dict[str, Any], as_list: bool = False) -> None:
    """Hold ``ours(*arrays, **call)`` to ``theirs``, with all gradients; where a query is masked its output is left out."""
    leaves = [pl.tensor(a, requires_grad=True) for a in arrays]
    y = ours(leaves, **call) if as_list else ours(*leaves, **call)
    theirs(arrays, **call) if as_list else theirs(*arrays, **call)
    weights = [np.random.default_rng(i).normal(size=w.shape).astype("float32") / 2 for i, w in enumerate(ours.weights)]
    assert [w.shape for w in weights] == [tuple(w.shape) for w in theirs.weights]
    ours.set_weights(weights)
    y = ours(leaves, **call) if as_list else ours(*leaves, **call)
    grad = np.random.default_rng(8).normal(size=y.shape).astype("float32")
    mask = call.get("query_mask") if not as_list else (call.get("mask") or [None])[0]
    if mask is not None:
        grad *= mask[:, :, None]
    y.backward(grad)

    def run(inputs: Any, variables: Any) -> Any:
        given = (inputs,) if as_list else tuple(inputs)
        return theirs.stateless_call(variables, [v.value for v in theirs.non_trainable_variables], *given, **call)[0]

    expected, pull = jax.vjp(run, [jax.numpy.asarray(a) for a in arrays], [jax.numpy.asarray(w) for w in weights])
    there = np.ones(y.shape[:2], bool) if mask is None else mask
    np.testing.assert_allclose(y.numpy()[there], np.asarray(expected)[there], rtol=2e-5, atol=2e-5)
    dx, dw = pull(jax.numpy.asarray(grad))
    for leaf, right in zip(leaves, dx, strict=True):
        np.testing.assert_allclose(leaf.grad, np.asarray(right), rtol=2e-5, atol=2e-5)
    for parameter, right in zip(ours.weights, dw, strict=True):
        np.testing.assert_allclose(parameter.grad, np.asarray(right), rtol=2e-5, atol=3e-5, err_msg=parameter.name)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("Attention", {}),
        ("Attention", {"use_scale": True}),
        ("Attention", {"score_mode": "concat"}),
        ("Attention", {"score_mode": "concat", "use_scale": True}),
        ("AdditiveAttention", {}),
        ("AdditiveAttention", {"use_scale": False}),
    ],
)
@pytest.mark.parametrize("masks", [None, [None, VALUE_MASK], [QUERY_MASK, None], [QUERY_MASK, VALUE_MASK]])
@pytest.mark.parametrize("causal", [False, True])
def test_attention(name: str, settings: dict[str, Any], masks: Any, causal: bool) -> None:
    ours, theirs = (getattr(module.layers, name)(**settings) for module in (pl, keras))
    call = {"mask": masks, "use_causal_mask": causal}
    for arrays in ([QUERY, VALUE, KEY], [QUERY, KEY]):
        outputs_and_gradients(ours, theirs, arrays, call, as_list=True)
        ours, theirs = (getattr(module.layers, name)(**settings) for module in (pl, keras))


@pytest.mark.parametrize(
    "settings",
    [
        {"num_heads": 2, "key_dim": 3},
        {"num_heads": 3, "key_dim": 2, "value_dim": 4, "output_shape": 6},
        {"num_heads": 1, "key_dim": 4, "use_bias": False},
    ],
)
@pytest.mark.parametrize("masks", ["", "q", "v", "p", "qvp"])
@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_attention(settings: dict[str, Any], masks: str, causal: bool) -> None:
    call: dict[str, Any] = {"use_causal_mask": causal}
    call |= {"query_mask": QUERY_MASK} if "q" in masks else {}
    call |= {"value_mask": VALUE_MASK} if "v" in masks else {}
    call |= {"attention_mask": PAIRS} if "p" in masks else {}
    for arrays in ([QUERY, VALUE, KEY], [QUERY, VALUE]):
        ours = pl.layers.MultiHeadAttention(**settings)
        # Without dropout Keras 3.15 fails on JAX where values are not as long as keys; outside of training it drops nothing.
        theirs = keras.layers.MultiHeadAttention(**settings, dropout=0.1 if "value_dim" in settings else 0.0)
        outputs_and_gradients(ours, theirs, arrays, call)


@pytest.mark.parametrize("causal", [False, True])
def test_scores(causal: bool) -> None:
    ours, theirs = (module.layers.MultiHeadAttention(2, 3) for module in (pl, keras))
    call = {"use_causal_mask": causal, "value_mask": VALUE_MASK, "return_attention_scores": True}
    ours(QUERY, VALUE)
    theirs(QUERY, VALUE)
    theirs.set_weights(ours.get_weights())
    for found, expected in zip(ours(QUERY, VALUE, **call), theirs(QUERY, VALUE, **call), strict=True):
        np.testing.assert_allclose(found.numpy(), np.asarray(expected), rtol=1e-5, atol=1e-6)
    simple = {"mask": [None, VALUE_MASK], "use_causal_mask": causal, "return_attention_scores": True}
    for found, expected in zip(
        pl.layers.Attention()([QUERY, KEY], **simple), keras.layers.Attention()([QUERY, KEY], **simple), strict=True
    ):
        np.testing.assert_allclose(found.numpy(), np.asarray(expected), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("heads", "causal", "masked"), [*itertools.product((1, 3), (False, True), (False, True))])
def test_the_operation_beside_pytorch(heads: int, causal: bool, masked: bool) -> None:
    shapes = ((2, 5, 4 * heads), (2, 7, 4 * heads), (2, 7, 3 * heads))
    arrays = [np.random.default_rng(i).normal(size=s).astype("float32") for i, s in enumerate(shapes)]
    visible = np.random.default_rng(5).uniform(size=(2, 5, 7)) > 0.4
    visible[:, :, 0] = True
    leaves = [pl.tensor(a, requires_grad=True) for a in arrays]
    y = pl.ops.scaled_dot_product_attention(*leaves, heads=heads, mask=visible if masked else None, is_causal=causal)
    grad = np.random.default_rng(9).normal(size=y.shape).astype("float32")
    y.backward(grad)
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    q, k, v = (t.reshape(2, t.shape[1], heads, -1).transpose(1, 2) for t in theirs)
    mask = torch.tensor(visible)[:, None] if masked else torch.ones(1, 1, 5, 7, dtype=torch.bool)
    mask = mask & torch.ones(5, 7, dtype=torch.bool).tril() if causal else mask
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    expected = expected.transpose(1, 2).reshape(2, 5, -1)
    expected.backward(torch.tensor(grad))
    np.testing.assert_allclose(y.numpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    for ours, right in zip(leaves, theirs, strict=True):
        np.testing.assert_allclose(ours.grad, right.grad.numpy(), rtol=1e-5, atol=1e-5)
