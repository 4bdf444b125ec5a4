"""Tensor: Python's protocols on values, and what a symbolic tensor refuses and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.autodiff import OPEN, CallContext, Parameter, Spec, Tensor, as_tensor, call_context, tensor
from pellucid.errors import ArgumentError, ShapeError, TraceError


def test_dtypes_of_data() -> None:
    assert tensor([1.0, 2.0]).dtype == np.float32
    assert tensor([1, 2]).dtype == np.int64
    assert tensor([True]).dtype == np.bool_
    assert tensor(np.ones(2)).dtype == np.float64
    assert tensor([1, 2], "float64").dtype == np.float64


@pytest.mark.parametrize("data", [[[1.0], [1.0, 2.0]], ["a"], [None], {"a": 1}, None])
def test_data_that_is_no_array_of_numbers(data: object) -> None:
    with pytest.raises(ArgumentError, match="Cannot make a tensor of"):
        tensor(data)


def test_operators_are_numpys() -> None:
    a, b = np.array([[1.0, -2.0], [3.0, 4.0]], np.float32), np.array([[2.0, 2.0], [0.5, 4.0]], np.float32)
    x, y = tensor(a), tensor(b)
    pairs: list[tuple[Any, Any]] = [
        (x + y, a + b),
        (x - y, a - b),
        (x * y, a * b),
        (x / y, a / b),
        (x**2, a**2),
        (abs(x) ** y, abs(a) ** b),
        (2**x, 2**a),
        (2 - x, 2 - a),
        (2 / x, 2 / a),
        (x @ y, a @ b),
        (a @ y, a @ b),
        (-x, -a),
        (abs(x), abs(a)),
        (x == y, a == b),
        (x != y, a != b),
        (x < y, a < b),
        (x <= y, a <= b),
        (x > y, a > b),
        (x >= y, a >= b),
        (x[1], a[1]),
        (x[:, 0], a[:, 0]),
        (x.T, a.T),
        (x.reshape(-1), a.reshape(-1)),
        (x.reshape((4, 1)), a.reshape(4, 1)),
        (x.reshape(1, 4), a.reshape(1, 4)),
        (x.transpose(1, 0), a.T),
        (x.transpose(), a.T),
        (x.astype("int32"), a.astype("int32")),
        (x.sum(), a.sum()),
        (x.mean(axis=0), a.mean(axis=0)),
        (x.max(axis=1, keepdims=True), a.max(axis=1, keepdims=True)),
        (x.min(), a.min()),
    ]
    for found, expected in pairs:
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape


def test_python_protocols_on_values() -> None:
    x = tensor([[1.0, 2.0], [3.0, 4.0]])
    assert len(x) == 2
    assert [row.numpy().tolist() for row in x] == [[1.0, 2.0], [3.0, 4.0]]
    assert float(x[0, 1]) == 2.0
    assert int(tensor(3)) == 3
    assert list(range(tensor(3))) == [0, 1, 2]
    assert bool(tensor([1.0]) > 0)
    assert np.asarray(x).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert hash(x) != hash(tensor([[1.0, 2.0], [3.0, 4.0]]))
    with pytest.raises(TypeError, match="not changed in place"):
        x[0] = 1.0
    with pytest.raises(TypeError, match="at least one axis"):
        len(tensor(1.0))
    with pytest.raises(TypeError, match="at least one axis"):
        iter(tensor(1.0))
    with pytest.raises(ValueError, match="truth value"):
        bool(x > 0)


REFUSED: dict[str, tuple[Callable[[Tensor], object], str]] = {
    "if": (lambda x: 1 if x > 0 else 0, "where"),
    "and": (lambda x: (x > 0) and (x < 1), "where"),
    "chained comparison": (lambda x: 0 < x < 1, "where"),
    "bool": (bool, "where"),
    "float": (float, "Keep computing"),
    "int": (int, "shape"),
    "range": (lambda x: range(x), "shape"),
    "numpy function": (np.asarray, "pellucid.ops"),
    "array of tensors": (lambda x: np.array([x, x]), "pellucid.ops"),
    "values": (lambda x: x.numpy(), "pellucid.ops"),
    "item": (lambda x: x.item(), "pellucid.ops"),
    "mask": (lambda x: x.reshape(1)[x.reshape(1) > 0], "where"),
    "backward": (lambda x: x.backward(), "fit"),
}


@pytest.mark.parametrize("use", REFUSED)
def test_a_symbolic_tensor_refuses_what_needs_values_and_says_what_to_use(use: str) -> None:
    function, way_out = REFUSED[use]
    with call_context(CallContext(symbolic=True)):
        x = Tensor(Spec(()), name="x")
        with pytest.raises(TraceError, match=way_out) as caught:
            function(x)
        assert "run_eagerly=True" in str(caught.value) or use == "mask"


def test_the_open_batch_axis_cannot_be_walked() -> None:
    x = Tensor(Spec((None, 3)))
    for use in (len, iter, list):
        with pytest.raises(TraceError, match="batch axis"):
            use(x)
    concrete = Tensor(Spec((2, 3)))
    assert len(concrete) == 2
    assert [row.shape for row in concrete] == [(3,), (3,)]


def test_spec_with_an_open_axis() -> None:
    spec = Spec((None, 2, 5))
    assert spec.shape == (None, 2, 5)
    assert spec == Spec((OPEN, 2, 5))
    assert spec != Spec((7, 2, 5))
    assert str(spec) == "float32[None, 2, 5]"
    assert repr(spec.shape) == "(None, 2, 5)"
    assert Spec((spec.size,)).shape == (None,)
    assert hash(spec) == hash(Spec((None, 2, 5)))


def _open(x: Tensor) -> dict[str, tuple[Tensor, tuple[int | None, ...]]]:
    """Operations on x (None, 2, 5), and the shapes they give."""
    ops = pl.ops
    return {
        "flat": (x.reshape(-1, 10), (None, 10)),
        "keep batch": (ops.reshape(x, (x.shape[0], -1)), (None, 10)),
        "flatten": (ops.flatten(x), (None, 10)),
        "ravel": (ops.ravel(x), (None,)),
        "samples and axis": (x.reshape(-1, 5), (None, 5)),
        "expand": (ops.expand_dims(x, 0), (1, None, 2, 5)),
        "squeeze": (ops.squeeze(ops.expand_dims(x, -1)), (None, 2, 5)),
        "add": (x + np.ones(5, np.float32), (None, 2, 5)),
        "with itself": (x * x.max(axis=2, keepdims=True), (None, 2, 5)),
        "sum": (x.sum(axis=0), (2, 5)),
        "mean": (x.mean(axis=(1, 2)), (None,)),
        "mean of all": (x.mean(), ()),
        "var": (ops.var(x, axis=0), (2, 5)),
        "argmax": (ops.argmax(x, axis=-1), (None, 2)),
        "logsumexp": (ops.logsumexp(x, axis=-1), (None, 2)),
        "matmul": (x @ np.ones((5, 3), np.float32), (None, 2, 3)),
        "transpose": (ops.transpose(x, (0, 2, 1)), (None, 5, 2)),
        "column": (x[:, 0], (None, 5)),
        "last": (x[..., -1], (None, 2)),
        "first sample": (x[0], (2, 5)),
        "five samples": (x[:5], (5, 2, 5)),
        "all but one": (x[1:], (None, 2, 5)),
        "reversed": (x[::-1], (None, 2, 5)),
        "concatenate": (ops.concatenate([x, x], axis=1), (None, 4, 5)),
        "concatenate samples": (ops.concatenate([x, x], axis=0), (None, 2, 5)),
        "stack": (ops.stack([x, x], axis=1), (None, 2, 2, 5)),
        "where": (ops.where(x > 0, x, 0), (None, 2, 5)),
        "one_hot": (ops.one_hot(ops.argmax(x, axis=-1), 7), (None, 2, 7)),
        "take": (ops.take(x, [0, 1, 1], axis=1), (None, 3, 5)),
        "broadcast_to": (ops.broadcast_to(x, (3, *x.shape)), (3, None, 2, 5)),
    }


@pytest.mark.parametrize("name", _open(Tensor(Spec((4, 2, 5)))))
def test_the_open_batch_axis_flows_through_shape_rules(name: str) -> None:
    traced, shape = _open(Tensor(Spec((None, 2, 5))))[name]
    assert traced.shape == shape
    assert len(traced.shape) == len(shape)


@pytest.mark.parametrize("name", _open(Tensor(Spec((4, 2, 5)))))
def test_operations_noted_with_an_open_axis_serve_every_batch_size(name: str) -> None:
    """The trace is done again with values: no operation has the stand-in length among its settings."""
    x = Tensor(Spec((None, 2, 5)))
    traced, _ = _open(x)[name]
    values = tensor(np.random.default_rng(0).normal(size=(8, 2, 5)).astype(np.float32))
    np.testing.assert_array_equal(_replay(traced, x, values).numpy(), _open(values)[name][0].numpy())


def _replay(result: Tensor, x: Tensor, values: Tensor) -> Tensor:
    if result is x:
        return values
    if result.node is None:
        return result
    return result.node.op(*(_replay(t, x, values) for t in result.node.inputs))


def test_parameter() -> None:
    w = Parameter(np.ones(3, np.float32), name="w")
    w.assign([1, 2, 3])
    assert w.numpy().tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(ShapeError, match=r"w: a value of shape \(2,\) does not fit a parameter of shape \(3,\)"):
        w.assign([1, 2])
    w.trainable = False
    assert not (w * 2).requires_grad


def test_as_tensor_passes_tensors_through() -> None:
    x = tensor([1.0])
    assert as_tensor(x) is x


OPERATORS = ["add", "subtract", "multiply", "divide", "power", "matmul", "equal", "not_equal", "less", "greater_equal"]


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_between_an_array_and_a_tensor_is_the_tensors(name: str) -> None:
    a, b = np.array([1.0, 2.0], np.float32), np.array([3.0, 2.0], np.float32)
    operator = getattr(np, name)
    for result in (operator(a, pl.tensor(b)), operator(pl.tensor(a), b)):
        assert isinstance(result, pl.Tensor)
        np.testing.assert_array_equal(result.numpy(), operator(a, b))


def test_an_array_increased_by_a_tensor_becomes_one() -> None:
    x = pl.tensor([1.0, 2.0], requires_grad=True)
    array = before = np.ones(2, np.float32)
    array += x
    assert isinstance(array, pl.Tensor)
    assert before.tolist() == [1, 1]
    array.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [1, 1]


@pytest.mark.parametrize("x", [pl.tensor([1.0, 2.0]), pl.Input((2,))], ids=["values", "symbolic"])
@pytest.mark.parametrize(
    ("use", "words"),
    [
        (np.tanh, r"numpy\.tanh.*Use pellucid\.ops\.tanh"),
        (np.sinh, r"numpy\.sinh.*Compose it of pellucid\.ops"),
        (np.add.reduce, r"numpy\.add"),
    ],
)
def test_a_function_of_numpy_points_to_ops(x: pl.Tensor, use, words: str) -> None:
    with pytest.raises(TraceError, match=words):
        use(x)
