"""Streams by name, and uniform numbers by place."""

from __future__ import annotations

import numpy as np
from scipy import stats

from pellucid.random.streams import generator, key_words, normal, stream_key, uniform

KEY = stream_key(42, "dropout", "layers", 1)


def test_keys_are_the_same_everywhere() -> None:
    """Bytes as coreutils' ``b2sum -l 64`` prints them for the path's text, parts set apart by the byte 1f."""
    assert stream_key(0).to_bytes(8, "little").hex() == "842b7d9d43cddf75"  # 0
    assert KEY.to_bytes(8, "little").hex() == "8884eaa0f9602cc9"  # 42, str:dropout, str:layers, int:1


def test_keys_tell_paths_apart() -> None:
    paths = [(), ("a",), ("a", "b"), ("ab",), ("a", 1), ("a", "1"), ("a1",), (1,), ("1",)]
    keys = {stream_key(seed, *path) for seed in (0, 1, 2**63 - 1) for path in paths}
    assert len(keys) == 3 * len(paths)
    assert all(0 <= key < 2**64 for key in keys)


def test_key_words() -> None:
    assert key_words(0x0123456789ABCDEF) == (0x89ABCDEF, 0x01234567)


def test_generators_of_one_name_are_equal() -> None:
    a, b, other = generator(3, "shuffle", 7), generator(3, "shuffle", 7), generator(3, "shuffle", 8)
    np.testing.assert_array_equal(a.permutation(50), b.permutation(50))
    assert (other.permutation(50) != generator(3, "shuffle", 7).permutation(50)).any()


def test_a_number_depends_on_its_place_alone() -> None:
    """Not on the batch around it, nor on the number of columns asked for."""
    whole = uniform(KEY, step=9, position=0, rows=20, columns=11)
    np.testing.assert_array_equal(uniform(KEY, step=9, position=13, rows=7, columns=11), whole[13:])
    np.testing.assert_array_equal(uniform(KEY, step=9, position=0, rows=20, columns=3), whole[:, :3])


def test_steps_samples_columns_and_keys_differ() -> None:
    u = uniform(KEY, 0, 0, 50, 50)
    assert len(np.unique(u)) > 2490  # 2500 numbers of 2^24: about 0.2 pairs are expected to coincide
    assert (u != uniform(KEY, 1, 0, 50, 50)).mean() > 0.99
    assert (u != uniform(KEY, 2**32, 0, 50, 50)).mean() > 0.99
    assert (u != uniform(KEY + 1, 0, 0, 50, 50)).mean() > 0.99
    assert (u != uniform(KEY ^ 2**40, 0, 0, 50, 50)).mean() > 0.99


def test_numbers_are_uniform() -> None:
    u = uniform(KEY, 3, 0, 400, 251)
    assert u.dtype == np.float32
    assert u.min() >= 0
    assert u.max() < 1
    assert stats.kstest(u.ravel(), "uniform").pvalue > 0.001
    neighbours = np.corrcoef(u[:, :-1].ravel(), u[:, 1:].ravel())[0, 1]
    below = np.corrcoef(u[:-1].ravel(), u[1:].ravel())[0, 1]
    assert abs(neighbours) < 0.015  # nearly five standard deviations of 1 / sqrt(100,000)
    assert abs(below) < 0.015


def test_nothing_of_nothing() -> None:
    assert uniform(KEY, 0, 0, 0, 5).shape == (0, 5)
    assert uniform(KEY, 0, 0, 5, 0).shape == (5, 0)


def test_normal_numbers_are_normal() -> None:
    """Against SciPy's distribution, in the middle and in the tails; neighbours and the two of a pair are independent."""
    n = normal(KEY, 3, 0, 400, 251)
    assert n.dtype == np.float32
    assert stats.kstest(n.ravel(), "norm").pvalue > 0.001
    assert stats.kstest(n[:, ::2].ravel(), "norm").pvalue > 0.001
    beyond = stats.norm.sf(3) * 2 * n.size  # 271 expected; a Poisson number within 5 of its deviations
    assert abs((np.abs(n) > 3).sum() - beyond) < 5 * np.sqrt(beyond)
    assert abs(np.corrcoef(n[:, :-1].ravel(), n[:, 1:].ravel())[0, 1]) < 0.015
    assert abs(np.corrcoef(n[:-1].ravel() ** 2, n[1:].ravel() ** 2)[0, 1]) < 0.015


def test_a_normal_number_depends_on_its_place_alone() -> None:
    whole = normal(KEY, step=9, position=0, rows=20, columns=11)
    np.testing.assert_array_equal(normal(KEY, step=9, position=13, rows=7, columns=11), whole[13:])
    np.testing.assert_array_equal(normal(KEY, step=9, position=0, rows=20, columns=3), whole[:, :3])
    assert (whole != normal(KEY, 10, 0, 20, 11)).all()


def test_normal_numbers_by_hand() -> None:
    """Box and Muller's equations on the words of the authors' known answer for counter 0 and key 0 (see test_philox)."""
    w0, w1 = 0x6627E8D5, 0xE169C58D
    length, angle = np.sqrt(-2 * np.log((w0 + 1) / 2**32)), 2 * np.pi * (w1 >> 8) / 2**24
    expected = [length * np.cos(angle), length * np.sin(angle)]
    np.testing.assert_allclose(normal(0, 0, 0, 1, 2)[0], expected, rtol=1e-6)
