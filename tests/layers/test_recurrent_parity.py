"""Recurrent layers beside PyTorch and Keras: outputs, states, and all gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pellucid import layers
from pellucid.autodiff import Tensor, tensor
from tests.support.keras_peer import import_keras

pytestmark = pytest.mark.parity

Array = npt.NDArray[Any]
KINDS = (layers.SimpleRNN, layers.LSTM, layers.GRU)
every = pytest.mark.parametrize("kind", KINDS, ids=lambda c: c.__name__)
BATCH, TIME, FEATURES, UNITS = 4, 7, 3, 5


def normal(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def near(found: Any, expected: Any, what: str) -> None:
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-4, atol=1e-5, err_msg=f"{what}: ours, theirs")


# --- PyTorch ----------------------------------------------------------------------------------------------------------------


def as_torch(kind: Any, weights: list[Array]) -> list[Array]:
    """Kernel, recurrent kernel and bias in PyTorch's order: transposed, r before z, a bias of the state."""
    w, u, b = weights
    if kind is layers.GRU:
        z, r, n = np.split(np.arange(3 * UNITS), 3)
        order = np.concatenate([r, z, n])
        return [w[:, order].T, u[:, order].T, b[0, order], b[1, order]]
    return [w.T, u.T, b, np.zeros_like(b)]


@every
@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("both_ways", [False, True])
def test_stacks_beside_pytorch(kind: Any, depth: int, both_ways: bool) -> None:
    torch = pytest.importorskip("torch", reason="needs the extra 'parity'")
    theirs = {layers.SimpleRNN: torch.nn.RNN, layers.LSTM: torch.nn.LSTM, layers.GRU: torch.nn.GRU}[kind](
        FEATURES, UNITS, depth, batch_first=True, bidirectional=both_ways
    )
    count = 2 if kind is layers.LSTM else 1
    ways = 2 if both_ways else 1
    x = normal(BATCH, TIME, FEATURES)
    first = [normal(depth * ways, BATCH, UNITS, seed=5 + i) for i in range(count)]
    stack: list[Any] = []
    for _ in range(depth):
        layer = kind(UNITS, return_sequences=True, return_state=True, bias_initializer="random_normal")
        stack.append(layers.Bidirectional(layer) if both_ways else layer)
    # ours
    leaves = [tensor(x, requires_grad=True), *(tensor(s, requires_grad=True) for s in first)]
    y: Tensor = leaves[0]
    last: list[list[Tensor]] = [[] for _ in range(count)]
    for level, layer in enumerate(stack):
        given = [leaf[level * ways + way] for way in range(ways) for leaf in leaves[1:]]
        y, *states = layer(y, initial_state=given)
        for i, state in enumerate(states):
            last[i % count].append(state)
    # theirs
    singles = [single for layer in stack for single in ([layer.forward_layer, layer.backward_layer] if both_ways else [layer])]
    named = dict(theirs.named_parameters())
    with torch.no_grad():
        for number, single in enumerate(singles):
            suffix = f"l{number // ways}" + ("_reverse" if number % ways else "")
            kinds = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            for name, value in zip(kinds, as_torch(kind, single.get_weights()), strict=True):
                named[f"{name}_{suffix}"].copy_(torch.tensor(value))
    their_leaves = [torch.tensor(a, requires_grad=True) for a in (x, *first)]
    their_y, their_last = theirs(their_leaves[0], their_leaves[1] if count == 1 else tuple(their_leaves[1:]))
    near(y.numpy(), their_y.detach(), "output")
    their_states = [their_last] if count == 1 else list(their_last)
    for ours, others in zip(last, their_states, strict=True):
        near(np.stack([s.numpy() for s in ours]), others.detach(), "states")
    # gradients of a loss of outputs and last states
    seeds = [normal(*their_y.shape, seed=8), *(normal(depth * ways, BATCH, UNITS, seed=9 + i) for i in range(count))]
    loss = (y * seeds[0]).sum()
    their_loss = (their_y * torch.tensor(seeds[0])).sum()
    for i in range(count):
        for number, state in enumerate(last[i]):
            loss = loss + (state * seeds[1 + i][number]).sum()
        their_loss = their_loss + (their_states[i] * torch.tensor(seeds[1 + i])).sum()
    loss.backward()
    their_loss.backward()
    for ours, others in zip(leaves, their_leaves, strict=True):
        near(ours.grad, others.grad, "gradient of an input")
    for number, single in enumerate(singles):
        suffix = f"l{number // ways}" + ("_reverse" if number % ways else "")
        grads = as_torch(kind, [w.grad for w in single.trainable_weights])
        for name, found in zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"), grads, strict=True):
            if name != "bias_hh" or kind is layers.GRU:  # the others have one bias
                near(found, named[f"{name}_{suffix}"].grad, f"gradient of {name}_{suffix}")


