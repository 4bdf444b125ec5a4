"""Op: what a subclass declares, what is checked of it, and how it is applied."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.autodiff import CallContext, Op, Parameter, Spec, Tensor, as_tensors, call_context, tensor
from pellucid.errors import ArgumentError, IndexRangeError, ShapeError


class Scale(Op):
    """k x with both inputs, as a user writes it."""

    def infer(self, x: Spec, k: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any, k: Any) -> Any:
        return x * k

    def backward(self, xp: Any, grad: Any, x: Any, k: Any) -> Any:
        return grad * k, grad * x


def test_declaration_is_read_from_the_signatures() -> None:
    assert Scale.parameters == ("x", "k")
    assert Scale.needs == ("x", "k")
    assert Scale.differentiable
    assert not Scale.variadic
    assert pl.ops.Concatenate.variadic
    assert not pl.ops.Equal.differentiable


def test_backward_names_something_unknown() -> None:
    with pytest.raises(TypeError, match=r"backward names \['z'\].*'x', 'x_spec', 'y', 'y_spec'"):

        class Strange(Op):
            def infer(self, x: Spec) -> Spec:
                return x

            def forward(self, xp: Any, x: Any) -> Any:
                return x

            def backward(self, xp: Any, grad: Any, z: Any) -> Any:
                return grad


def test_user_op_with_a_gradient_summed_back_to_the_broadcast_input() -> None:
    x, k = tensor([1.0, 2.0, 3.0], requires_grad=True), tensor(2.0, requires_grad=True)
    Scale()(x, k).sum().backward()
    np.testing.assert_array_equal(x.grad, [2.0, 2.0, 2.0])
    assert k.grad == 6.0


class Round(Op):
    """No derivative."""

    def infer(self, x: Spec) -> Spec:
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return xp.round(x)


def test_user_op_without_backward() -> None:
    x = tensor([1.4], requires_grad=True)
    y = Round()(x)
    assert y.numpy() == [1.0]
    with pytest.raises(TypeError, match="Round has no derivative"):
        y.sum().backward()


def test_backward_with_a_wrong_number_of_gradients() -> None:
    class TooFew(Scale):
        def backward(self, xp: Any, grad: Any, x: Any, k: Any) -> Any:
            return grad

    with pytest.raises(TypeError, match=r"TooFew\.backward returned 1 gradients for 2 inputs"):
        TooFew()(tensor(1.0, requires_grad=True), 2.0).backward()


@pytest.mark.parametrize("shape", [(2,), (4, 4), ()])
def test_backward_with_a_gradient_that_cannot_fit(shape: tuple[int, ...]) -> None:
    class Misfit(Round):
        def backward(self, xp: Any, grad: Any) -> Any:
            return xp.ones(shape)

    with pytest.raises(ShapeError, match="does not fit an input of shape"):
        Misfit()(tensor([1.0, 2.0, 3.0], requires_grad=True)).sum().backward()


def test_errors_of_a_shape_rule_name_operation_and_place() -> None:
    with call_context(CallContext()) as context, context.scope("0", "hidden"), pytest.raises(ShapeError) as caught:
        pl.ops.add(np.ones((128, 10)), np.ones(11))
    message = str(caught.value)
    assert message.startswith('Add in "hidden": ')
    assert "(128, 10)" in message
    assert "(11,)" in message


def test_errors_keep_their_kind() -> None:
    with pytest.raises(IndexRangeError, match="GetItem: index 3"):
        tensor([1.0, 2.0])[3]
    with pytest.raises(IndexError):
        tensor([1.0, 2.0])[3]


def test_infinity_and_nan_arise_without_warnings() -> None:
    x = tensor([0.0, -1.0], requires_grad=True)
    y = pl.ops.log(x)
    np.testing.assert_array_equal(y.numpy(), [-np.inf, np.nan])
    (y / 0).sum().backward()
    assert pl.ops.exp(1000.0).item() == np.inf


# --- the weakness of Python numbers ---------------------------------------------------------------------------------------

NUMBERS = [
    ("float32", 2, "float32"),
    ("float32", 2.5, "float32"),
    ("float32", np.sqrt(2.0), "float32"),
    ("float64", 2.5, "float64"),
    ("float16", 2.5, "float16"),
    ("int64", 2, "int64"),
    ("int32", 2, "int32"),
    ("int32", 2.5, "float32"),
    ("bool", 2, "int64"),
    ("bool", 2.5, "float32"),
    ("float32", True, "float32"),
    ("int64", True, "int64"),
]


@pytest.mark.parametrize(("dtype", "number", "expected"), NUMBERS)
def test_a_python_number_takes_the_dtype_of_its_company(dtype: str, number: float, expected: str) -> None:
    x = tensor(np.ones(2, dtype))
    for y in (x * number, number * x, x + number, number + x):
        assert y.dtype == expected
    np.testing.assert_allclose((x + number).numpy(), 1.0 + number, rtol=1e-3)
    np.testing.assert_allclose((number * x).numpy(), number, rtol=1e-3)


PAIRS = [
    ("float32", "float32", "float32"),
    ("float32", "float64", "float64"),
    ("float32", "int64", "float32"),
    ("float32", "bool", "float32"),
    ("float16", "int64", "float16"),
    ("int32", "int64", "int64"),
    ("uint8", "int8", "int16"),
    ("int64", "bool", "int64"),
]


@pytest.mark.parametrize(("first", "second", "expected"), PAIRS)
def test_promotion_of_two_arrays(first: str, second: str, expected: str) -> None:
    a, b = np.ones(2, first), np.ones(2, second)
    for op in (pl.ops.add, pl.ops.multiply, pl.ops.maximum):
        assert op(a, b).dtype == expected
        assert op(b, a).dtype == expected
        assert op(Tensor(Spec.of(a)), Tensor(Spec.of(b))).dtype == expected
    assert pl.ops.concatenate([a, b]).dtype == expected
    assert pl.ops.where([True, False], a, b).dtype == expected


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_integers_become_float32_where_they_must_be_floats(dtype: str) -> None:
    x = np.array([1, 1], dtype)
    for y in (pl.ops.divide(x, x), pl.ops.mean(x), pl.ops.exp(x), pl.ops.sqrt(x), pl.ops.var(x), pl.ops.logsumexp(x)):
        assert y.dtype == np.float32
    assert pl.ops.divide(x, 2).dtype == np.float32


def test_numbers_alone() -> None:
    assert pl.ops.add(1, 2).dtype == np.int64
    assert pl.ops.add(1, 2.5).dtype == np.float32
    assert pl.ops.add(np.float64(1), 2).dtype == np.float64
    assert [t.dtype.name for t in as_tensors(True, 1.5)] == ["bool", "float32"]


def test_arrays_on_the_left_leave_the_operation_to_the_tensor() -> None:
    x = tensor([1.0, 2.0], requires_grad=True)
    y = np.array([3.0, 4.0], np.float32) * x
    assert isinstance(y, Tensor)
    assert y.requires_grad
    assert isinstance(np.float32(2) - x, Tensor)
    assert isinstance(np.eye(2, dtype=np.float32) @ x, Tensor)
    assert (np.array([1.0, 3.0]) == x).numpy().tolist() == [True, False]


# --- eager or traced ------------------------------------------------------------------------------------------------------


def test_parameters_are_symbolic_in_a_trace_only() -> None:
    w = Parameter(np.ones(3, np.float32), name="w")
    assert not (w * 2).is_symbolic
    with call_context(CallContext(symbolic=True)):
        y = w * 2
        assert y.is_symbolic
        assert y.requires_grad
        assert not (tensor([1.0]) * 2).is_symbolic  # constants are computed at once
    with pytest.raises(ArgumentError):
        tensor([1, 2], requires_grad=True)
