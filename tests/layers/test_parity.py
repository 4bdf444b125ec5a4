"""The layers beside Keras': outputs, gradients and running means from the same weights."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
from scipy import stats

import pellucid as pl
from pellucid.autodiff import Parameter
from tests.support.keras_peer import import_keras

keras = import_keras()
jax = pytest.importorskip("jax", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

CASES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *[("Dense", {"units": 4, "activation": a}, (5, 3)) for a in (None, "relu", "tanh", "sigmoid", "softmax", "gelu")],
    ("Dense", {"units": 4, "use_bias": False}, (5, 3)),
    ("Dense", {"units": 4, "activation": "tanh"}, (2, 6, 3)),
    ("Activation", {"activation": "sigmoid"}, (5, 3)),
    ("ReLU", {}, (5, 3)),
    ("ReLU", {"max_value": 1.5, "negative_slope": 0.25, "threshold": 0.5}, (5, 3)),
    ("LeakyReLU", {}, (5, 3)),
    ("LeakyReLU", {"negative_slope": 0.1}, (5, 3)),
    ("ELU", {}, (5, 3)),
    ("ELU", {"alpha": 0.5}, (5, 3)),
    ("PReLU", {}, (5, 3)),
    ("PReLU", {"shared_axes": [1]}, (5, 3, 4)),
    ("Softmax", {}, (5, 3)),
    ("Softmax", {"axis": 1}, (2, 4, 3)),
    ("Flatten", {}, (3, 2, 4)),
    ("Rescaling", {"scale": 0.25, "offset": -0.5}, (5, 3)),
    ("BatchNormalization", {}, (6, 3)),
    ("BatchNormalization", {"axis": 1, "momentum": 0.5, "epsilon": 1e-2}, (4, 3, 5)),
    ("BatchNormalization", {"center": False}, (4, 2, 3)),
    ("BatchNormalization", {"scale": False}, (6, 3)),
    ("LayerNormalization", {}, (5, 3)),
    ("LayerNormalization", {"axis": 1, "epsilon": 1e-5}, (2, 4, 3)),
    ("LayerNormalization", {"axis": [1, 2], "center": False}, (2, 4, 3)),
    ("LayerNormalization", {"scale": False}, (2, 4, 3)),
    ("RMSNormalization", {}, (5, 3)),
    ("RMSNormalization", {"axis": 2}, (2, 4, 3)),  # of another axis than the last Keras 3.15 fails on JAX
    ("GroupNormalization", {"groups": 2}, (5, 6)),
    ("GroupNormalization", {"groups": 2}, (2, 3, 3, 4)),
    ("GroupNormalization", {"groups": -1, "axis": 1}, (2, 3, 3, 4)),
    ("UnitNormalization", {}, (5, 3)),
    ("UnitNormalization", {"axis": [1, 2]}, (2, 4, 3)),
    ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [4.0, 1.0, 0.25]}, (5, 3)),
    ("Normalization", {"axis": 1, "mean": [1.0, 2.0], "variance": [4.0, 1.0], "invert": True}, (5, 2, 3)),
    ("Normalization", {"axis": None, "mean": 1.0, "variance": 4.0}, (5, 3)),
    ("Reshape", {"target_shape": (3, 2)}, (5, 6)),
    ("Reshape", {"target_shape": (-1, 2)}, (5, 2, 3)),
    ("Permute", {"dims": (3, 1, 2)}, (5, 2, 3, 4)),
    ("RepeatVector", {"n": 3}, (5, 2)),
    ("Flatten", {"data_format": "channels_first"}, (2, 3, 2, 4)),
    ("Identity", {}, (5, 3)),
    ("Lambda", {"function": lambda x: x * 2 + x**2}, (5, 3)),
    ("ActivityRegularization", {"l1": 0.5}, (5, 3)),
    ("Conv2D", {"filters": 6, "kernel_size": 3, "groups": 2, "activation": "relu"}, (2, 7, 6, 4)),
    ("Conv2D", {"filters": 3, "kernel_size": (2, 3), "strides": (3, 2), "padding": "same"}, (2, 7, 6, 4)),
    ("Conv2D", {"filters": 3, "kernel_size": 2, "dilation_rate": (2, 3), "padding": "same", "use_bias": False}, (2, 5, 6, 4)),
    ("Conv1D", {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2, "activation": "tanh"}, (2, 7, 4)),
    ("Conv1D", {"filters": 3, "kernel_size": 2, "strides": 3, "padding": "same"}, (2, 7, 4)),
    ("DepthwiseConv2D", {"kernel_size": 3, "strides": 2, "depth_multiplier": 2}, (2, 7, 6, 3)),
    ("DepthwiseConv2D", {"kernel_size": 2, "padding": "same", "activation": "sigmoid"}, (2, 4, 5, 3)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "depth_multiplier": 2, "activation": "relu"}, (2, 5, 6, 3)),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 2, "padding": "same", "use_bias": False}, (2, 5, 6, 3)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same", "activation": "relu"}, (2, 4, 3, 2)),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": (2, 3), "strides": (3, 2)}, (2, 4, 3, 2)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 3, "strides": 2, "output_padding": 1}, (2, 4, 3, 2)),
    *[
        ("Conv2DTranspose", {"filters": 2, "kernel_size": k, "strides": 3, "output_padding": o, "padding": "same"}, (1, 4, 3, 2))
        for k in (2, 3, 5)
        for o in (0, 1, 2)
    ],
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": "same"}, (2, 4, 3, 2)),
    ("MaxPooling2D", {}, (2, 5, 4, 3)),
    ("MaxPooling2D", {"pool_size": (3, 2), "strides": 2, "padding": "same"}, (2, 5, 4, 3)),
    ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, (2, 6, 3)),
    ("AveragePooling2D", {"pool_size": 2}, (2, 5, 4, 3)),
    ("AveragePooling2D", {"pool_size": (3, 2), "strides": (2, 1), "padding": "same"}, (2, 5, 4, 3)),
    ("AveragePooling1D", {"pool_size": 2, "strides": 3}, (2, 8, 3)),
    ("GlobalMaxPooling2D", {}, (2, 5, 4, 3)),
    ("GlobalAveragePooling2D", {"keepdims": True}, (2, 5, 4, 3)),
    ("GlobalMaxPooling1D", {"keepdims": True}, (2, 5, 3)),
    ("GlobalAveragePooling1D", {}, (2, 5, 3)),
    ("ZeroPadding2D", {"padding": ((1, 2), (0, 3))}, (2, 3, 4, 2)),
    ("ZeroPadding2D", {"padding": (2, 1)}, (2, 3, 4, 2)),
    ("ZeroPadding1D", {"padding": (1, 2)}, (2, 3, 2)),
    ("Cropping2D", {"cropping": ((1, 0), (2, 1))}, (2, 3, 5, 2)),
    ("Cropping1D", {"cropping": 1}, (2, 3, 2)),
    ("UpSampling2D", {"size": (3, 2)}, (2, 3, 4, 2)),
    ("UpSampling2D", {"size": (3, 2), "interpolation": "bilinear"}, (2, 3, 4, 2)),
    ("UpSampling1D", {"size": 3}, (2, 3, 2)),
]


def pair(name: str, settings: dict[str, Any], x: np.ndarray) -> tuple[Any, Any]:
    """Our layer and Keras', built, with the same random weights."""
    ours, theirs = getattr(pl.layers, name)(**settings), getattr(keras.layers, name)(**settings)
    ours(x)
    theirs.build(x.shape)
    weights = [np.random.default_rng(i).uniform(0.5, 1.5, w.shape).astype("float32") for i, w in enumerate(ours.weights)]
    assert [w.shape for w in weights] == [tuple(w.shape) for w in theirs.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    return ours, theirs


MERGES: list[tuple[str, dict[str, Any], list[tuple[int, ...]]]] = [
    *[(name, {}, [(5, 3)] * 3) for name in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")],
    *[(name, {}, [(4, 3, 2), (4, 2)]) for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")],
    ("Subtract", {}, [(5, 3), (5, 1)]),
    ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 1, 4)]),
    ("Dot", {"axes": 1}, [(5, 3), (5, 3)]),
    ("Dot", {"axes": -1, "normalize": True}, [(5, 3), (5, 3)]),
    ("Dot", {"axes": 2}, [(2, 3, 4), (2, 5, 4)]),
    ("Dot", {"axes": (1, 2)}, [(2, 3, 4), (2, 5, 3)]),
    ("Dot", {"axes": (2, 1)}, [(2, 3, 4), (2, 4)]),
    ("Dot", {"axes": (3, 1), "normalize": True}, [(2, 3, 2, 4), (2, 4, 3)]),
]


