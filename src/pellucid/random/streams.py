"""Streams: independent sequences of random numbers, each named by the seed and a path."""

from __future__ import annotations

import hashlib

import numpy as np


def stream_key(seed: int, *path: str | int) -> int:
    """A 64-bit key for the stream of this name; equal names give equal keys, in every process and on every machine."""
    text = "\x1f".join([str(int(seed)), *(f"{type(part).__name__}:{part}" for part in path)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """NumPy's generator on the stream of this name, for permutations and initial weights."""
    return np.random.Generator(np.random.Philox(key=stream_key(seed, *path)))
