"""Elementwise operations: values at the corners, broadcasting, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import ops
from pellucid.autodiff import Spec, Tensor, tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.ops.shapes import broadcast
from tests.support.gradients import check_gradients


def gradient(function, *values: float) -> list[float]:  # type: ignore[no-untyped-def]
    leaves = [tensor(np.float64(v), requires_grad=True) for v in values]
    function(*leaves).backward()
    return [float(leaf.grad) for leaf in leaves]  # type: ignore[arg-type]


def test_broadcast_is_numpys_and_names_both_shapes() -> None:
    for shapes in [((3, 1), (1, 4)), ((), (2,)), ((5, 1, 3), (4, 1)), ((0,), (1,)), ((2, 3),), ((1,), (1,), (7, 1))]:
        assert broadcast(*shapes) == np.broadcast_shapes(*shapes)
    assert broadcast() == ()
    for one, other in [((2, 3), (4,)), ((0,), (2,)), ((2, 4, 3), (5, 3))]:
        message = f"Add: shapes {one} and {other} do not broadcast"
        with pytest.raises(ShapeError) as caught:
            ops.add(np.ones(one), np.ones(other))
        assert str(caught.value).startswith(message)
    with pytest.raises(ShapeError, match=r"\(None, 3\) and \(4,\)"):
        Tensor(Spec((None, 3))) + Tensor(Spec((4,)))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (3.0, 2.0, [6.0, 9 * np.log(3)]),
        (0.0, 2.0, [0.0, 0.0]),
        (0.0, 1.0, [1.0, 0.0]),
        (0.0, 0.0, [0.0, 0.0]),
        (-2.0, 3.0, [12.0, np.nan]),
        (2.0, 0.0, [0.0, np.log(2)]),
    ],
)
def test_power_at_its_corners(a: float, b: float, expected: list[float]) -> None:
    np.testing.assert_allclose(gradient(ops.power, a, b), expected, rtol=1e-14)


def test_power_of_integers() -> None:
    x = np.array([1, 2, 3])
    assert (tensor(x) ** 2).dtype == np.int64
    np.testing.assert_allclose(ops.power(x, -1.0).numpy(), [1, 0.5, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(ops.power(x, np.array([-1, 2, 0])).numpy(), [1, 4, 1])
    with pytest.raises(ArgumentError, match="exponent of 0, 1, 2"):
        ops.power(x, -1)


def test_ties_and_bounds() -> None:
    """A tie halves the gradient; a bound of clip lets it pass."""
    assert gradient(ops.maximum, 2.0, 2.0) == [0.5, 0.5]
    assert gradient(ops.minimum, 2.0, 2.0) == [0.5, 0.5]
    assert gradient(ops.maximum, 3.0, 2.0) == [1.0, 0.0]
    assert gradient(ops.minimum, 3.0, 2.0) == [0.0, 1.0]
    assert [gradient(lambda x: ops.clip(x, 0, 1), v) for v in (-1.0, 0.0, 0.5, 1.0, 2.0)] == [[0.0], [1.0], [1.0], [1.0], [0.0]]
    assert gradient(ops.absolute, 0.0) == [0.0]


def test_clip() -> None:
    assert ops.clip([-2, 5], 0, 3).numpy().tolist() == [0, 3]
    assert ops.clip([-2, 5], 0, 2.5).numpy().tolist() == [0.0, 2.5]
    for low, high in [(1, 0), (float("nan"), 1)]:
        with pytest.raises(ArgumentError, match="x_min must not be above x_max"):
            ops.clip([1.0], low, high)


def test_where_keeps_a_nan_of_the_other_side_out_of_value_and_gradient() -> None:
    x = tensor(np.array([-1.0, 4.0]), requires_grad=True)
    safe = ops.where(x > 0, x, 1.0)
    y = ops.where(x > 0, ops.sqrt(safe), 0.0)
    assert y.numpy().tolist() == [0.0, 2.0]
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.25])


def test_where_takes_numbers_as_conditions() -> None:
    assert ops.where([0, 2], 1.0, -1.0).numpy().tolist() == [-1.0, 1.0]
    assert ops.where([0, 2], 1.0, -1.0).dtype == np.float32


def test_logic_takes_numbers_as_truth() -> None:
    assert ops.logical_and([0.0, 2.0], [1, 1]).numpy().tolist() == [False, True]
    assert ops.logical_or([0.0, 2.0], 0).numpy().tolist() == [False, True]
    assert ops.logical_not([0, 3]).numpy().tolist() == [True, False]


def test_log1p_near_zero() -> None:
    """log(1 + x) = x - x^2/2 + ..., which log of a rounded 1 + x would lose."""
    assert ops.log1p(tensor(np.array(1e-12))).item() == pytest.approx(1e-12 - 5e-25, rel=1e-15)


def test_comparison_of_a_float_and_an_integer() -> None:
    assert ops.equal(tensor([1.0, 2.5]), [1, 2]).numpy().tolist() == [True, False]


def test_cast() -> None:
    x = tensor([1.0])
    assert ops.cast(x, "float32") is x
    assert ops.cast(x, bool).dtype == np.bool_
    for dtype in ("complex64", "U3", "no such", object):
        with pytest.raises(ArgumentError, match="floats, integers or booleans"):
            ops.cast(x, dtype)
    check_gradients(lambda x: ops.cast(ops.cast(x, "float64"), "float64") ** 2, np.array([1.0, 2.0]))


def test_gradient_passes_a_cast_in_the_inputs_dtype() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    (x.astype("float64") * np.array([3.0, 4.0])).sum().backward()
    assert x.grad is not None
    assert x.grad.dtype == np.float32
    np.testing.assert_array_equal(x.grad, [3.0, 4.0])
    assert not x.astype("int64").requires_grad


def test_operations_on_floats_refuse_integers_when_called_bare() -> None:
    with pytest.raises(ArgumentError, match=r"Exp: inputs must be floats. Received int64\[2\]"):
        ops.Exp()(np.array([1, 2]))
