"""Products that take a step of plain SGD as they are made: what the folded update must equal."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid.kernels import library
from pellucid.kernels.call import Call, reads, updates
from tests.support.twins import Placed, assert_near, exact, run

if library.mode() != "compiled":
    pytest.skip("these are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

SIZES = [(1, 1, 7, 10), (2, 1, 784, 50), (5, 3, 33, 1), (128, 1, 1, 17), (1, 4, 6, 3), (0, 1, 3, 2)]


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_weights_and_bias_step_down_their_gradients(sizes: tuple[int, int, int, int], ranks: int) -> None:
    rows, per_row, inputs, outputs = sizes
    rng = np.random.default_rng(3)
    shapes = ((rows, per_row, inputs), (rows, per_row, outputs), (inputs, outputs), (outputs,))
    x, grad, w, b = places = [Placed(rng.normal(size=s).astype(np.float32), "") for s in shapes]
    rate = Placed(np.array([0.05]), "rate")
    vectors, slopes = exact(x.array).reshape(-1, inputs), exact(grad.array).reshape(-1, outputs)
    right_w, right_b = exact(w.array) - 0.05 * vectors.T @ slopes, exact(b.array) - 0.05 * slopes.sum(axis=0)
    constant = (reads(x.buffer), reads(grad.buffer))
    calls = [
        Call("linear.weight_gradient_sgd", *sizes, *constant, updates(w.buffer), reads(rate.buffer)),
        Call("linear.bias_gradient_sgd", *sizes, reads(grad.buffer), updates(b.buffer), reads(rate.buffer)),
    ]
    run(calls, [*places, rate], ranks)
    assert_near(w.array, right_w, "weights")
    assert_near(b.array, right_b, "bias")
