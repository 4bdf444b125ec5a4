"""Optimizers' kernels against their papers' equations in float64."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Call, Share, reads, updates
from tests.support.twins import Placed, assert_near, exact, run

if library.mode() != "compiled":
    pytest.skip("these are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

STEPS = 5
SHAPES = [(1,), (7,), (3, 5), (130, 9), (2, 3, 4)]
RATE = 0.07


def start(shape: tuple[int, ...], states: int) -> tuple[Placed, Placed, list[Placed], Placed]:
    rng = np.random.default_rng(8)
    w, g = (Placed(rng.normal(size=shape).astype(np.float32), name) for name in "wg")
    return w, g, [Placed(np.zeros(shape, np.float32), f"s{i}") for i in range(states)], Placed(np.array([RATE]), "rate")


@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_sgd(shape: tuple[int, ...], ranks: int) -> None:
    w, g, _, rate = start(shape, 0)
    expected = exact(w.array) - STEPS * RATE * exact(g.array)
    accesses = (updates(w.buffer), reads(g.buffer, Share.ROWS), reads(rate.buffer))
    run([Call("optimizer.sgd", w.buffer.rows, w.buffer.row_size, *accesses)] * STEPS, [w, g, rate], ranks)
    assert_near(w.array, expected, "w")


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_momentum(shape: tuple[int, ...], ranks: int, nesterov: bool) -> None:
    w, g, (v,), rate = start(shape, 1)
    right, slope, speed = exact(w.array), exact(g.array), np.zeros(shape)
    for _ in range(STEPS):
        speed = 0.9 * speed - RATE * slope
        right = right + (0.9 * speed - RATE * slope if nesterov else speed)
    accesses = (updates(w.buffer), reads(g.buffer, Share.ROWS), updates(v.buffer), reads(rate.buffer))
    call = Call("optimizer.momentum", w.buffer.rows, w.buffer.row_size, 0.9, nesterov, *accesses)
    run([call] * STEPS, [w, g, v, rate], ranks)
    assert_near(w.array, right, "w")
    assert_near(v.array, speed, "v")


@pytest.mark.parametrize("hat", [False, True], ids=["algorithm 1", "epsilon hat"])
@pytest.mark.parametrize("ranks", [1, 2, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_adam(shape: tuple[int, ...], ranks: int, hat: bool) -> None:
    """An epsilon so large that its place shows; gradients that change."""
    w, g, (m, v), rate = start(shape, 2)
    clock = Placed(np.array([0, 0], np.int64), "clock")
    b1, b2, epsilon = 0.9, 0.999, 0.1
    right, first, second, slope = exact(w.array), np.zeros(shape), np.zeros(shape), exact(g.array)
    accesses = (updates(w.buffer), reads(g.buffer, Share.ROWS), updates(m.buffer), updates(v.buffer))
    clocked = (*accesses, reads(rate.buffer), reads(clock.buffer))
    call = Call("optimizer.adam", w.buffer.rows, w.buffer.row_size, b1, b2, epsilon, hat, *clocked)
    for t in range(1, STEPS + 1):
        first = b1 * first + (1 - b1) * slope
        second = b2 * second + (1 - b2) * slope**2
        m_hat, v_hat = first / (1 - b1**t), second / (1 - b2**t)
        if hat:
            right = right - RATE * np.sqrt(1 - b2**t) / (1 - b1**t) * first / (np.sqrt(second) + epsilon)
        else:
            right = right - RATE * m_hat / (np.sqrt(v_hat) + epsilon)
        run([call], [w, g, m, v, rate, clock], ranks)
        clock.array[0] += 1
        g.array[...] *= -0.5
        slope = slope * -0.5
    assert_near(w.array, right, "w")
    assert_near(m.array, first, "m")
    assert_near(v.array, second, "v")
