"""The state of every sequential source of random numbers in this process: ours, NumPy's and Python's."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.random import seed


def random_state() -> dict[str, Any]:
    """Plain data and arrays. Masks and orders of samples are no part of it: they are functions of the seed and a place."""
    kind, python, spare = random.getstate()
    numpy: Any = np.random.get_state(legacy=False)  # noqa: NPY002 (callbacks and streams of batches may use it)
    return {
        "pellucid": seed.state(),
        "numpy": {**numpy, "state": dict(numpy["state"])},
        "python": {"version": kind, "state": np.array(python, np.uint32), "spare": spare},
    }


def load_random_state(state: Mapping[str, Any]) -> None:
    """Go on where `random_state` was taken."""
    seed.load_state(state["pellucid"])
    np.random.set_state(state["numpy"])  # noqa: NPY002
    python = state["python"]
    random.setstate((python["version"], tuple(int(word) for word in python["state"]), python["spare"]))


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Put every sequential source of random numbers back at the end: a layer's own code may draw from one."""
    before = random_state()
    try:
        yield
    finally:
        load_random_state(before)
