"""Receptive fields against what a unit's gradient reaches, with positive weights and inputs that saturate nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers as L
from pellucid.errors import ArgumentError, IndexRangeError, NotBuiltError
from pellucid.lens import receptive_field_of, receptive_fields
from pellucid.lens.layer_calls import computed_calls
from pellucid.networks import lenet5, outline, vgg16

Box = tuple[tuple[int, ...], tuple[int, ...]] | None


def reached(model: Any, call_name: str, unit: tuple[int, ...]) -> Box:
    """The least box of the input that the gradient of a unit, all channels added, reaches."""
    for number, parameter in enumerate(model.weights):
        parameter.assign(np.abs(parameter.array) + np.random.default_rng(number).uniform(0.1, 0.5, parameter.shape))
    shape = model._input_shapes()[0][1:]
    box: Box = None
    maxima = any(isinstance(layer, L.MaxPooling1D | L.MaxPooling2D) for layer in model.layers)
    for seed in range(12 if maxima else 1):  # a maximum's gradient reaches one place alone, so several images are needed
        x = np.random.default_rng(seed).uniform(0.1, 1.0, (1, *shape)).astype(np.float32)
        calls = {call.name: call for call in computed_calls(model, x)}
        y = calls[call_name].outputs[0]
        (y[(0, *unit)] if y.ndim == len(unit) + 2 else y).sum().backward()
        grad = calls[model.layers[0].name].inputs[0].grad
        assert grad is not None
        places = np.argwhere(np.abs(grad[0]).reshape(*shape[: len(unit)], -1).sum(axis=-1) > 0)
        if len(places):
            first, last = places.min(axis=0), places.max(axis=0)
            if box is not None:
                first, last = np.minimum(first, box[0]), np.maximum(last, box[1])
            box = tuple(first.tolist()), tuple(last.tolist())
    return box


def stack(*layers: Any, shape: tuple[int, ...] = (13, 11, 2)) -> Any:
    return pl.Sequential([L.InputLayer(shape), *layers])


def branches() -> Any:
    x = pl.Input((12, 12, 2))
    y = L.Conv2D(3, 3, strides=2, padding="same", activation="relu", name="stem")(L.Identity(name="first")(x))
    z = L.Conv2D(3, 3, padding="same", name="deep_1")(y)
    z = L.Conv2D(3, 3, padding="same", name="deep_2")(L.BatchNormalization()(z))
    z = L.Add(name="sum")([y, z])
    up = L.UpSampling2D(2, name="up")(z)
    both = L.Concatenate(name="both")([up, L.Conv2D(2, 5, padding="same", name="wide")(x)])
    return pl.Model(x, L.Conv2D(2, 2, name="end")(both))


def gated() -> Any:
    """Squeeze and excitation: a gate that sees everything times places that see little."""
    x = pl.Input((8, 8, 2))
    y = L.Conv2D(3, 3, name="local")(L.Identity(name="first")(x))
    gate = L.Dense(3, activation="relu")(L.GlobalAveragePooling2D(keepdims=True)(y))
    return pl.Model(x, L.Multiply(name="gated")([y, gate]))


NETWORKS = {
    "windows": lambda: stack(L.Conv2D(3, (3, 2), strides=(2, 1)), L.MaxPooling2D(2), L.Conv2D(2, 2, dilation_rate=2)),
    "same": lambda: stack(L.Conv2D(3, 4, strides=2, padding="same"), L.AveragePooling2D(3, strides=1, padding="same")),
    "borders": lambda: stack(L.ZeroPadding2D(((2, 0), (1, 3))), L.Conv2D(2, 3), L.Cropping2D(((1, 2), (0, 1))), L.Conv2D(2, 3)),
    "padded twice": lambda: stack(L.Cropping2D(2), L.ZeroPadding2D(3), L.Conv2D(2, 3)),
    "transposed": lambda: stack(L.Conv2D(2, 3, strides=3), L.Conv2DTranspose(2, 3, strides=2), L.Conv2D(2, 2)),
    "transposed, same": lambda: stack(L.Conv2DTranspose(2, 4, strides=2, padding="same"), L.Conv2D(2, 3, strides=2)),
    "gaps": lambda: stack(L.Conv2DTranspose(2, 2, strides=3, use_bias=False)),
    "nearest": lambda: stack(L.UpSampling2D((2, 3)), L.Conv2D(2, 3, strides=2), shape=(5, 6, 1)),
    "bilinear": lambda: stack(L.UpSampling2D(3, interpolation="bilinear"), L.Conv2D(2, 2), shape=(5, 6, 1)),
    "separable": lambda: stack(L.SeparableConv2D(3, 3), L.DepthwiseConv2D(3, strides=2), L.SpatialDropout2D(0.5)),
    "normalised": lambda: stack(L.Conv2D(4, 3), L.BatchNormalization(), L.LayerNormalization(), L.PReLU(), L.Conv2D(2, 3)),
    "whole": lambda: stack(L.Conv2D(3, 3, strides=2), L.GlobalAveragePooling2D(), L.Dense(2), shape=(8, 8, 1)),
    "lines": lambda: stack(L.Conv1D(3, 3, padding="causal", dilation_rate=2), L.MaxPooling1D(2), L.Dense(2), shape=(17, 2)),
    "branches": branches,
    "gated": gated,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_what_the_gradient_reaches(name: str) -> None:
    model = NETWORKS[name]()
    fields = receptive_fields(model)
    calls = {call.name: call for call in computed_calls(model, np.zeros((1, *model._input_shapes()[0][1:]), np.float32))}
    assert set(calls) == set(fields)
    for layer, field in fields.items():
        axes = len(field.size)
        sizes = calls[layer].outputs[0].shape[1 : 1 + axes]
        has_places = calls[layer].outputs[0].ndim == axes + 2
        units = {(0,) * axes, tuple(n - 1 for n in sizes), tuple(n // 2 for n in sizes)} if has_places else {(0,) * axes}
        for unit in units:
            found = receptive_field_of(model, layer, unit)
            expected = reached(model, layer, unit)
            assert (found.seen_first, found.seen_last) == (expected or (None, None)), (layer, unit)


def drawn(random: np.random.Generator) -> Any:
    """A stack of four layers with settings by chance; None where a window does not fit."""

    def numbers(most: int) -> tuple[int, int]:
        return int(random.integers(1, most + 1)), int(random.integers(1, most + 1))

    def padding() -> str:
        return str(random.choice(["valid", "same"]))

    kinds: list[Callable[[], Any]] = [
        lambda: L.Conv2D(2, numbers(4), strides=numbers(3), padding=padding()),
        lambda: L.Conv2D(2, numbers(3), dilation_rate=numbers(2), padding=padding()),
        lambda: L.AveragePooling2D(numbers(3), strides=numbers(3), padding=padding()),
        lambda: L.Conv2DTranspose(2, numbers(3), strides=numbers(3), padding=padding()),
        lambda: L.UpSampling2D(numbers(3), interpolation=str(random.choice(["nearest", "bilinear"]))),
        lambda: L.ZeroPadding2D((numbers(3), numbers(3))),
        lambda: L.Cropping2D((numbers(2), numbers(2))),
    ]
    try:
        return stack(*(kinds[random.integers(len(kinds))]() for _ in range(4)), shape=(9, 8, 1))
    except ArgumentError:
        return None


def test_so_it_is_for_stacks_by_chance() -> None:
    random = np.random.default_rng(0)
    checked = 0
    while checked < 40:
        model = drawn(random)
        if model is None:
            continue
        checked += 1
        last = model.layers[-1].name
        sizes = model.infer_outputs(pl.autodiff.Spec((1, 9, 8, 1), "float32")).shape[1:3]
        unit = (int(random.integers(sizes[0])), int(random.integers(sizes[1])))
        found = receptive_field_of(model, last, unit)
        expected = reached(model, last, unit)
        assert (found.seen_first, found.seen_last) == (expected or (None, None)), [layer.get_config() for layer in model.layers]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_field_is_the_rectangle_of_unit_0_and_moves_on_by_its_stride(name: str) -> None:
    model = NETWORKS[name]()
    for layer, field in receptive_fields(model).items():
        unit = receptive_field_of(model, layer, (0,) * len(field.size))
        if unit.first[0] <= unit.last[0]:
            assert unit.first == field.start
        assert all(last - first < size for first, last, size in zip(unit.first, unit.last, field.size, strict=True))


def test_units_far_from_the_border_see_the_field_as_it_is() -> None:
    model = stack(L.Conv2D(2, 3), L.MaxPooling2D(2), L.Conv2D(2, 3, name="last"), shape=(40, 40, 1))
    assert (field := receptive_fields(model)["last"]).size == (8, 8)  # 3, then + 1, then + 2 * 2
    assert (field.stride, field.start) == ((2, 2), (0, 0))
    unit = receptive_field_of(model, "last", (3, -1))
    assert (unit.first, unit.last) == ((6, 32), (13, 39))
    assert (unit.seen_first, unit.seen_last) == (unit.first, unit.last)


def test_the_image_s_height_and_width_are_followed_where_axes_change_places() -> None:
    model = stack(L.Permute((2, 1, 3)), L.Conv2D(2, (3, 1), name="conv"))
    assert receptive_fields(model)["conv"].size == (1, 3)
    assert receptive_field_of(model, "conv", (12, 8)).last == (12, 10)


def test_published_numbers() -> None:
    """Araujo, Norris and Sim 2019: VGG-16 sees 212 x 212 after its last pooling, with a stride of 32."""
    fields = receptive_fields(outline(vgg16))
    assert (fields["pooling_5"].size, fields["pooling_5"].stride) == ((212, 212), (32, 32))
    assert receptive_fields(lenet5())["C5"].size == (32, 32)  # LeCun et al. 1998: C5's maps are 1 x 1, so it sees all of 32 x 32


def test_inner_layers_go_by_their_path_and_second_calls_by_number() -> None:
    block = pl.Sequential([L.Conv2D(2, 3, name="conv"), L.ReLU(name="relu")], name="block")
    twice = L.Conv2D(2, 3, name="twice")
    x = pl.Input((12, 12, 2))
    fields = receptive_fields(pl.Model(x, twice(twice(block(x)))))
    assert list(fields) == ["block/conv", "block/relu", "block", "twice", "twice#2"]
    assert [field.size for field in fields.values()] == [(3, 3), (3, 3), (3, 3), (5, 5), (7, 7)]


def test_an_operation_of_one_s_own_is_asked_what_it_looks_at() -> None:
    class Cube(pl.Op):
        def infer(self, x: Any) -> Any:
            return x

        def forward(self, xp: Any, x: Any) -> Any:
            return x**3

    class Turned(Cube):
        def forward(self, xp: Any, x: Any) -> Any:
            return x[:, ::-1]

    class Own(L.Layer):
        def call(self, inputs: Any) -> Any:
            return Cube()(inputs)

    class Upside(L.Layer):
        def call(self, inputs: Any) -> Any:
            return Turned()(inputs)

    fields = receptive_fields(stack(L.Conv2D(2, 3), Own(name="own"), Upside(name="upside"), shape=(9, 9, 1)))
    assert fields["own"].size == (3, 3)
    assert fields["upside"].size == (9, 3)  # rows are exchanged, columns are not


def test_images_without_an_axis_of_channels_and_flat_ones() -> None:
    grey = stack(L.Rescaling(0.1), L.Reshape((8, 8, 1)), L.Conv2D(2, 3, name="conv"), shape=(8, 8))
    assert receptive_fields(grey)["conv"].size == (3, 3)
    flat = stack(L.Reshape((8, 8, 1)), L.Conv2D(2, 3, name="conv"), shape=(64,))
    assert receptive_fields(flat)["conv"].size == (3, 3)
    assert receptive_fields(stack(L.Flatten(), L.Dense(3), shape=(8, 8))) == {}
    assert receptive_fields(stack(L.Dense(3), shape=(8,))) == {}


def test_sequences_of_vectors_and_of_words() -> None:
    words = pl.Sequential([pl.Input((12,), dtype="int64"), L.Embedding(50, 8), L.Conv1D(4, 3, name="conv")])
    assert receptive_fields(words)["conv"].size == (3,)
    remembers = stack(L.LSTM(4, return_sequences=True), L.Conv1D(2, 3, name="conv"), shape=(12, 5))
    assert receptive_fields(remembers)["conv"].size == (12,)  # a state may hold all that came before
    assert receptive_fields(stack(L.LSTM(4), shape=(12, 5))) == {}


def test_what_is_not_there_is_refused() -> None:
    model = stack(L.Conv2D(2, 3, name="conv"))
    with pytest.raises(ArgumentError, match=r"layer: 'cnov' is not known. Did you mean 'conv'"):
        receptive_field_of(model, "cnov")
    with pytest.raises(ArgumentError, match=r"one number for each of 2 axes is needed. Received \(1,\)"):
        receptive_field_of(model, "conv", (1,))
    with pytest.raises(IndexRangeError, match=r"'conv' has 9 places along the axis. Received 9 of \(0, 9\)"):
        receptive_field_of(model, "conv", (0, 9))
    with pytest.raises(NotBuiltError, match="the shape of its input is not known"):
        receptive_fields(pl.Sequential([L.Conv2D(2, 3)]))
    assert receptive_fields(pl.Sequential([L.Conv2D(2, 3, name="conv")]), (8, 8, 1))["conv"].size == (3, 3)
