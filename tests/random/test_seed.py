"""The seed of the process."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.random import seed as module
from pellucid.random.seed import get_seed, next_generator, set_seed


@pytest.fixture(autouse=True)
def _seed_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_seed", None)
    monkeypatch.setattr(module, "_drawn", 0)


def draw() -> list[float]:
    return next_generator().normal(size=3).tolist()


def test_the_seed_that_was_set() -> None:
    set_seed(np.int64(12))
    assert get_seed() == 12


def test_without_one_it_is_drawn_once() -> None:
    assert get_seed() == get_seed()
    assert 0 <= get_seed() < 2**63


def test_setting_it_starts_anew() -> None:
    set_seed(5)
    first = [draw(), draw()]
    assert first[0] != first[1]
    set_seed(5)
    assert [draw(), draw()] == first
    set_seed(6)
    assert draw() != first[0]


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "7", None, True])
def test_what_is_no_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ArgumentError, match="seed must be an integer"):
        set_seed(seed)
