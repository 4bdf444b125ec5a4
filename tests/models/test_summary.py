"""The summary's arithmetic: multiply-adds by hand, and receptive fields where there are places."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers, networks
from pellucid.models.summary import summary


def rows(model: pl.Model) -> dict[str, list[str]]:
    """The cells of each row by the layer's name."""
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in summary(model).splitlines()[3:]]
    return {row[0]: row for row in cells}


def test_lenet5_by_hand() -> None:
    """C1: 28 x 28 places of 6 maps, 25 products each; C3: 10 x 10 x 16 of 150; and so on. Fields as in any course."""
    table = rows(networks.lenet5(variant="modern"))
    done = {name: int(table[name][4].replace(",", "")) for name in ("C1", "S2", "C3", "C5", "F6", "output")}
    assert done == {
        "C1": 28 * 28 * 6 * 25,
        "S2": 0,
        "C3": 10 * 10 * 16 * 150,
        "C5": 120 * 400,
        "F6": 120 * 84,
        "output": 840,
    }
    assert [table[name][5] for name in ("C1", "S2", "C3", "S4")] == [
        "5 x 5, stride 1",
        "6 x 6, stride 2",
        "14 x 14, stride 2",
        "16 x 16, stride 4",
    ]
    assert table["output"][5] == "28 x 28"
    assert f"{sum(done.values()):,} multiply-adds a sample" in summary(networks.lenet5(variant="modern"))


def test_vgg16_does_what_is_published() -> None:
    """15.5 thousand million, as its users count them (torchvision: 15.47 GMAC)."""
    last = summary(networks.outline(networks.vgg16)).splitlines()[-1]
    assert last == "15,470,264,320 multiply-adds a sample"


def test_a_recurrent_layer_at_every_step() -> None:
    model = pl.Sequential([pl.Input((20, 3)), layers.LSTM(4, name="lstm"), layers.Dense(2, name="dense")])
    table = rows(model)
    cell = next(row for name, row in table.items() if name.startswith("lstm_cell"))
    assert cell[-1] == f"{20 * (3 * 16 + 4 * 16):,}"
    assert table["dense"][-1] == "8"


def test_attention_two_products() -> None:
    """Of 5 steps, 6 features in 2 heads: 4 projections of 6 x 6 a step, then every step with every other, twice."""
    x = pl.Input((5, 6))
    model = pl.Model(x, layers.MultiHeadAttention(2, 3)(x, x))
    assert f"{4 * 5 * 36 + 2 * 5 * 5 * 6:,} multiply-adds a sample" in summary(model)


def test_transposed_convolution() -> None:
    model = pl.Sequential([pl.Input((4, 4, 2)), layers.Conv2DTranspose(3, 2, 2)])
    assert f"{4 * 4 * 2 * 2 * 2 * 3:,} multiply-adds a sample" in summary(model)


def test_a_block_holds_its_layers() -> None:
    block = networks.residual_block((4, 4, 2), 2, name="block")
    model = pl.Sequential([pl.Input((4, 4, 2)), block])
    table = rows(model)
    assert table["block"][-1] == "5 x 5, stride 1"
    assert table["block_convolution_1"][-2:] == [f"{16 * 2 * 18:,}", "3 x 3, stride 1"]


@pytest.mark.parametrize(
    "model",
    [
        pl.Sequential([layers.Dense(2)]),
        pl.Sequential([pl.Input((3,)), layers.Dense(2)]),
        networks.build("mlp:4", (8, 8), 10),
    ],
    ids=["not built", "dense", "flattened"],
)
def test_each_weight_once_needs_no_more_columns(model: pl.Model) -> None:
    text = summary(model)
    assert "Multiply-adds" not in text
    assert "Receptive" not in text


def test_a_subclass_that_has_seen_data() -> None:
    """3x3 windows of 2 channels at 4 x 4 places, 3 times; a mean and 3 x 5 products."""

    class Net(pl.Model):
        def __init__(self) -> None:
            super().__init__(name="net")
            self.first = pl.layers.Conv2D(3, 3, name="first")
            self.last = pl.layers.Dense(5, name="last")

        def call(self, x):
            return self.last(pl.ops.mean(pl.ops.relu(self.first(x)), axis=(1, 2)))

    model = Net()
    model.predict(np.zeros((2, 6, 6, 2), np.float32), verbose=0)
    lines = summary(model).splitlines()
    assert [line.split()[0] for line in lines if "3 x 3, stride 1" in line] == ["first"]
    assert lines[-1] == f"{3 * 3 * 2 * 3 * 4 * 4 + 3 * 5:,} multiply-adds a sample"
