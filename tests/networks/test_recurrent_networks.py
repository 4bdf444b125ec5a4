"""Recurrent networks by name: parameters counted by hand, what steps are made of, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import networks
from pellucid.errors import ArgumentError


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("rnn:16", (8 + 16 + 1) * 16),
        ("lstm:16", 4 * (8 + 16 + 1) * 16),
        ("gru:16", 3 * (8 + 16 + 2) * 16),  # two biases, as reset_after has them
        ("lstm:16,12", 4 * (8 + 16 + 1) * 16 + 4 * (16 + 12 + 1) * 12),
        ("gru", 3 * (8 + 128 + 2) * 128),
    ],
)
def test_parameters(name: str, parameters: int) -> None:
    last = int(name.partition(":")[2].rpartition(",")[2] or 128)
    assert networks.build(name, (8, 8), 10).count_params() == parameters + (last + 1) * 10


def test_an_image_in_colours_is_read_row_by_row() -> None:
    model = networks.build("rnn:4", (5, 6, 3), 2)
    assert model.count_params() == (18 + 4 + 1) * 4 + (4 + 1) * 2
    assert model.predict(np.ones((2, 5, 6, 3), np.float32), verbose=0).shape == (2, 2)


@pytest.mark.parametrize("name", ["rnn:0", "lstm:a", "gru:8,", "gru:-1"])
def test_widths_that_are_none(name: str) -> None:
    with pytest.raises(ArgumentError, match=f"positive integers.*An example: {name[:3]}"):
        networks.build(name, (8, 8), 10)


def test_columns_of_a_table_are_no_sequence() -> None:
    with pytest.raises(ArgumentError, match=r"images or sequences.*shape \(13,\)"):
        networks.build("lstm:8", (13,), 3)
