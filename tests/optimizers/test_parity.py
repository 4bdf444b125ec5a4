"""The optimizers beside Keras' and PyTorch's, 50 steps at ordinary and extreme learning rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pellucid import constraints, optimizers
from pellucid.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Nadam,
    Optimizer,
    RMSprop,
    schedules,
)
from tests.support.keras_peer import import_keras

keras = import_keras()
torch = pytest.importorskip("torch", reason="needs the extra 'parity'")

pytestmark = pytest.mark.parity

Array = npt.NDArray[Any]
STEPS = 50
RATES = [1e-6, 0.01, 1.0, 1e3]
START = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
# Of sizes from 1e-9, far below epsilon, to 1e2.
GRADIENTS = (
    np.random.default_rng(1).normal(size=(STEPS, 4, 3)) * 10.0 ** np.random.default_rng(2).integers(-9, 3, (4, 3))
).astype("float32")


def our_path(optimizer: Optimizer) -> list[Array]:
    params, path = {"W": START.copy()}, []
    for g in GRADIENTS:
        optimizer.update(params, {"W": g})
        path.append(params["W"].copy())
    return path


def keras_path(optimizer: Any) -> list[Array]:
    variable, path = keras.Variable(START.copy()), []
    for g in GRADIENTS:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        path.append(np.asarray(variable.value).copy())
    return path


def torch_path(make: Callable[[Any], Any]) -> list[Array]:
    parameter, path = torch.nn.Parameter(torch.tensor(START)), []
    optimizer = make([parameter])
    for g in GRADIENTS:
        parameter.grad = torch.tensor(g)
        optimizer.step()
        path.append(parameter.detach().numpy().copy())
    return path


def assert_same(ours: list[Array], theirs: list[Array], tolerance: float = 1e-5) -> None:
    """Within ``tolerance`` of the greatest value on the way, element by element; what overflows must do so in both."""
    a, b = np.array(ours, np.float64), np.array(theirs, np.float64)
    np.testing.assert_array_equal(np.isfinite(a), np.isfinite(b))
    a, b = np.where(np.isfinite(a), a, 0.0), np.where(np.isfinite(b), b, 0.0)
    furthest = np.maximum.accumulate(np.maximum(np.abs(b), np.abs(START)), axis=0)
    assert (np.abs(a - b) <= tolerance * furthest).all(), f"greatest relative difference {(np.abs(a - b) / furthest).max():.2e}"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_beside_keras(rate: float, momentum: float, nesterov: bool) -> None:
    theirs = keras.optimizers.SGD(rate, momentum=momentum, nesterov=nesterov)
    assert_same(our_path(SGD(rate, momentum, nesterov)), keras_path(theirs))


@pytest.mark.parametrize("rate", RATES)
def test_adam_beside_keras(rate: float) -> None:
    """Keras rounds 0.999^t to float32, by 3e-8 at most: of sqrt(1 - 0.999^t) that is 1.5e-5 at t = 1, which comes on top."""
    assert_same(our_path(Adam(rate)), keras_path(keras.optimizers.Adam(rate)), tolerance=2.5e-5)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("momentum", "nesterov"), [(0.0, False), (0.9, False), (0.9, True)])
def test_sgd_beside_pytorch(rate: float, momentum: float, nesterov: bool) -> None:
    """The velocity holds the rate here and not there: one path while the rate is constant."""
    theirs = torch_path(lambda p: torch.optim.SGD(p, lr=rate, momentum=momentum, nesterov=nesterov))
    assert_same(our_path(SGD(rate, momentum, nesterov)), theirs)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("epsilon", [1e-8, 1e-3])
def test_adam_beside_pytorch(rate: float, epsilon: float) -> None:
    theirs = torch_path(lambda p: torch.optim.Adam(p, lr=rate, eps=epsilon))
    assert_same(our_path(Adam(rate, epsilon=epsilon, epsilon_hat=False)), theirs)


def test_the_places_of_epsilon_differ() -> None:
    """Else the two tests above would show nothing."""
    with pytest.raises(AssertionError, match="greatest relative difference"):
        assert_same(our_path(Adam(0.01, epsilon_hat=False)), keras_path(keras.optimizers.Adam(0.01)))


# --- all others -------------------------------------------------------------------------------------------------------

# Keras rounds 1 - 0.999^t to float32, as above, which adds to the tolerance where there are hats.
KERAS: list[tuple[Optimizer, str, dict[str, Any], float]] = [
    (Adagrad(), "Adagrad", {}, 1e-5),
    (RMSprop(), "RMSprop", {}, 1e-5),
    (RMSprop(centered=True, momentum=0.9, epsilon=1e-3), "RMSprop", {"centered": True, "momentum": 0.9, "epsilon": 1e-3}, 1e-4),
    (Adadelta(), "Adadelta", {}, 1e-5),
    (AdamW(), "AdamW", {}, 2.5e-5),
    (Adam(amsgrad=True), "Adam", {"amsgrad": True}, 2.5e-5),
    (Adamax(), "Adamax", {}, 1e-5),
    (Nadam(), "Nadam", {}, 2.5e-5),
    (Lion(), "Lion", {}, 1e-5),
    (Ftrl(), "Ftrl", {}, 1e-5),
    (Lamb(), "Lamb", {}, 2.5e-5),
    (SGD(clipnorm=0.5), "SGD", {"clipnorm": 0.5}, 1e-5),
    (SGD(clipvalue=0.5, weight_decay=0.1), "SGD", {"clipvalue": 0.5, "weight_decay": 0.1}, 1e-5),
    (SGD(global_clipnorm=0.5), "SGD", {"global_clipnorm": 0.5}, 1e-5),
    (SGD(gradient_accumulation_steps=3), "SGD", {"gradient_accumulation_steps": 3}, 1e-5),
    (Adam(gradient_accumulation_steps=3), "Adam", {"gradient_accumulation_steps": 3}, 2.5e-5),
]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("ours", "name", "settings", "tolerance"), KERAS, ids=[f"{n}-{s}" for _, n, s, _ in KERAS])
def test_beside_keras(ours: Optimizer, name: str, settings: dict[str, Any], tolerance: float, rate: float) -> None:
    if name == "Lamb" and rate > 1:
        pytest.skip("weights grow a thousandfold a step, and Keras' norm of them, in float32, overflows first")
    ours = optimizers.get(optimizers.serialize(ours) | {"config": ours.get_config() | {"learning_rate": rate}})
    assert_same(our_path(ours), keras_path(getattr(keras.optimizers, name)(rate, **settings)), tolerance)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras reading a variable of its own
@pytest.mark.parametrize("cls", [c for c in optimizers.registry.classes() if hasattr(keras.optimizers, c.__name__)])
def test_defaults_are_those_of_keras(cls: type[Optimizer]) -> None:
    theirs = getattr(keras.optimizers, cls.__name__)().get_config()
    ours = cls().get_config()
    common = set(ours) & set(theirs) - {"name"}
    for name in sorted(common):
        assert ours[name] == (pytest.approx(theirs[name]) if isinstance(theirs[name], float) else theirs[name]), name
    assert set(theirs) - set(ours) == {"loss_scale_factor"}


TORCH: list[tuple[Optimizer, Callable[[Any, float], Any]]] = [
    (Adagrad(initial_accumulator_value=0, epsilon=1e-10, epsilon_outside=True), lambda p, lr: torch.optim.Adagrad(p, lr=lr)),
    (RMSprop(rho=0.99, epsilon=1e-8, epsilon_outside=True), lambda p, lr: torch.optim.RMSprop(p, lr=lr)),
    (Adadelta(rho=0.9, epsilon=1e-6), lambda p, lr: torch.optim.Adadelta(p, lr=lr)),
    (AdamW(weight_decay=0.01, epsilon=1e-8, epsilon_hat=False), lambda p, lr: torch.optim.AdamW(p, lr=lr)),
    (Adam(amsgrad=True, epsilon=1e-8, epsilon_hat=False), lambda p, lr: torch.optim.Adam(p, lr=lr, amsgrad=True)),
    (Nadam(momentum_decay=0.004, epsilon=1e-8), lambda p, lr: torch.optim.NAdam(p, lr=lr)),
]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("ours", "theirs"), TORCH, ids=[type(o).__name__ for o, _ in TORCH])
def test_beside_pytorch(ours: Optimizer, theirs: Callable[[Any, float], Any], rate: float) -> None:
    ours = type(ours).from_config(ours.get_config() | {"learning_rate": rate})
    assert_same(our_path(ours), torch_path(lambda p: theirs(p, rate)), tolerance=2e-5)


# --- schedules and constraints ----------------------------------------------------------------------------------------

SCHEDULES: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("ExponentialDecay", (0.1, 7, 0.5), {}),
    ("ExponentialDecay", (0.1, 7, 0.5), {"staircase": True}),
    ("PiecewiseConstantDecay", ([5, 9], [0.1, 0.05, 0.01]), {}),
    ("PolynomialDecay", (0.1, 20), {"power": 2.0}),
    ("PolynomialDecay", (0.1, 8), {"cycle": True}),
    ("InverseTimeDecay", (0.1, 5, 0.3), {"staircase": True}),
    ("CosineDecay", (0.1, 20), {"alpha": 0.1}),
    ("CosineDecay", (0.01, 20), {"warmup_target": 0.1, "warmup_steps": 6}),
    ("CosineDecayRestarts", (0.1, 5), {"m_mul": 0.8}),
    ("CosineDecayRestarts", (0.1, 5), {"t_mul": 1.0, "alpha": 0.1}),
]


@pytest.mark.parametrize(("name", "arguments", "settings"), SCHEDULES)
def test_schedules_beside_keras(name: str, arguments: tuple[Any, ...], settings: dict[str, Any]) -> None:
    theirs = getattr(keras.optimizers.schedules, name)(*arguments, **settings)
    ours = getattr(schedules, name)(*arguments, **settings)
    for step in range(60):
        assert ours(step) == pytest.approx(float(theirs(step)), rel=2e-5, abs=1e-8), f"step {step}"
    assert getattr(schedules, name).from_config(theirs.get_config()).get_config() == ours.get_config()


def test_one_cycle_beside_pytorch() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    theirs = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.5, total_steps=40, cycle_momentum=False)
    ours = schedules.OneCycle(0.5, 40)
    for step in range(40):
        assert ours(step) == pytest.approx(theirs.get_last_lr()[0], rel=1e-9)
        optimizer.step()
        if step < 39:
            theirs.step()


@pytest.mark.parametrize("cls", constraints.registry.classes())
@pytest.mark.parametrize("shape", [(4, 3), (3, 2, 5)])
def test_constraints_beside_keras(cls: type[constraints.Constraint], shape: tuple[int, ...]) -> None:
    w = 2 * np.random.default_rng(3).normal(size=shape).astype("f")
    theirs = getattr(keras.constraints, cls.__name__)()
    assert cls().get_config() == theirs.get_config()
    np.testing.assert_allclose(cls()(w).numpy(), np.asarray(theirs(w)), rtol=1e-5, atol=1e-7)  # type: ignore[arg-type]
