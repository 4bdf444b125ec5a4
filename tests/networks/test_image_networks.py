"""The classic image networks: parameters to the last one, shapes, groups and tables, and images that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import layers, networks
from pellucid.autodiff import tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.networks.lenet import CONNECTIONS

# The parameters of torchvision's nets, by its documentation: plain, and the trained ones with batch normalization.
VGG = {
    11: (132_863_336, 132_868_840),
    13: (133_047_848, 133_053_736),
    16: (138_357_544, 138_365_992),
    19: (143_667_240, 143_678_248),
}


@pytest.mark.parametrize("depth", VGG)
def test_vgg_has_so_many_parameters_and_layers(depth: int) -> None:
    plain = networks.outline(lambda: networks.vgg(depth))
    normalized = networks.outline(lambda: networks.vgg(depth, batch_normalization=True))
    trained = sum(p.size for p in normalized.trainable_weights)
    assert (plain.count_params(), trained) == VGG[depth]
    assert sum(isinstance(layer, layers.Conv2D | layers.Dense) for layer in plain.layers) == depth
    assert plain.compute_output_shape((2, 224, 224, 3)) == (2, 1000)


def test_the_named_ones_are_the_same() -> None:
    for depth, make in ((11, networks.vgg11), (13, networks.vgg13), (16, networks.vgg16), (19, networks.vgg19)):
        assert networks.outline(lambda make=make: make((32, 32, 3), 10, dense=(8,))).name == f"vgg{depth}"  # type: ignore[misc]


def test_alexnet_in_two_groups_and_in_one_tower() -> None:
    """Krizhevsky's two groups halve the input channels of convolutions 2, 4 and 5."""
    groups, tower = networks.outline(networks.alexnet), networks.outline(lambda: networks.alexnet(groups=1))
    assert groups.count_params() == 60_965_224
    halves = 5 * 5 * 48 * 256 + 3 * 3 * 192 * 384 + 3 * 3 * 192 * 256
    assert tower.count_params() == 60_965_224 + halves == 62_378_344
    sides = [layer._output_specs.shape[1] for layer in groups.layers if layer.name.startswith(("conv", "pool"))]
    assert sides == [55, 27, 27, 13, 13, 13, 13, 6]


def test_an_outline_takes_no_memory() -> None:
    weights = networks.outline(networks.vgg16).weights
    assert sum(p.array.base.nbytes if p.array.base is not None else p.array.nbytes for p in weights) < 1000


def test_lenet5_original_below_its_output() -> None:
    model = networks.lenet5()
    counts = {layer.name: layer.count_params() for layer in model.layers if layer.weights}
    assert counts == {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164, "output": 850}
    assert sum(counts.values()) - 850 == 60_000


def test_lenet5_modern() -> None:
    assert networks.lenet5(variant="modern").count_params() == 61_706


