"""What every optimizer must do: follow its published equation, in place and as a twin, and come back from its configuration."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pellucid import optimizers
from pellucid.errors import ArgumentError, ShapeError
from pellucid.kernels.call import Buffer
from tests.support.calls import run_calls
from tests.support.published_updates import PUBLISHED, Published

STEPS = 50
RATES = [0.0, 1e-6, 0.01, 1.0, 1e3]
every = pytest.mark.parametrize("published", PUBLISHED, ids=str)
with_twins = pytest.mark.parametrize("published", [p for p in PUBLISHED if p.twin], ids=str)


def gradients(shape: tuple[int, ...], dtype: str = "float64") -> np.ndarray:
    """Of sizes from 1e-9, far below epsilon, to 1e3."""
    rng = np.random.default_rng(3)
    return (rng.normal(size=(STEPS, *shape)) * 10.0 ** rng.integers(-9, 4, shape)).astype(dtype)


def first_values(optimizer: optimizers.Optimizer, like: np.ndarray) -> dict[str, np.ndarray]:
    return {slot: np.full_like(like, optimizer.first_value(slot, like)) for slot in optimizer.slots}


def test_each_has_its_published_equation() -> None:
    assert {p.cls for p in PUBLISHED} == set(optimizers.registry.classes())


@every
@pytest.mark.parametrize("rate", RATES)
def test_update_follows_the_published_equation(published: Published, rate: float) -> None:
    if published.of_wholes and rate == 1.0:
        pytest.skip("a step of a number's whole length ends at 0 or beside it, by rounding, and goes on otherwise")
    g = gradients((3, 2))
    start = np.random.default_rng(1).normal(size=(3, 2))
    array = start.copy()
    parts = {"W": array}
    if published.of_wholes:  # each number a parameter of its own
        parts = {str(i): array.reshape(-1)[i : i + 1] for i in range(array.size)}
    params = dict(parts)
    optimizer = published.make(rate)
    walked = []
    for step in g:
        split = {name: step.reshape(-1)[i : i + 1] for i, name in enumerate(params)} if published.of_wholes else {"W": step}
        optimizer.update(params, split)
        walked.append(array.copy())
    assert all(params[name] is part for name, part in parts.items()), "updated in place"
    assert optimizer.iterations == STEPS
    for place in np.ndindex(3, 2):
        expected = list(published.equation(start[place], list(g[(slice(None), *place)]), rate))
        np.testing.assert_allclose([w[place] for w in walked], expected, rtol=1e-10, atol=1e-13)


@every
def test_rule_changes_nothing_in_place(published: Published) -> None:
    optimizer = published.make(0.1)
    p, g = np.ones(3), np.full(3, 2.0)
    state = {slot: np.full(3, 0.5) for slot in optimizer.slots}
    new, new_state = optimizer.rule(np, p, g, state, 0.1, 1)
    assert set(new_state) == set(optimizer.slots)
    assert not np.shares_memory(new, p)
    assert (p == 1).all()
    assert (g == 2).all()
    assert all((s == 0.5).all() for s in state.values())


@every
def test_rule_keeps_float32(published: Published) -> None:
    optimizer = published.make(0.1)
    p = np.ones(3, np.float32)
    new, state = optimizer.rule(np, p, p, dict.fromkeys(optimizer.slots, p), 0.1, 1)
    assert {new.dtype, *(s.dtype for s in state.values())} == {np.dtype("float32")}


@with_twins
@pytest.mark.parametrize("ranks", [1, 3])
@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", [(5, 7), (1,), (2, 33)], ids=str)
def test_twin_walks_with_the_rule(published: Published, rate: float, shape: tuple[int, ...], ranks: int) -> None:
    optimizer = published.make(rate)
    g = gradients(shape, "float32")
    p = np.random.default_rng(1).normal(size=shape).astype("float32")
    exact, exact_state = p.astype("float64"), first_values(optimizer, np.zeros(shape))
    gradient, clock = np.empty(shape, "float32"), np.zeros(2, np.int64)
    state = first_values(optimizer, np.zeros(shape, "float32"))
    calls = optimizer.bind(
        Buffer.around(p),
        Buffer.around(gradient),
        {slot: Buffer.around(array) for slot, array in state.items()},
        Buffer.around(np.array([rate])),
        Buffer.around(clock),
    )
    assert calls is not None
    furthest = np.abs(exact)
    for t, step in enumerate(g):
        gradient[...], clock[0] = step, t
        run_calls(calls, ranks)
        exact, exact_state = optimizer.rule(np, exact, step.astype("float64"), exact_state, rate, t + 1)
        furthest = np.maximum(furthest, np.abs(exact))
        # 50 roundings of float32, each at most 6e-8 of the greatest value on the way.
        assert (np.abs(p - exact) <= STEPS * 1.2e-7 * furthest + 1e-30).all(), f"step {t}"
    for slot in optimizer.slots:
        scale = np.abs(exact_state[slot]).max()
        np.testing.assert_allclose(state[slot], exact_state[slot], rtol=1e-5, atol=1e-6 * scale)


@every
def test_no_twin_for_float64(published: Published) -> None:
    optimizer = published.make(0.1)
    buffer, state = Buffer((3,), "float64"), {slot: Buffer((3,), "float64") for slot in optimizer.slots}
    assert optimizer.bind(buffer, buffer, state, Buffer((1,), "float64"), Buffer((2,), "int64")) is None


@every
def test_folds_into_a_product_only_where_the_update_is_the_product(published: Published) -> None:
    optimizer = published.make(0.1)
    assert optimizer.folds_into_product == (published.equation.__name__ == "descent")
    assert not (optimizer.folds_into_product and optimizer.slots)


@every
def test_comes_back_from_its_configuration(published: Published) -> None:
    optimizer = published.make(0.37)
    config = json.loads(json.dumps(optimizers.serialize(optimizer)))
    again = optimizers.get(config)
    assert type(again) is published.cls
    assert again.get_config() == optimizer.get_config()
    assert again.learning_rate == 0.37


@every
@pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf"), "fast", None, True])
def test_refuses_a_learning_rate(published: Published, rate: object) -> None:
    with pytest.raises(ArgumentError, match=r"learning_rate must be a number >= 0\. Received"):
        published.cls(learning_rate=rate, **published.settings)  # type: ignore[arg-type]
    optimizer = published.make(0.1)
    with pytest.raises(ArgumentError, match="learning_rate"):
        optimizer.learning_rate = rate  # type: ignore[assignment]
    assert optimizer.learning_rate == 0.1


@every
def test_learning_rate_may_change_on_the_way(published: Published) -> None:
    params = {"x": np.ones(1)}
    optimizer = published.make(0.1)
    optimizer.update(params, {"x": np.ones(1)})
    before = params["x"].copy()
    optimizer.learning_rate = 0.0
    optimizer.update(params, {"x": np.ones(1)})
    moved = float(np.abs(params["x"] - before)[0])
    # Only a velocity, which holds earlier rates, still moves.
    assert (moved > 0) == bool(getattr(optimizer, "momentum", 0))


def test_a_parameter_without_gradient_stays() -> None:
    params = {"W": np.ones(2), "frozen": np.ones(2)}
    optimizers.SGD(0.5).update(params, {"W": [2.0, 4.0]})
    np.testing.assert_array_equal(params["W"], [0, -1])
    np.testing.assert_array_equal(params["frozen"], [1, 1])


def test_update_refuses_what_does_not_fit_and_changes_nothing() -> None:
    params = {"a": np.ones(2), "b": np.ones(2), "whole": np.ones(2, np.int64)}
    optimizer = optimizers.SGD(0.5)
    with pytest.raises(ShapeError, match=r"gradient of 'b' has shape \(3,\), the parameter \(2,\)"):
        optimizer.update(params, {"a": np.ones(2), "b": np.ones(3)})
    with pytest.raises(ArgumentError, match=r"params\['c'\] must be a NumPy array of floats.*Received nothing"):
        optimizer.update(params, {"a": np.ones(2), "c": np.ones(2)})
    with pytest.raises(ArgumentError, match="Received ndarray int64"):
        optimizer.update(params, {"whole": np.ones(2)})
    assert optimizer.iterations == 0
    np.testing.assert_array_equal(params["a"], [1, 1])


def test_names() -> None:
    assert isinstance(optimizers.get("SGD"), optimizers.SGD)
    assert optimizers.get("adam").learning_rate == 0.001
    mine = optimizers.Adam(0.3)
    assert optimizers.get(mine) is mine
    with pytest.raises(ArgumentError, match="Did you mean 'adam'"):
        optimizers.get("adamm")
    with pytest.raises(ArgumentError, match="pass a name"):
        optimizers.get(3)
    with pytest.raises(ArgumentError, match="SGD cannot be made from"):
        optimizers.get({"class_name": "SGD", "config": {"lr": 0.1}})


@pytest.mark.parametrize("cls", optimizers.registry.classes())
def test_settings_are_settled(cls: type[optimizers.Optimizer]) -> None:
    """All but the learning rate are compiled into the step, so changing one must not pass in silence."""
    optimizer = cls()
    before = optimizer.get_config()
    for name in before:
        if name != "learning_rate":
            with pytest.raises(ArgumentError, match=f"{name} is settled.*Make a new optimizer"):
                setattr(optimizer, name, before[name])
    optimizer.learning_rate = 0.25
    assert optimizer.get_config() == before | {"learning_rate": 0.25}
