"""The links around the rule: worked by hand, and the same in a program, an eager step, `apply` and `update` on dictionaries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid import optimizers
from pellucid.errors import ArgumentError, ShapeError
from pellucid.optimizers import SGD, Adam, Optimizer, schedules

RNG = np.random.default_rng(4)
X = RNG.standard_normal((22, 5)).astype("f")
Y = (X[:, :1] - X[:, 1:2] * X[:, 2:3]).astype("f")
BATCH = 8  # 8, 8 and 6 samples

CHAINS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "weight decay": {"weight_decay": 0.1},
    "clipvalue": {"clipvalue": 0.05},
    "clipnorm": {"clipnorm": 0.2},
    "global_clipnorm": {"global_clipnorm": 0.3},
    "a global norm that is never reached": {"global_clipnorm": 1e6},
    "average": {"use_ema": True, "ema_momentum": 0.8},
    "average that overwrites": {"use_ema": True, "ema_momentum": 0.8, "ema_overwrite_frequency": 3},
    "accumulation": {"gradient_accumulation_steps": 2},
    "accumulation over more steps than an epoch has": {"gradient_accumulation_steps": 5},
    "groups": {
        "groups": {
            "a/*": {"learning_rate": 0.002},
            "*/bias": {"learning_rate_multiplier": 2.0, "weight_decay": 0.3, "clipnorm": 0.01},
            "b/kernel": {"clipvalue": 0.01},
        }
    },
    "schedule": {"learning_rate": schedules.ExponentialDecay(0.1, 3, 0.5)},
    "schedules of groups": {
        "learning_rate": schedules.StepDecay(0.1, 2, 0.5),
        "groups": {"a/kernel": {"learning_rate": schedules.CosineDecay(0.05, 4)}, "b/*": {"learning_rate_multiplier": 0.1}},
    },
    "all at once": {
        "learning_rate": schedules.Warmup(0.05, 3),
        "weight_decay": 0.01,
        "clipvalue": 0.3,
        "clipnorm": 0.4,
        "global_clipnorm": 0.45,
        "use_ema": True,
        "ema_momentum": 0.7,
        "ema_overwrite_frequency": 2,
        "gradient_accumulation_steps": 3,
        "groups": {"*/bias": {"weight_decay": 0.0}},
    },
}
RULES: dict[str, Any] = {"SGD": SGD, "Adam": Adam}
every_chain = pytest.mark.parametrize("chain", CHAINS.values(), ids=CHAINS)
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)


def make(rule: type[Optimizer], chain: dict[str, Any]) -> Optimizer:
    return rule(**{"learning_rate": 0.05, **chain})


def model(optimizer: Optimizer, **compiled: Any) -> pl.Model:
    pl.utils.set_random_seed(1)
    limit = pl.constraints.MaxNorm(0.9)
    layers = [pl.layers.Dense(4, "tanh", kernel_constraint=limit, name="a", input_dim=5)]
    layers.append(
        pl.layers.Dense(1, bias_constraint=lambda b: pl.ops.clip(b, -0.02, 0.02), kernel_constraint="non_neg", name="b")
    )
    made = pl.Sequential(layers)
    made.compile(optimizer, "mse", **compiled)
    return made


def fitted(optimizer: Optimizer, **compiled: Any) -> pl.Model:
    made = model(optimizer, **compiled)
    made.fit(X, Y, batch_size=BATCH, epochs=4, shuffle=False, verbose=0)
    return made


def by_hand(optimizer: Optimizer, how: str) -> pl.Model:
    """Four epochs with gradients of the tape, and the update by ``apply`` or by ``update`` on dictionaries."""
    made = model(SGD())
    trained = made.trainable_weights
    params = {p.name: p.array for p in trained}
    for start in [*range(0, len(X), BATCH)] * 4:
        x, y = X[start : start + BATCH], Y[start : start + BATCH]
        for p in trained:
            p.grad = None
        loss = pl.ops.mean(pl.ops.square(made(x, training=True) - y))
        loss.backward()
        grads = [p.grad for p in trained]
        if how == "apply":
            optimizer.apply(grads, trained, samples=len(x))
        else:
            optimizer.update(params, {p.name: g for p, g in zip(trained, grads, strict=True)}, samples=len(x))
            for p in trained:  # a dictionary of arrays knows of no constraints
                if p.constraint is not None and optimizer.batches % (optimizer.gradient_accumulation_steps or 1) == 0:
                    p.assign(p.constraint(pl.tensor(p.array)).array)
    return made


def assert_same_weights(one: pl.Model, other: pl.Model) -> None:
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-6)


@every_rule
@every_chain
@pytest.mark.parametrize("mode", ["compiled", "reference", "stepped"])
def test_a_program_goes_the_way_of_eager_steps(rule: Any, chain: dict[str, Any], mode: str, monkeypatch: Any) -> None:
    eager = fitted(make(rule, chain), run_eagerly=True)
    monkeypatch.setenv("PELLUCID_KERNELS", mode)
    assert_same_weights(fitted(make(rule, chain)), eager)


@every_rule
@every_chain
def test_apply_goes_the_way_of_fit(rule: Any, chain: dict[str, Any]) -> None:
    optimizer = make(rule, chain)
    made = by_hand(optimizer, "apply")
    if optimizer.use_ema:  # as fit does at its end
        for p in made.trainable_weights:
            p.assign(optimizer.memory.of(p)["average"])
    assert_same_weights(made, fitted(make(rule, chain), run_eagerly=True))


@every_rule
@pytest.mark.parametrize("chain", [c for c in CHAINS.values() if "use_ema" not in c])
def test_update_goes_the_way_of_apply(rule: Any, chain: dict[str, Any]) -> None:
    """But for averages, which are taken after the constraint, of which a dictionary knows nothing."""
    assert_same_weights(by_hand(make(rule, chain), "update"), by_hand(make(rule, chain), "apply"))


@every_chain
def test_a_chain_changes_the_path(chain: dict[str, Any]) -> None:
    """Else the tests above would show nothing."""
    plain = fitted(SGD(0.05)).get_weights()
    other = fitted(make(SGD, chain)).get_weights()
    same = all(np.allclose(a, b, rtol=1e-4, atol=1e-6) for a, b in zip(plain, other, strict=True))
    assert same == (not chain or chain.get("global_clipnorm") == 1e6)


# --- worked by hand ---------------------------------------------------------------------------------------------------


def one_step(optimizer: Optimizer, p: Any, g: Any, steps: int = 1) -> np.ndarray:
    params = {"x": np.array(p, float)}
    for _ in range(steps):
        optimizer.update(params, {"x": np.array(g, float)})
    return params["x"]


def test_clipping_by_value() -> None:
    np.testing.assert_allclose(one_step(SGD(1.0, clipvalue=0.5), [0, 0, 0], [3, -0.1, -7]), [-0.5, 0.1, 0.5])


def test_clipping_by_norm() -> None:
    """3, 4 has the norm 5."""
    np.testing.assert_allclose(one_step(SGD(1.0, clipnorm=1.0), [0, 0], [3, 4]), [-0.6, -0.8])
    np.testing.assert_allclose(one_step(SGD(1.0, clipnorm=6.0), [0, 0], [3, 4]), [-3, -4])


def test_clipping_by_global_norm() -> None:
    """3 and 4 of two parameters have the common norm 5."""
    params = {"a": np.zeros(1), "b": np.zeros(1)}
    SGD(1.0, global_clipnorm=1.0).update(params, {"a": [3.0], "b": [4.0]})
    assert params["a"][0] == pytest.approx(-0.6)
    assert params["b"][0] == pytest.approx(-0.8)


def test_a_gradient_of_zeros_and_one_that_is_not_finite() -> None:
    np.testing.assert_array_equal(one_step(SGD(1.0, clipnorm=1.0), [1, 1], [0, 0]), [1, 1])
    assert np.isnan(one_step(SGD(1.0, clipnorm=1.0), [1, 1], [np.nan, 0])).all()


def test_weight_decay() -> None:
    """1 - 0.1 * 0.5 = 0.95 of the weight is left, then 0.1 * 2 is taken off."""
    np.testing.assert_allclose(one_step(SGD(0.1, weight_decay=0.5), [1.0], [2.0]), [0.75])


def test_accumulation_weighs_by_samples() -> None:
    """(3 * 1 + 1 * 5) / 4 = 2."""
    params, optimizer = {"x": np.zeros(1)}, SGD(1.0, gradient_accumulation_steps=2)
    optimizer.update(params, {"x": [1.0]}, samples=3)
    assert params["x"][0] == 0
    assert optimizer.iterations == 0
    optimizer.update(params, {"x": [5.0]}, samples=1)
    assert params["x"][0] == -2
    assert optimizer.iterations == 1
    optimizer.update(params, {"x": [7.0]}, samples=1)
    optimizer.update(params, {"x": [7.0]}, samples=9)
    assert params["x"][0] == pytest.approx(-9)


def test_accumulation_of_equal_batches_is_one_large_batch() -> None:
    one = model(Adam(0.05))
    one.fit(X[:16], Y[:16], batch_size=16, epochs=3, shuffle=False, verbose=0)
    parts = model(Adam(0.05, gradient_accumulation_steps=4))
    parts.fit(X[:16], Y[:16], batch_size=4, epochs=3, shuffle=False, verbose=0)
    assert_same_weights(one, parts)
    assert parts.optimizer.iterations == 3


def test_the_average() -> None:
    """Weights 9, 8, 7: averages 9, then 0.5 * 9 + 0.5 * 8 = 8.5, then 7.75."""
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5)
    assert one_step(optimizer, [10.0], [1.0], steps=3)[0] == 7
    assert optimizer._states["x"]["average"][0] == 7.75
    overwriting = SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2)
    assert one_step(overwriting, [10.0], [1.0], steps=2)[0] == 8.5


def test_groups() -> None:
    settings = {"enc/*": {"learning_rate": 0.1}, "*/bias": {"learning_rate_multiplier": 10.0}}
    params = {name: np.zeros(1) for name in ("enc/kernel", "enc/bias", "head/kernel", "head/bias")}
    optimizer = SGD(1.0, groups=settings)
    optimizer.update(params, {name: [1.0] for name in params})
    assert {name: -p[0] for name, p in params.items()} == pytest.approx(
        {"enc/kernel": 0.1, "enc/bias": 1.0, "head/kernel": 1.0, "head/bias": 10.0}
    )
    optimizer.learning_rate = 0.0  # a group with a rate of its own keeps it
    optimizer.update(params, {name: [1.0] for name in params})
    assert -params["enc/kernel"][0] == pytest.approx(0.2)
    assert -params["head/bias"][0] == pytest.approx(10.0)


def test_a_later_group_counts_above_an_earlier_one() -> None:
    optimizer = SGD(1.0, groups={"*": {"weight_decay": 0.5}, "b*": {"weight_decay": 0.25}})
    assert [optimizer.member(name).weight_decay for name in ("a", "b")] == [0.5, 0.25]
    assert SGD(1.0).member("a").weight_decay is None


def test_exclude_from_weight_decay() -> None:
    optimizer = SGD(1.0, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    params = {"a/kernel": np.ones(1), "a/bias": np.ones(1)}
    optimizer.update(params, {name: [0.0] for name in params})
    assert [p[0] for p in params.values()] == [0.5, 1.0]
    assert optimizers.get(optimizers.serialize(optimizer)).member("a/bias").weight_decay == 0
    with pytest.raises(ArgumentError, match="before the first step"):
        optimizer.exclude_from_weight_decay(var_names=["kernel"])


def test_group_errors() -> None:
    with pytest.raises(ArgumentError, match=r"groups\['a'\] cannot have 'global_clipnorm'"):
        SGD(groups={"a": {"global_clipnorm": 1.0}})
    with pytest.raises(ArgumentError, match=r"cannot have 'beta_1'.*nesterov"):
        SGD(groups={"a": {"beta_1": 0.5}})
    made = model(SGD(groups={"c/*": {"learning_rate": 0.1}}))
    with pytest.raises(ArgumentError, match=r"the group 'c/\*' fits no parameter. There are: a/kernel, a/bias"):
        made.fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight_decay": -1}, "weight_decay must be a number >= 0"),
        ({"clipvalue": 0}, "clipvalue must be a number > 0"),
        ({"clipnorm": -1.0}, "clipnorm must be a number > 0"),
        ({"global_clipnorm": "much"}, "global_clipnorm must be a number > 0"),
        ({"ema_momentum": 1.5}, "ema_momentum must be a number >= 0 and <= 1"),
        ({"ema_overwrite_frequency": 0}, "ema_overwrite_frequency must be an integer >= 1"),
        ({"gradient_accumulation_steps": 1}, "gradient_accumulation_steps must be an integer >= 2"),
        ({"use_ema": 1}, "use_ema must be True or False"),
        ({"clip_norm": 1.0}, "no argument 'clip_norm'. Did you mean 'clipnorm'"),
        ({"lr": 1.0}, "no argument 'lr'"),
    ],
)
def test_refuses(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        SGD(**settings)


# --- apply ------------------------------------------------------------------------------------------------------------


def test_apply_gradients_takes_pairs() -> None:
    w = pl.Parameter(np.ones(2, "f"), name="w")
    SGD(0.5).apply_gradients([(pl.tensor([2.0, 4.0]), w)])
    np.testing.assert_array_equal(w.numpy(), [0, -1])


def test_apply_leaves_gradients_as_they_are_and_parameters_without_one() -> None:
    w, other = pl.Parameter(np.zeros(2), name="w"), pl.Parameter(np.ones(1), name="other")
    g = np.array([3.0, 4.0])
    SGD(1.0, clipnorm=1.0).apply([g, None], [w, other])
    np.testing.assert_array_equal(g, [3, 4])
    np.testing.assert_allclose(w.numpy(), [-0.6, -0.8])
    assert other.numpy() == 1


def test_apply_errors() -> None:
    w = pl.Parameter(np.zeros(2), name="w")
    with pytest.raises(ArgumentError, match="2 gradients were given for 1 parameters"):
        SGD().apply([1, 2], [w])
    with pytest.raises(ArgumentError, match="all gradients are None"):
        SGD().apply([None], [w])
    with pytest.raises(ShapeError, match=r"gradient of 'w' has shape \(3,\), the parameter \(2,\)"):
        SGD().apply([np.ones(3)], [w])
    with pytest.raises(ArgumentError, match=r"apply needs Parameter objects\. Received ndarray"):
        SGD().apply([np.ones(3)], [np.ones(3)])


# --- what it costs ----------------------------------------------------------------------------------------------------


def titles(optimizer: Optimizer) -> list[str]:
    made = pl.Sequential([pl.layers.Dense(4, "tanh", input_dim=5, name="a"), pl.layers.Dense(1, name="b")])
    made.compile(optimizer, "mse")
    return [e.title for e in made.plan(X, Y, BATCH).schedule.entries]


def test_plain_descent_stays_folded_into_the_products() -> None:
    plain = titles(SGD())
    assert sum(title.endswith("_sgd") for title in plain) == 4
    for chain in CHAINS.values():
        found = titles(make(SGD, {**chain, "groups": None}))
        folds = set(chain) <= {"learning_rate", "groups", "use_ema", "ema_momentum", "ema_overwrite_frequency"}
        assert sum(title.endswith("_sgd") for title in found) == (4 if folds else 0)


def test_what_is_not_asked_for_is_not_there() -> None:
    assert {t.split()[0] for t in titles(Adam())} - {t.split()[0] for t in titles(SGD())} == {
        "Adam",
        "linear.weight_gradient",
        "linear.bias_gradient",
    }
    assert titles(SGD(schedules.StepDecay(0.1, 10))).count("learning rate") == 1


@pytest.mark.parametrize(
    ("gradients", "expected"),
    [
        ([[1.0, 2.0], [None, 1.0]], [-1.5, -2.0]),  # (1 + 2) / 2, then (0 + 1) / 2: nothing of the first update in the second
        ([[1.0, 2.0], [1.0, None]], [-1.5, -2.0]),  # what was accumulated is not lost
        ([[1.0, 2.0], [None, None]], [-1.5, -1.5]),  # no gradient at all: the parameter stays
        ([[None, 2.0], [3.0, None]], [-1.0, -2.5]),
    ],
)
def test_a_missing_gradient_counts_as_zero_in_its_step(gradients: list[list[float | None]], expected: list[float]) -> None:
    handed, keyed = (SGD(1.0, gradient_accumulation_steps=2) for _ in range(2))
    w, other, params = pl.Parameter(np.zeros(1), name="w"), pl.Parameter(np.zeros(1), name="v"), {"w": np.zeros(1)}
    for update, mean in zip(gradients, expected, strict=True):
        for g in update:
            handed.apply([None if g is None else np.array([g]), np.array([1.0])], [w, other])
            keyed.update(params, {} if g is None else {"w": np.array([g])})
        assert w.numpy().tolist() == params["w"].tolist() == [mean]