def test_lenet5_s_table() -> None:
    """Six maps see three in a row, six four in a row, three four apart, one all: each map of S2 is seen by ten."""
    assert [len(seen) for seen in CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    assert [sum(c in seen for seen in CONNECTIONS) for c in range(6)] == [10] * 6
    assert len(set(CONNECTIONS)) == 16


def test_in_lenet5_a_map_of_c3_sees_its_maps_alone() -> None:
    layer = layers.TableConv2D(CONNECTIONS, 5)
    x = tensor(np.random.default_rng(0).normal(size=(1, 5, 5, 6)).astype(np.float32), requires_grad=True)
    for k, seen in enumerate(CONNECTIONS):
        x.grad = None
        layer(x)[:, :, :, k].sum().backward()
        assert x.grad is not None
        assert {int(c) for c in np.flatnonzero(np.abs(x.grad).sum(axis=(0, 1, 2)))} == set(seen)


def test_the_simple_network() -> None:
    """30 filters 5 x 5, pooling, 100, 10 on 28 x 28: 780 + 432,100 + 1,010."""
    assert networks.simple_cnn().count_params() == 780 + 432_100 + 1_010


@pytest.mark.parametrize(
    ("name", "shape", "count"),
    [
        ("lenet5", (28, 28), 61_706),
        ("lenet5:original", (8, 8), 60_850),
        ("simple-cnn", (8, 8), 780 + 120 * 100 + 100 + 1_010),
        ("resnet18:4", (7, 5), 45_150),
        ("vgg-small:2,3,bn", (7, 5, 3), 56 + 38 + 57 + 84 + 2 * 4 * (2 + 3) + 12 * 256 + 256 + 2_570),
        ("vgg-small:2,3", (7, 5, 3), 56 + 38 + 57 + 84 + 12 * 256 + 256 + 2_570),
    ],
)
def test_by_name_for_images_of_any_size(name: str, shape: tuple[int, ...], count: int) -> None:
    model = networks.build(name, shape, 10)
    assert model.count_params() == count
    assert model.predict(np.ones((2, *shape), np.float32), verbose=0).shape == (2, 10)


def test_small_vgg_of_benchmarks() -> None:
    """(64, 64, M, 128, 128, M, 256, 256, M, 512, 512, M, 256, 10) on 32 x 32 x 3."""
    pairs = [(3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512)]
    expected = sum(9 * i * o + o for i, o in pairs) + 2 * 2 * 512 * 256 + 256 + 2_570
    assert networks.outline(lambda: networks.build("vgg-small", (32, 32, 3), 10)).count_params() == expected


@pytest.mark.parametrize("normalized", [False, True], ids=["plain", "normalized"])
@pytest.mark.parametrize("depth", VGG)
def test_vgg_at_the_scale_of_small_images(depth: int, normalized: bool) -> None:
    """32 x 32 comes to 1 x 1 after five poolings: 512 numbers go into the last layer."""
    model = networks.outline(lambda: networks.vgg(depth, (32, 32, 3), 10, batch_normalization=normalized, dense=()))
    shapes = [layer._output_specs.shape[1:] for layer in model.layers if layer.name.startswith("pooling")]
    assert shapes == [(16, 16, 64), (8, 8, 128), (4, 4, 256), (2, 2, 512), (1, 1, 512)]
    head = sum(p.size for p in networks.outline(lambda: networks.vgg(depth)).weights[-6:])
    extra = VGG[depth][1] - VGG[depth][0] if normalized else 0
    assert sum(p.size for p in model.trainable_weights) == VGG[depth][0] - head + extra + 512 * 10 + 10


def test_resnet18_has_so_many_parameters() -> None:
    """By hand: each convolution of k x k from c to n channels, and gamma and beta of the normalization after it."""
    stem = 9 * 3 * 64 + 2 * 64
    stages = 4 * (9 * 64 * 64 + 2 * 64)
    for c in (64, 128, 256):
        n = 2 * c
        stages += (9 * c * n + 2 * n) + 3 * (9 * n * n + 2 * n) + (c * n + 2 * n)
    model = networks.outline(networks.resnet18)
    assert sum(p.size for p in model.trainable_weights) == stem + stages + 512 * 10 + 10 == 11_173_962
    blocks = [layer for layer in model.layers if layer.name.startswith("block")]
    assert [b.outputs[0].shape[1:] for b in blocks] == [
        shape for shape in ((32, 32, 64), (16, 16, 128), (8, 8, 256), (4, 4, 512)) for _ in range(2)
    ]
    convolutions = [one for b in blocks for one in b.layers if isinstance(one, layers.Conv2D) and "shortcut" not in one.name]
    assert 1 + len(convolutions) + 1 == 18


def test_a_residual_block_without_its_branch_hands_its_input_on() -> None:
    """y = ReLU(x + f(x)): with the last gamma at 0, f is 0, and what is positive goes through as it is."""
    block = networks.residual_block((4, 4, 3), 3, name="block")
    block.get_layer("block_normalization_2").gamma.assign(np.zeros(3, np.float32))
    x = np.random.default_rng(0).normal(size=(2, 4, 4, 3)).astype(np.float32)
    np.testing.assert_array_equal(block.predict(x, verbose=0), np.maximum(x, 0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: networks.build("lenet5", (40, 40), 10), "at most 32 x 32. Received samples of 40 x 40"),
        (lambda: networks.build("lenet5:old", (28, 28), 10), "'original' or 'modern'. Received 'old'"),
        (lambda: networks.build("lenet5", (784,), 10), r"takes images .* shape \(784,\)"),
        (lambda: networks.build("simple-cnn", (5, 8), 10), "at least 6 x 6: .* Received 5 x 8"),
        (lambda: networks.build("simple-cnn:3", (8, 8), 10), "takes nothing after its name"),
        (lambda: networks.build("vgg-small:8,x", (8, 8), 10), "positive integers"),
        (lambda: networks.build("resnet18:8,8", (8, 8), 10), "width must be a positive integer. Received '8,8'"),
        (lambda: networks.build("resnet18", (64,), 10), r"takes images .* shape \(64,\)"),
        (lambda: networks.resnet18(width=0), "resnet18: width must be an integer >= 1. Received 0"),
        (lambda: networks.vgg(12), "depth must be one of 11, 13, 16, 19. Received 12"),
        (lambda: networks.alexnet(groups=3), "groups must be 2"),
        (lambda: networks.alexnet((9, 9, 3)), "at least 15 x 15"),
        (lambda: networks.alexnet(widths=(8, 8)), "widths must be five"),
    ],
)
def test_what_does_not_fit_is_refused(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ArgumentError, match=message):
        call()


def test_a_window_that_does_not_fit_shows_the_arithmetic() -> None:
    with pytest.raises(ShapeError, match=r"3x3 does not fit an input of 2x2: along the height, 3 is more than 0 \+ 2 \+ 0 = 2"):
        layers.MaxPooling2D(3, name="pool")(np.zeros((1, 2, 2, 1)))
