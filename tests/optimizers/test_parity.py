"""The optimizers beside Keras' and PyTorch's, 50 steps at ordinary and extreme learning rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pellucid.optimizers import SGD, Adam, Optimizer
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
    """Within ``tolerance`` of the greatest value on the way, element by element."""
    a, b = np.array(ours, np.float64), np.array(theirs, np.float64)
    furthest = np.maximum.accumulate(np.maximum(np.abs(b), np.abs(START)), axis=0)
    assert (np.abs(a - b) <= tolerance * furthest).all(), f"greatest relative difference {(np.abs(a - b) / furthest).max():.2e}"


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_beside_keras(rate: float, momentum: float, nesterov: bool) -> None:
    theirs = keras.optimizers.SGD(rate, momentum=momentum, nesterov=nesterov)
    assert_same(our_path(SGD(rate, momentum, nesterov)), keras_path(theirs))


@pytest.mark.parametrize("rate", RATES)
def test_adam_with_epsilon_hat_beside_keras(rate: float) -> None:
    """Keras rounds 0.999^t to float32, by 3e-8 at most: of sqrt(1 - 0.999^t) that is 1.5e-5 at t = 1, which comes on top."""
    assert_same(our_path(Adam(rate, epsilon_hat=True)), keras_path(keras.optimizers.Adam(rate)), tolerance=2.5e-5)


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
    assert_same(our_path(Adam(rate, epsilon=epsilon)), theirs)


def test_the_places_of_epsilon_differ() -> None:
    """Else the two tests above would show nothing."""
    with pytest.raises(AssertionError, match="greatest relative difference"):
        assert_same(our_path(Adam(0.01)), keras_path(keras.optimizers.Adam(0.01)))