# --- Keras ------------------------------------------------------------------------------------------------------------------

SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "backwards": {"go_backwards": True},
    "masked": {"masked": True},
    "masked backwards": {"masked": True, "go_backwards": True},
    "initial states": {"given": True},
    "masked, initial states": {"masked": True, "given": True},
    "last only": {"return_sequences": False, "masked": True},
    "no bias": {"use_bias": False},
    "other activations": {"activation": "softsign"},
    "both ways": {"both_ways": True, "masked": True},
    "reset before": {"reset_after": False, "masked": True},
    "hard gates": {"recurrent_activation": "hard_sigmoid"},
}


@every
@pytest.mark.parametrize("label", SETTINGS)
def test_layers_beside_keras(kind: Any, label: str) -> None:
    keras = import_keras()
    import jax

    settings = dict(SETTINGS[label])
    masked, given, both_ways = (settings.pop(k, False) for k in ("masked", "given", "both_ways"))
    if ("reset_after" in settings and kind is not layers.GRU) or (
        "recurrent_activation" in settings and kind is layers.SimpleRNN
    ):
        pytest.skip("another cell's setting")
    settings = {"return_sequences": True, "return_state": True, "recurrent_initializer": "glorot_uniform", **settings}
    ours = kind(UNITS, **settings)
    theirs = getattr(keras.layers, kind.__name__)(UNITS, **settings)
    if both_ways:
        ours, theirs = layers.Bidirectional(ours), keras.layers.Bidirectional(theirs)
    count = (2 if kind is layers.LSTM else 1) * (2 if both_ways else 1)
    x = normal(BATCH, TIME, FEATURES)
    mask = np.random.default_rng(3).uniform(size=(BATCH, TIME)) > 0.4
    if masked:
        mask[0], mask[1] = False, True
    states = [normal(BATCH, UNITS, seed=5 + i) for i in range(count)] if given else []
    theirs.build(x.shape)
    ours(x)
    values = [normal(*w.shape, seed=20 + i) for i, w in enumerate(ours.weights)]
    ours.set_weights(values)
    theirs.set_weights(values)

    leaves = [tensor(a, requires_grad=True) for a in (x, *states)]
    more = {"mask": mask if masked else None}
    outputs = ours(leaves[0], initial_state=leaves[1:] or None, **more)
    seeds = [normal(*o.shape, seed=30 + i) for i, o in enumerate(outputs)]

    def loss(weights: Any, inputs: Any) -> Any:
        results, _ = theirs.stateless_call(weights, frozen, inputs[0], initial_state=inputs[1:] or None, **more)
        return sum((r * s).sum() for r, s in zip(results, seeds, strict=True)), results

    frozen = [v.value for v in theirs.non_trainable_variables]
    arrays = [v.value for v in theirs.trainable_variables]
    (_, results), (weight_grads, input_grads) = jax.value_and_grad(loss, (0, 1), has_aux=True)(arrays, [x, *states])
    for index, (found, expected) in enumerate(zip(outputs, results, strict=True)):
        near(found.numpy(), expected, f"output {index}")
    total = tensor(0.0)
    for output, seed in zip(outputs, seeds, strict=True):
        total = total + (output * seed).sum()
    total.backward()
    for leaf, grad in zip(leaves, input_grads, strict=True):
        near(leaf.grad, grad, "gradient of an input")
    for weight, grad in zip(ours.trainable_weights, weight_grads, strict=True):
        near(weight.grad, grad, f"gradient of {weight.name}")


def test_defaults_are_those_of_keras() -> None:
    keras = import_keras()
    for kind in KINDS:
        theirs = getattr(keras.layers, kind.__name__)(4).get_config()
        ours = kind(4).get_config()
        same = ("units", "activation", "use_bias", "dropout", "recurrent_dropout", "return_sequences", "return_state", "stateful")
        for name in (*same, "go_backwards", "unroll", "recurrent_activation", "unit_forget_bias", "reset_after"):
            assert ours.get(name) == theirs.get(name), f"{kind.__name__}: {name}"
        for name in ("kernel_initializer", "recurrent_initializer", "bias_initializer"):
            assert ours[name]["class_name"] == theirs[name]["class_name"]
