"""The seed of this process."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping

import numpy as np

from pellucid.errors import ArgumentError
from pellucid.random.streams import generator

_lock = threading.Lock()
_seed: int | None = None
_drawn = 0
_calls = 0


def set_seed(seed: int) -> None:
    """Set the seed of all random numbers: initial weights, masks, the order of samples.

    Raises:
        ArgumentError: the seed is not an integer from 0 to 2^63 - 1.
    """
    global _seed, _drawn, _calls
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or not 0 <= seed < 2**63:
        raise ArgumentError(f"set_seed: seed must be an integer from 0 to 2**63 - 1. Received {seed!r}.")
    with _lock:
        _seed, _drawn, _calls = int(seed), 0, 0


def get_seed() -> int:
    """The seed that was set, or one from the operating system, drawn once for the process."""
    global _seed
    with _lock:
        if _seed is None:
            _seed = int.from_bytes(os.urandom(8), "little") >> 1
        return _seed


def next_generator() -> np.random.Generator:
    """A new generator: the first, second, ... since the seed was set."""
    global _drawn
    seed = get_seed()
    with _lock:
        number = _drawn
        _drawn += 1
    return generator(seed, "weights", number)


def next_call() -> int:
    """The number of a call outside of any training, from 1 since the seed was set: its random masks are its own."""
    global _calls
    with _lock:
        _calls += 1
        return _calls


def state() -> dict[str, int]:
    """The seed, and how many weights and calls have drawn on it."""
    seed = get_seed()
    with _lock:
        return {"seed": seed, "weights": _drawn, "calls": _calls}


def load_state(state: Mapping[str, int]) -> None:
    """Go on where `state` was taken."""
    global _drawn, _calls
    set_seed(state["seed"])
    with _lock:
        _drawn, _calls = int(state["weights"]), int(state["calls"])


def _renew_lock() -> None:
    """In a forked child: the lock may have been copied while another thread held it."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)
