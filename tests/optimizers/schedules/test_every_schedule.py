"""Every schedule: its formula at one step and at many, in training as alone, and back from its configuration."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError
from pellucid.optimizers import SGD, schedules
from pellucid.optimizers.schedules import LearningRateSchedule

# Each schedule with rates worked by hand: {step: rate}.
WORKED: dict[str, tuple[LearningRateSchedule, dict[int, float]]] = {
    "constant": (schedules.Constant(0.3), {0: 0.3, 1000: 0.3}),
    "exponential": (schedules.ExponentialDecay(0.1, 10, 0.5), {0: 0.1, 5: 0.1 / math.sqrt(2), 10: 0.05, 30: 0.0125}),
    "staircase": (schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True), {0: 0.1, 9: 0.1, 10: 0.05, 19: 0.05, 20: 0.025}),
    "step": (schedules.StepDecay(0.1, 10, 0.5), {0: 0.1, 9: 0.1, 10: 0.05, 25: 0.025}),
    "inverse time": (schedules.InverseTimeDecay(0.1, 10, 2.0), {0: 0.1, 5: 0.05, 10: 0.1 / 3}),
    "inverse time in steps": (schedules.InverseTimeDecay(0.1, 10, 2.0, staircase=True), {9: 0.1, 10: 0.1 / 3, 19: 0.1 / 3}),
    "piecewise": (schedules.PiecewiseConstantDecay([3, 6], [1.0, 0.5, 0.1]), {0: 1.0, 3: 1.0, 4: 0.5, 6: 0.5, 7: 0.1, 99: 0.1}),
    "polynomial": (schedules.PolynomialDecay(0.5, 10, 0.1), {0: 0.5, 5: 0.3, 10: 0.1, 99: 0.1}),
    "square root": (schedules.PolynomialDecay(1.0, 16, 0.0, power=0.5), {0: 1.0, 12: 0.5, 16: 0.0}),
    "polynomial cycle": (schedules.PolynomialDecay(1.0, 10, 0.0, cycle=True), {0: 1.0, 10: 0.0, 11: 0.45, 20: 0.0, 21: 0.3}),
    "cosine": (schedules.CosineDecay(1.0, 12, alpha=0.1), {0: 1.0, 4: 0.9 * 0.75 + 0.1, 6: 0.55, 12: 0.1, 50: 0.1}),
    "cosine with warm-up": (
        schedules.CosineDecay(0.2, 12, warmup_target=1.0, warmup_steps=4),
        {0: 0.2, 2: 0.6, 4: 1.0, 10: 0.5, 16: 0.0, 17: 0.0},
    ),
    "restarts": (
        schedules.CosineDecayRestarts(1.0, 6, t_mul=2.0, m_mul=0.5),
        {0: 1.0, 3: 0.5, 6: 0.5, 12: 0.25, 18: 0.25, 30: 0.125, 42: 0.125},
    ),
    "restarts of equal length": (schedules.CosineDecayRestarts(1.0, 6, t_mul=1.0), {0: 1.0, 3: 0.5, 6: 1.0, 600: 1.0, 603: 0.5}),
    "one cycle": (
        schedules.OneCycle(1.0, 21, rise=1 / 3, initial_divisor=10.0, final_divisor=100.0),
        {0: 0.1, 3: 0.55, 6: 1.0, 13: 0.5005, 20: 0.001, 99: 0.001},
    ),
    "warm-up": (schedules.Warmup(0.4, 4, start=0.5), {0: 0.2, 2: 0.3, 4: 0.4, 9: 0.4}),
    "warm-up of a schedule": (schedules.Warmup(schedules.StepDecay(0.4, 2, 0.5), 4), {0: 0, 3: 0.3, 4: 0.4, 5: 0.4, 6: 0.2}),
    "no warm-up": (schedules.Warmup(0.4, 0), {0: 0.4, 1: 0.4}),
}
every = pytest.mark.parametrize(("schedule", "worked"), WORKED.values(), ids=WORKED)


def test_each_is_tested() -> None:
    assert {type(s) for s, _ in WORKED.values()} == set(schedules.registry.classes())


@every
def test_worked_by_hand(schedule: LearningRateSchedule, worked: dict[int, float]) -> None:
    for step, rate in worked.items():
        found = schedule(step)
        assert type(found) is float
        assert found == pytest.approx(rate, rel=1e-12, abs=1e-15), f"step {step}"


@every
def test_many_steps_at_once(schedule: LearningRateSchedule, worked: dict[int, float]) -> None:
    for first, count in [(0, 50), (3, 1), (7, 30)]:
        rates = schedule.rates(first, count)
        assert rates.shape == (count,)
        np.testing.assert_allclose(rates, [schedule(step) for step in range(first, first + count)], rtol=1e-14)
    assert (schedule.rates(0, 5000) >= 0).all()


@every
def test_comes_back_from_its_configuration(schedule: LearningRateSchedule, worked: dict[int, float]) -> None:
    again = schedules.get(json.loads(json.dumps(schedules.serialize(schedule))))
    assert type(again) is type(schedule)
    np.testing.assert_array_equal(again.rates(0, 50), schedule.rates(0, 50))
    optimizer = pl.optimizers.get(json.loads(json.dumps(pl.optimizers.serialize(SGD(schedule)))))
    assert optimizer.get_config()["learning_rate"] == SGD(schedule).get_config()["learning_rate"]
    assert optimizer.learning_rate == schedule(0)


def slope(rate: Any, **compiled: Any) -> pl.Model:
    """w falls by the rate at each step: y = w x with x = 1, and the loss is w itself."""
    model = pl.Sequential([pl.layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_dim=1)])
    model.compile(SGD(rate), lambda y_true, y_pred: y_pred, **compiled)
    return model


@every
@pytest.mark.parametrize("mode", ["compiled", "eager", "reference"])
def test_training_takes_its_rates(schedule: LearningRateSchedule, worked: dict[int, float], mode: str, monkeypatch: Any) -> None:
    if mode == "reference":
        monkeypatch.setenv("PELLUCID_KERNELS", mode)
    model = slope(schedule, run_eagerly=mode == "eager")
    x = np.ones((20, 1), "f")
    for epoch in range(1, 3):
        model.fit(x, x, batch_size=1, verbose=0)
        assert -model.get_weights()[0].item() == pytest.approx(sum(map(schedule, range(20 * epoch))), rel=1e-5)
        assert model.optimizer.learning_rate == schedule(20 * epoch)


def test_longer_than_the_table_of_rates(monkeypatch: Any) -> None:
    from pellucid.training import rates, trainer

    monkeypatch.setattr(rates, "LENGTH", 4)
    monkeypatch.setattr(trainer, "RATES_AHEAD", 4)
    schedule = schedules.ExponentialDecay(0.1, 10, 0.5)
    model = slope(schedule)
    x = np.ones((101, 1), "f")
    model.fit(x, x, batch_size=1, epochs=2, verbose=0)
    assert -model.get_weights()[0].item() == pytest.approx(sum(map(schedule, range(202))), rel=1e-5)


def test_an_assigned_rate_is_constant_and_a_schedule_may_be_assigned() -> None:
    model = slope(schedules.StepDecay(1.0, 10, 0.5))
    x = np.ones((20, 1), "f")
    model.fit(x, x, batch_size=1, verbose=0)
    assert -model.get_weights()[0].item() == pytest.approx(15)
    model.optimizer.learning_rate = 2.0
    model.fit(x, x, batch_size=1, verbose=0)
    assert -model.get_weights()[0].item() == pytest.approx(55)
    model.optimizer.learning_rate = schedules.PiecewiseConstantDecay([49], [1.0, 3.0])
    model.fit(x, x, batch_size=1, verbose=0)
    assert -model.get_weights()[0].item() == pytest.approx(55 + 10 + 30)


def test_a_schedule_of_ones_own() -> None:
    class Alternating(LearningRateSchedule):
        def __call__(self, step: int) -> float:
            return 1.0 if step % 2 else 0.5

    model = slope(Alternating())
    x = np.ones((10, 1), "f")
    model.fit(x, x, batch_size=1, verbose=0)
    assert -model.get_weights()[0].item() == pytest.approx(7.5)


def test_accumulation_counts_updates() -> None:
    optimizer = SGD(schedules.StepDecay(1.0, 1, 0.5), gradient_accumulation_steps=2)
    params = {"x": np.zeros(1)}
    for expected in (0, -1, -1, -1.5, -1.5, -1.75):
        optimizer.update(params, {"x": [1.0]})
        assert params["x"][0] == expected


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.ExponentialDecay(0.1, 0, 0.5), "decay_steps must be a number > 0"),
        (lambda: schedules.PiecewiseConstantDecay([3, 2], [1, 2, 3]), "boundaries must rise"),
        (lambda: schedules.PiecewiseConstantDecay([3], [1]), "values must be one more than boundaries"),
        (lambda: schedules.CosineDecayRestarts(0.1, 10, t_mul=0.5), "t_mul must be a number >= 1"),
        (lambda: schedules.OneCycle(0.1, 1), "total_steps must be an integer >= 2"),
        (lambda: schedules.Warmup("fast", 3), "schedule: 'fast' is not known"),
        (lambda: schedules.Constant(-1), "learning_rate must be a number >= 0"),
        (lambda: schedules.get(0.1), "schedule: pass a name"),
    ],
)
def test_refuses(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()
