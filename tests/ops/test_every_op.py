"""What holds for every operation: a class that is added to pellucid.ops is found and held to it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import broadcastable_shapes, mutually_broadcastable_shapes

from pellucid import ops
from pellucid.autodiff import CallContext, Op, Spec, Tensor, call_context, tensor
from pellucid.autodiff.op import compute
from pellucid.ops.elementwise import Elementwise
from pellucid.ops.reduction import Reduction
from tests.support.gradients import check_gradients
from tests.support.op_cases import CASES, Array, Case


def all_op_classes() -> list[type[Op]]:
    """Every concrete subclass of Op in pellucid.ops."""
    for module in pkgutil.iter_modules(ops.__path__, "pellucid.ops."):
        importlib.import_module(module.name)
    found, waiting = set(), [Op]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            waiting.append(cls)
            if cls.__module__.startswith("pellucid.ops.") and not inspect.isabstract(cls):
                found.add(cls)
    return sorted(found, key=lambda c: c.__name__)


OP_CLASSES = all_op_classes()
EVERY_CASE = [pytest.param(case, id=str(case)) for cases in CASES.values() for case in cases]
WITH_DERIVATIVE = [pytest.param(case, id=str(case)) for cases in CASES.values() for case in cases if case.derivative]


def drawn(case: Case) -> tuple[Array, ...]:
    return tuple(np.asarray(a) for a in case.inputs(np.random.default_rng(3)))


def as_float32(array: Array) -> Array:
    return array.astype(np.float32) if array.dtype.kind == "f" else array


@pytest.mark.parametrize("op", OP_CLASSES, ids=lambda c: c.__name__)
def test_op_has_a_case_a_docstring_and_a_hash(op: type[Op]) -> None:
    assert CASES.get(op), f"{op.__name__} has no case: add one to tests/support/op_cases.py"
    assert all(type(case.op) is op for case in CASES[op])
    assert inspect.getdoc(op) != inspect.getdoc(Op)
    hash(CASES[op][0].op)


@pytest.mark.parametrize("op", [c for c in OP_CLASSES if c.differentiable], ids=lambda c: c.__name__)
def test_a_derivative_that_exists_is_checked(op: type[Op]) -> None:
    assert any(case.derivative for case in CASES.get(op, []))


@pytest.mark.parametrize("case", EVERY_CASE)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_infer_tells_shape_and_dtype_of_forward(case: Case, dtype: str) -> None:
    inputs = [a.astype(dtype) if a.dtype.kind == "f" else a for a in drawn(case)]
    specs = [Spec.of(a) for a in inputs]
    assert [case.op.infer(*specs), *case.op.infer_saved(*specs)] == [Spec.of(value) for value in compute(case.op, inputs)]


@pytest.mark.parametrize("case", EVERY_CASE)
def test_traced_and_eager_agree_on_the_spec(case: Case) -> None:
    inputs = drawn(case)
    eager = case.op(*inputs)
    traced = case.op(*(Tensor(Spec.of(a)) for a in inputs))
    assert traced.is_symbolic
    assert traced.spec == eager.spec


@pytest.mark.parametrize("case", WITH_DERIVATIVE)
def test_derivative_is_the_central_difference(case: Case) -> None:
    check_gradients(case.op, *drawn(case), tolerance=1e-6)


@pytest.mark.parametrize("case", WITH_DERIVATIVE)
def test_gradients_are_of_the_inputs_shape_and_dtype(case: Case) -> None:
    leaves = [tensor(a, requires_grad=a.dtype.kind == "f") for a in map(as_float32, drawn(case))]
    y = case.op(*leaves)
    y.backward(np.ones(y.shape))
    for leaf in leaves:
        if leaf.grad is not None:
            assert leaf.grad.dtype == np.float32
            assert leaf.grad.shape == leaf.shape


@pytest.mark.parametrize("case", EVERY_CASE)
def test_float32_stays_float32(case: Case) -> None:
    inputs = [as_float32(a) for a in drawn(case)]
    y = case.op(*inputs)
    if y.spec.is_float and not hasattr(case.op, "dtype"):
        assert y.dtype == np.float32


@pytest.mark.parametrize("case", EVERY_CASE)
def test_forward_and_backward_leave_their_inputs_alone(case: Case) -> None:
    inputs = drawn(case)
    before = [a.copy() for a in inputs]
    for a in inputs:
        a.setflags(write=False)
    leaves = [tensor(a, requires_grad=a.dtype.kind == "f") for a in inputs]
    y = case.op(*leaves)
    if case.derivative:
        seed = np.ones(y.shape, y.dtype)
        seed.setflags(write=False)
        y.backward(seed)
    for a, b in zip(inputs, before, strict=True):
        np.testing.assert_array_equal(a, b)


# --- any shapes -----------------------------------------------------------------------------------------------------------

ELEMENTWISE = [c for c in OP_CLASSES if issubclass(c, Elementwise) and c in CASES]
REDUCTIONS = [c for c in OP_CLASSES if issubclass(c, Reduction) and c in CASES]


@pytest.mark.parametrize("op", [c for c in ELEMENTWISE if len(c.parameters) == 2], ids=lambda c: c.__name__)
@settings(max_examples=25, deadline=None)
@given(shapes=mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4, min_side=0))
def test_elementwise_on_two_inputs_of_any_shapes_that_broadcast(op: type[Op], shapes) -> None:  # type: ignore[no-untyped-def]
    check_elementwise(op(), [np.full(s, 0.5 + i) for i, s in enumerate(shapes.input_shapes)], shapes.result_shape)


@pytest.mark.parametrize("op", [c for c in ELEMENTWISE if len(c.parameters) == 1], ids=lambda c: c.__name__)
@settings(max_examples=10, deadline=None)
@given(shape=broadcastable_shapes((3, 3, 3), min_side=1, max_side=3))
def test_elementwise_on_one_input_of_any_shape(op: type[Op], shape: tuple[int, ...]) -> None:
    check_elementwise(CASES[op][0].op, [np.full(shape, 0.5)], shape)


def check_elementwise(op: Op, inputs: list[Array], shape: tuple[int, ...]) -> None:
    leaves = [tensor(a, "float32", requires_grad=True) for a in inputs]
    if op.name.startswith("Logical"):
        leaves = [tensor(a > 1) for a in inputs]
    y = op(*leaves)
    assert y.shape == op.infer(*(leaf.spec for leaf in leaves)).shape == shape
    if not y.requires_grad:
        return
    y.backward(np.ones(shape))
    if op.needs or op.name in ("Add", "Subtract"):
        # Every element of an input counts as often as broadcasting repeats it, and each time for the same.
        for leaf in leaves:
            assert leaf.grad is not None
            assert leaf.grad.shape == leaf.shape
            if y.size and leaf.size:
                np.testing.assert_allclose(leaf.grad, leaf.grad.flat[0], rtol=1e-6)


@st.composite
def shape_and_axes(draw) -> tuple[tuple[int, ...], tuple[int, ...] | None]:  # type: ignore[no-untyped-def]
    shape = tuple(draw(st.lists(st.integers(1, 4), max_size=4)))
    axes = draw(st.none() | st.lists(st.integers(-len(shape), len(shape) - 1), max_size=4)) if shape else None
    if axes is not None:
        axes = tuple({a % len(shape): a for a in axes}.values())
    return shape, axes


@pytest.mark.parametrize("op", REDUCTIONS, ids=lambda c: c.__name__)
@settings(max_examples=30, deadline=None)
@given(shape_and_axes=shape_and_axes(), keepdims=st.booleans())
def test_reduction_of_any_shape_over_any_axes(op, shape_and_axes, keepdims: bool) -> None:  # type: ignore[no-untyped-def]
    shape, axes = shape_and_axes
    x = tensor(np.random.default_rng(5).normal(size=shape).astype(np.float32), requires_grad=True)
    y = op(axes, keepdims)(x)
    assert y.shape == op(axes, keepdims).infer(x.spec).shape == np.zeros(shape).sum(axis=axes, keepdims=keepdims).shape
    y.backward(np.ones(y.shape))
    assert x.grad is not None
    assert x.grad.shape == shape
    if op in (ops.Prod, ops.Norm):  # what they pass on is held to the central difference alone
        return
    # A sum passes 1 to each element; a mean, a maximum and a logsumexp pass weights that sum to 1 for each result.
    np.testing.assert_allclose(x.grad.sum(), x.size if op is ops.Sum else y.size, rtol=1e-4)


def test_an_operation_on_symbolic_tensors_runs_nothing() -> None:
    class Loud(Op):
        def infer(self, x: Spec) -> Spec:
            return x

        def forward(self, xp, x):  # type: ignore[no-untyped-def]
            raise AssertionError("forward must not run in a trace")

    with call_context(CallContext(symbolic=True)):
        assert Loud()(Tensor(Spec((2, 3)))).is_symbolic