@pytest.mark.parametrize(("name", "settings", "shapes"), MERGES)
def test_merging(name: str, settings: dict[str, Any], shapes: list[tuple[int, ...]]) -> None:
    arrays = [np.random.default_rng(i).normal(size=s).astype("float32") for i, s in enumerate(shapes)]
    leaves = [pl.tensor(a, requires_grad=True) for a in arrays]
    y = getattr(pl.layers, name)(**settings)(leaves)
    grad = np.random.default_rng(8).uniform(0.5, 1.5, y.shape).astype("float32")
    y.backward(grad)
    theirs = getattr(keras.layers, name)(**settings)
    expected, pull = jax.vjp(lambda *xs: theirs(list(xs)), *map(jax.numpy.asarray, arrays))
    np.testing.assert_allclose(y.numpy(), np.asarray(expected), rtol=1e-5, atol=1e-6)
    for leaf, right in zip(leaves, pull(jax.numpy.asarray(grad)), strict=True):
        np.testing.assert_allclose(leaf.grad, np.asarray(right), rtol=1e-5, atol=1e-5)
    function = getattr(pl.layers, name.lower())(arrays, **settings)
    np.testing.assert_allclose(function.numpy(), getattr(keras.layers, name.lower())(arrays, **settings), rtol=1e-5, atol=1e-6)


