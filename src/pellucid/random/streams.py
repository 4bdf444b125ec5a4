"""Streams: independent sequences of random numbers, each named by the seed and a path."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from pellucid.random.philox import philox4x32


def stream_key(seed: int, *path: str | int) -> int:
    """A 64-bit key for the stream of this name; equal names give equal keys, in every process and on every machine."""
    text = "\x1f".join([str(int(seed)), *(f"{type(part).__name__}:{part}" for part in path)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def generator(seed: int, *path: str | int) -> np.random.Generator:
    """NumPy's generator on the stream of this name, for permutations and initial weights."""
    return np.random.Generator(np.random.Philox(key=stream_key(seed, *path)))


def key_words(key: int) -> tuple[int, int]:
    """A stream's key as Philox takes it: its low and its high 32 bits."""
    return key & 0xFFFFFFFF, key >> 32


def uniform(key: int, step: int, position: int, rows: int, columns: int) -> npt.NDArray[np.float32]:
    """Numbers from [0, 1) for the samples ``position``, ``position + 1``, ... of a training step.

    A number depends on the key, the step, the sample's place in the epoch and its column alone: not on the batch around
    it, nor on who computes it. Philox' counter is (column // 4, position + row, step's low half, step's high half).

    Args:
        key: from `stream_key`.
        step: the training step, >= 0.
        position: place of the first row in the epoch, >= 0.
        rows, columns: the shape of the result.

    >>> whole = uniform(stream_key(1, "dropout"), step=3, position=0, rows=4, columns=6)
    >>> bool((uniform(stream_key(1, "dropout"), step=3, position=2, rows=2, columns=6) == whole[2:]).all())
    True
    """
    blocks = -(-columns // 4)
    counter = (np.arange(blocks), position + np.arange(rows)[:, None], step & 0xFFFFFFFF, step >> 32)
    words = np.stack(np.broadcast_arrays(*philox4x32(counter, key_words(key))), axis=-1).reshape(rows, 4 * blocks)
    # 24 bits fill a float32's digits: every value is exact, and none is rounded up to 1.
    return (words[:, :columns] >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)


def normal(key: int, step: int, position: int, rows: int, columns: int) -> npt.NDArray[np.float32]:
    r"""Numbers of mean 0 and variance 1, normally distributed, for the samples of a training step; arguments as in `uniform`.

        n_0 = sqrt(-2 ln u) cos 2 pi v        n_1 = sqrt(-2 ln u) sin 2 pi v        (Box and Muller 1958)

    Each four words of Philox give two pairs (u, v); u from (0, 1] has 32 bits, so that |n| reaches 6.66.

    >>> normal(stream_key(1, "noise"), step=0, position=0, rows=1, columns=4).shape
    (1, 4)
    """
    blocks = -(-columns // 4)
    counter = (np.arange(blocks), position + np.arange(rows)[:, None], step & 0xFFFFFFFF, step >> 32)
    w0, w1, w2, w3 = np.broadcast_arrays(*philox4x32(counter, key_words(key)))
    # float32 first, as a kernel has them; what is computed of them is exact to the last place.
    u = ((np.stack([w0, w2], axis=-1) + np.uint64(1)).astype(np.float32) * np.float32(2.0**-32)).astype(np.float64)
    v = (np.stack([w1, w3], axis=-1) >> np.uint64(8)).astype(np.float64) * 2.0**-24
    length = np.sqrt(-2 * np.log(u))
    pairs = np.stack([length * np.cos(2 * np.pi * v), length * np.sin(2 * np.pi * v)], axis=-1)
    return pairs.reshape(rows, 4 * blocks)[:, :columns].astype(np.float32)
