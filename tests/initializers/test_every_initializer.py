"""What every initializer must do: draw from its distribution, repeat itself for a seed, come back from its configuration."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
from scipy import stats

from pellucid import initializers
from pellucid.errors import ArgumentError

SHAPE = (200, 100)  # 200 inputs, 100 outputs

# Distribution functions for SHAPE, by the variances in the papers.
DISTRIBUTIONS: dict[type[initializers.Initializer], Callable[..., object]] = {
    initializers.GlorotUniform: stats.uniform(-sqrt(6 / 300), 2 * sqrt(6 / 300)).cdf,
    initializers.HeUniform: stats.uniform(-sqrt(6 / 200), 2 * sqrt(6 / 200)).cdf,
    initializers.GlorotNormal: stats.truncnorm(-2, 2, scale=sqrt(2 / 300) / stats.truncnorm(-2, 2).std()).cdf,
    initializers.HeNormal: stats.truncnorm(-2, 2, scale=sqrt(2 / 200) / stats.truncnorm(-2, 2).std()).cdf,
    initializers.LecunUniform: stats.uniform(-sqrt(3 / 200), 2 * sqrt(3 / 200)).cdf,
    initializers.LecunNormal: stats.truncnorm(-2, 2, scale=sqrt(1 / 200) / stats.truncnorm(-2, 2).std()).cdf,
    initializers.VarianceScaling: stats.truncnorm(-2, 2, scale=sqrt(1 / 200) / stats.truncnorm(-2, 2).std()).cdf,
    initializers.RandomNormal: stats.norm(0, 0.05).cdf,
    initializers.TruncatedNormal: stats.truncnorm(-2, 2, scale=0.05).cdf,
    initializers.RandomUniform: stats.uniform(-0.05, 0.1).cdf,
}
CONSTANTS: dict[type[initializers.Initializer], float] = {initializers.Zeros: 0, initializers.Ones: 1, initializers.Constant: 0}

MATRICES = [initializers.Orthogonal, initializers.Identity]

every_random = pytest.mark.parametrize("cls", DISTRIBUTIONS)
every = pytest.mark.parametrize("cls", [*DISTRIBUTIONS, *CONSTANTS, *MATRICES])


def test_each_is_tested() -> None:
    assert {*DISTRIBUTIONS, *CONSTANTS, *MATRICES} == set(initializers.registry.classes())


@every_random
def test_draws_from_its_distribution(cls: type[initializers.Initializer]) -> None:
    """Kolmogorov and Smirnov: a sample of n is further than 1.63 / sqrt(n) from its distribution once in a hundred times."""
    values = cls()(SHAPE, "float64", np.random.default_rng(0))
    assert stats.kstest(values.ravel(), DISTRIBUTIONS[cls]).statistic < 1.63 / sqrt(values.size)


@pytest.mark.parametrize("cls", CONSTANTS)
def test_constant(cls: type[initializers.Initializer]) -> None:
    assert (cls()((3, 2)) == CONSTANTS[cls]).all()


@every
def test_shape_and_dtype(cls: type[initializers.Initializer]) -> None:
    matrices: list[tuple[int, ...]] = [(3, 0), (3, 4), (4, 3), (1, 1)]
    for shape in matrices if cls in MATRICES else [(), (0,), (4,), (3, 3, 2, 4), *matrices]:
        values = cls()(shape, "float32", np.random.default_rng(0))
        assert values.shape == shape
        assert values.dtype == np.float32
        assert values.flags.c_contiguous


@every
def test_float32_is_float64_rounded(cls: type[initializers.Initializer]) -> None:
    double = cls()(SHAPE, "float64", np.random.default_rng(5))
    np.testing.assert_array_equal(cls()(SHAPE, "float32", np.random.default_rng(5)), double.astype("float32"))


@every_random
def test_the_generator_goes_on(cls: type[initializers.Initializer]) -> None:
    generator = np.random.default_rng(0)
    first, second = cls()(SHAPE, "float32", generator), cls()(SHAPE, "float32", generator)
    assert (first != second).mean() > 0.99


@every_random
def test_a_seed_of_its_own_gives_the_same_each_time(cls: type[initializers.Initializer]) -> None:
    seeded = cls(seed=3)
    first = seeded(SHAPE)
    np.testing.assert_array_equal(first, seeded(SHAPE, "float32", np.random.default_rng(0)))
    assert (first != cls(seed=4)(SHAPE)).mean() > 0.99


@every_random
def test_without_a_generator_the_librarys_stream(cls: type[initializers.Initializer]) -> None:
    from pellucid.random.seed import set_seed

    set_seed(1)
    first = cls()(SHAPE)
    set_seed(1)
    np.testing.assert_array_equal(cls()(SHAPE), first)
    assert (cls()(SHAPE) != first).mean() > 0.99


@every
def test_comes_back_from_its_configuration(cls: type[initializers.Initializer]) -> None:
    initializer = cls() if cls in CONSTANTS or cls is initializers.Identity else cls(seed=8)
    again = initializers.get(json.loads(json.dumps(initializers.serialize(initializer))))
    assert type(again) is cls
    np.testing.assert_array_equal(again((3, 4)), initializer((3, 4)))


def test_a_convolutions_fans_count_its_field() -> None:
    """3 x 3 kernel, 16 channels to 32: 144 inputs, 288 outputs."""
    values = initializers.GlorotUniform()((3, 3, 16, 32), "float64", np.random.default_rng(0))
    limit = sqrt(6 / (144 + 288))
    assert 0.99 * limit < np.abs(values).max() <= limit


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (2, 3, 5)], ids=str)
def test_orthogonal(shape: tuple[int, ...]) -> None:
    w = initializers.Orthogonal(gain=3.0)(shape, "float64", np.random.default_rng(1)).reshape(-1, shape[-1])
    product = w.T @ w if w.shape[0] >= w.shape[1] else w @ w.T
    np.testing.assert_allclose(product, 9 * np.eye(min(w.shape)), atol=1e-12)


def test_all_orthogonal_matrices_are_equally_likely() -> None:
    """The first entry of a column of 2 is the cosine of an angle that is uniform: the arcsine distribution."""
    rng = np.random.default_rng(2)
    entries = [initializers.Orthogonal()((2, 2), "float64", rng)[0, 0] for _ in range(2000)]
    assert stats.kstest(entries, stats.arcsine(-1, 2).cdf).statistic < 1.63 / sqrt(2000)


@pytest.mark.parametrize(("mode", "n"), [("fan_in", 200), ("fan_out", 100), ("fan_avg", 150)])
@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "untruncated_normal"])
def test_variance_scaling(mode: str, n: int, distribution: str) -> None:
    """Of 20,000 values the standard deviation is known to half a percent."""
    values = initializers.VarianceScaling(2.0, mode, distribution)(SHAPE, "float64", np.random.default_rng(0))
    assert values.std() == pytest.approx(sqrt(2 / n), rel=0.02)
    assert values.mean() == pytest.approx(0, abs=3 * sqrt(2 / n / values.size))
    widest = {"uniform": sqrt(3), "truncated_normal": 2 / stats.truncnorm(-2, 2).std(), "untruncated_normal": 6}
    assert np.abs(values).max() <= widest[distribution] * sqrt(2 / n)


def test_arguments_reach_the_numbers() -> None:
    rng = np.random.default_rng(0)
    normal = initializers.RandomNormal(mean=3, stddev=0.1)((1000,), "float64", rng)
    assert normal.mean() == pytest.approx(3, abs=0.02)
    assert normal.std() == pytest.approx(0.1, rel=0.1)
    truncated = initializers.TruncatedNormal(mean=3, stddev=0.1)((1000,), "float64", rng)
    assert 2.8 <= truncated.min() < 2.85
    uniform = initializers.RandomUniform(2, 4)((1000,), "float64", rng)
    assert 2 <= uniform.min() < 2.02
    assert 3.98 < uniform.max() < 4
    np.testing.assert_array_equal(initializers.Constant(0.5)((2,)), [0.5, 0.5])


def test_names() -> None:
    for name in ["he_normal", "HeNormal", "HE_NORMAL"]:
        assert isinstance(initializers.get(name), initializers.HeNormal)
    assert isinstance(initializers.get("zeros"), initializers.Zeros)

    def mine(shape: tuple[int, ...], dtype: object, generator: object) -> np.ndarray:
        return np.full(shape, 7.0)

    assert initializers.get(mine) is mine
    with pytest.raises(ArgumentError, match="Did you mean 'glorot_uniform'"):
        initializers.get("glorot_unifrom")
    with pytest.raises(ArgumentError, match="no get_config"):
        initializers.serialize(mine)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: initializers.RandomNormal(stddev=-1), "stddev must be a number >= 0. Received -1"),
        (lambda: initializers.RandomUniform(1, 0), "minval must not exceed maxval"),
        (lambda: initializers.HeNormal(seed=0.5), "HeNormal: seed must be an integer >= 0. Received 0.5"),
        (lambda: initializers.VarianceScaling(mode="fan"), "mode must be one of fan_in, fan_out, fan_avg"),
        (lambda: initializers.VarianceScaling(distribution="normal"), "distribution must be one of truncated_normal"),
        (lambda: initializers.VarianceScaling(0), "scale must be a number > 0"),
        (lambda: initializers.Orthogonal()((3,)), "two axes or more is needed"),
        (lambda: initializers.Identity()((3, 3, 3)), "two axes is needed"),
        (lambda: initializers.Constant(float("nan")), "value must be a finite number"),
    ],
)
def test_refuses(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()