def test_embedding() -> None:
    ids, table = np.array([[1, 3, 1], [0, 3, 2]]), np.random.default_rng(0).normal(size=(4, 5)).astype("float32")
    ours = pl.layers.Embedding(4, 5, weights=table)
    theirs = keras.layers.Embedding(4, 5, weights=table)
    y = ours(ids)
    grad = np.random.default_rng(8).normal(size=y.shape).astype("float32")
    y.backward(grad)
    run = lambda w: theirs.stateless_call([w], [], ids)[0]  # noqa: E731
    expected, pull = jax.vjp(run, jax.numpy.asarray(table))
    np.testing.assert_array_equal(y.numpy(), np.asarray(expected))
    np.testing.assert_allclose(ours.embeddings.grad, np.asarray(pull(jax.numpy.asarray(grad))[0]), rtol=1e-5, atol=1e-6)


def test_normalization_adapts_to_the_same() -> None:
    data = np.random.default_rng(3).normal([1, -5, 0], [2, 10, 0.1], (200, 3)).astype("float32")
    ours, theirs = pl.layers.Normalization(), keras.layers.Normalization()
    ours.adapt(data)
    theirs.adapt(data)
    np.testing.assert_allclose(ours(data).numpy(), np.asarray(theirs(data)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["GaussianNoise", "GaussianDropout", "AlphaDropout", "Dropout"])
def test_noise_has_the_same_distribution(name: str) -> None:
    x = np.full((400, 250), 0.5, np.float32)
    ours = getattr(pl.layers, name)(0.25, seed=1)(x, training=True).numpy().ravel()
    theirs = np.asarray(getattr(keras.layers, name)(0.25, seed=1)(x, training=True)).ravel()
    assert abs(ours.mean() - theirs.mean()) < 6 * np.sqrt(2 / x.size) * ours.std()
    np.testing.assert_allclose(ours.std(), theirs.std(), rtol=0.02)
    if "Gaussian" in name:
        assert stats.ks_2samp(ours, theirs).pvalue > 0.001
    else:
        np.testing.assert_allclose(np.unique(ours), np.unique(theirs), rtol=1e-5)


@pytest.mark.parametrize("name", ["l1", "l2"])
def test_activity_regularizers_count_alike(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    ours, theirs = (module.layers.ReLU(activity_regularizer=name) for module in (pl, keras))
    ours(x)
    theirs(x)
    assert ours.losses[0].item() == pytest.approx(float(theirs.losses[0]), rel=1e-5)


# Arguments of Keras that are not here, and why; every other one is here, in the same place, with the same default.
ABSENT = {
    "sliding_window": "an attention_mask does the same",
    "flash_attention": "a switch of a backend",
    "use_gate": "gated attention",
    "lora_rank": "adapters of large models",
    "lora_alpha": "adapters of large models",
    "quantization_config": "inference on small integers",
    "renorm": "batch renormalization, and what belongs to it",
    "renorm_clipping": "batch renormalization, and what belongs to it",
    "renorm_momentum": "batch renormalization, and what belongs to it",
    "synchronized": "several machines",
    "mask": "masks come with sequences",
    "sparse": "sparse tensors",
    "ragged": "ragged tensors",
    "optional": "inputs that may be missing",
    "batch_shape": "Input takes batch_size",
    "input_tensor": "tensors of a backend",
}


def shared_layers() -> list[str]:
    own = [cls for cls in pl.layers.registry.classes() if cls.__module__.startswith("pellucid.")]
    return [cls.__name__ for cls in own if hasattr(keras.layers, cls.__name__) and cls is not pl.layers.InputLayer]


def arguments_of(cls: type) -> dict[str, Any]:
    named = inspect.signature(cls).parameters.values()
    return {p.name: p.default for p in named if p.kind is p.POSITIONAL_OR_KEYWORD}


def test_nearly_all_layers_have_a_name_of_keras() -> None:
    own = {cls.__name__ for cls in pl.layers.registry.classes() if cls.__module__.startswith("pellucid.")}
    hub = {"PositionEmbedding", "SinePositionEncoding", "TransformerBlock"}  # Keras Hub's, or like them
    historic = {"LocalResponseNormalization", "Subsampling2D", "TableConv2D"}  # of AlexNet and LeNet-5
    pooling = {"LpPooling1D", "LpPooling2D", "StochasticPooling2D"}  # PyTorch's, and a paper's
    assert own == {*shared_layers(), "InputLayer", *historic, *pooling, *hub}


# These hand settings on to their cell or to the layer that they wrap, so their own signature does not tell all.
HANDING_ON = {"Bidirectional", "GRU", "GRUCell", "LSTM", "LSTMCell", "SimpleRNN", "SimpleRNNCell"}


@pytest.mark.parametrize("name", sorted(HANDING_ON - {"Bidirectional"}))
def test_recurrent_layers_take_what_those_of_keras_take(name: str) -> None:
    theirs = arguments_of(getattr(keras.layers, name))
    left_out = {*ABSENT, "units", "seed", "use_cudnn"}
    settings = {argument: default for argument, default in theirs.items() if argument not in left_out}
    getattr(pl.layers, name)(units=3, **settings)
    for argument, default in arguments_of(getattr(pl.layers, name)).items():
        assert argument == "units" or default == theirs[argument], f"{name}: {argument}={default!r}"


@pytest.mark.parametrize("name", sorted(set(shared_layers()) - HANDING_ON))
def test_arguments_and_defaults(name: str) -> None:
    ours, theirs = (arguments_of(getattr(module.layers, name)) for module in (pl, keras))
    expected = [argument for argument in theirs if argument not in ABSENT]
    assert list(ours) == expected
    for argument in expected:
        default, right = (d.lower() if isinstance(d, str) else d for d in (ours[argument], theirs[argument]))
        assert default == right or (default is right is inspect.Parameter.empty), f"{name}: {argument}={default!r}, not {right!r}"


@pytest.mark.parametrize(("name", "settings", "shape"), CASES)
@pytest.mark.parametrize("training", [False, True])
def test_outputs_and_gradients(name: str, settings: dict[str, Any], shape: tuple[int, ...], training: bool) -> None:
    x = np.random.default_rng(7).normal(size=shape).astype("float32")
    ours, theirs = pair(name, settings, x)

    leaf = pl.tensor(x, requires_grad=True)
    y = ours(leaf, training=training)
    grad = np.random.default_rng(8).uniform(0.5, 1.5, y.shape).astype("float32")
    y.backward(grad)

    trainable = [v.value for v in theirs.trainable_variables]
    state = [v.value for v in theirs.non_trainable_variables]
    takes = {"training": training} if name == "BatchNormalization" else {}

    def run(inputs: Any, variables: Any) -> Any:
        return theirs.stateless_call(variables, state, inputs, **takes)

    (expected, new_state), pull = jax.vjp(run, jax.numpy.asarray(x), trainable)
    dx, dw = pull((jax.numpy.asarray(grad), [jax.numpy.zeros_like(s) for s in new_state]))

    np.testing.assert_allclose(y.numpy(), np.asarray(expected), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(leaf.grad, np.asarray(dx), rtol=1e-5, atol=1e-5)
    parameters: list[Parameter] = ours.trainable_weights
    for parameter, theirs_d in zip(parameters, dw, strict=True):
        np.testing.assert_allclose(parameter.grad, np.asarray(theirs_d), rtol=1e-5, atol=1e-5, err_msg=parameter.name)
    for parameter, theirs_s in zip(ours.non_trainable_weights, new_state, strict=True):
        np.testing.assert_allclose(parameter.numpy(), np.asarray(theirs_s), rtol=1e-5, atol=1e-6, err_msg=parameter.name)
