"""Nested states as JSON and arrays, and back."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.checkpoints import pack, unpack
from pellucid.errors import ArgumentError, FileFormatError

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.floats(width=32)).map(np.float32)
STATES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def as_arrays(state: Any) -> Any:
    if isinstance(state, list):
        return [as_arrays(inner) for inner in state]
    return {key: as_arrays(inner) for key, inner in state.items()} if isinstance(state, dict) else state


@given(STATES)
def test_any_plain_state_comes_back(state: Any) -> None:
    plain, arrays = pack(state, "p:")
    assert all(name.startswith("p:") for name in arrays)
    np.testing.assert_equal(unpack(json.loads(json.dumps(plain)), arrays), as_arrays(state))


def test_numbers_of_numpy_become_pythons_and_tuples_lists() -> None:
    assert pack((np.float64(0.1), np.int32(3), np.bool(True)), "")[0] == [0.1, 3, True]


@pytest.mark.parametrize("value", [object(), {1: 2}, {"$array": "p:0"}, b"bytes", {1, 2}, np.array(["a"]), np.array([None]), 1j])
def test_what_a_file_cannot_hold_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(ArgumentError, match=r"state\['callback'\]\[1\]: a checkpoint holds"):
        pack({"callback": [0, value]}, "p:")


@pytest.mark.parametrize("name", ["absent", 3, None, ["p:0"]])
def test_a_missing_array_is_told(name: Any) -> None:
    with pytest.raises(FileFormatError, match="missing"):
        unpack({"a": {"$array": name}}, {"p:0": np.zeros(1)})
