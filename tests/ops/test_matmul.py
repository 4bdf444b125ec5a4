"""Products of matrices, held against numpy.matmul and numpy.dot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

from pellucid import ops
from pellucid.autodiff import Spec, Tensor
from pellucid.errors import ShapeError
from tests.support.gradients import check_gradients


@settings(max_examples=100, deadline=None)
@given(
    shapes=mutually_broadcastable_shapes(signature=np.matmul.signature, max_dims=2, min_side=0, max_side=4),
    seed=st.integers(0, 99),
)
def test_matmul_is_numpys(shapes, seed: int) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(seed)
    a, b = (rng.normal(size=s) for s in shapes.input_shapes)
    y = ops.matmul(a, b)
    np.testing.assert_allclose(y.numpy(), np.matmul(a, b), rtol=1e-12)
    assert ops.matmul(Tensor(Spec.of(a)), Tensor(Spec.of(b))).spec == y.spec
    check_gradients(ops.matmul, a, b)


DOTS = [
    ((4,), (4,)),
    ((3, 4), (4,)),
    ((3, 4), (4, 2)),
    ((), (3,)),
    ((2, 3, 4), (4, 2)),
    ((3, 4), (5, 4, 2)),
    ((2, 3), (2, 5, 3, 4)),
]


@pytest.mark.parametrize("shapes", DOTS)
def test_dot_is_numpys(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    rng = np.random.default_rng(0)
    a, b = (np.asarray(rng.normal(size=s)) for s in shapes)
    expected = np.dot(a, b)
    y = ops.dot(a, b)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-12)
    assert y.shape == expected.shape
    check_gradients(ops.dot, a, b)


def test_integers() -> None:
    assert ops.matmul([[1, 2]], [[3], [4]]).numpy().tolist() == [[11]]
    assert ops.matmul([[1, 2]], [[3], [4]]).dtype == np.int64


@pytest.mark.parametrize(
    ("shapes", "message"),
    [
        (((3, 4), (5, 2)), r"equally long. Received float64\[3, 4\] and float64\[5, 2\]"),
        (((3, 4), (3,)), "equally long"),
        (((), (3,)), r"at least one axis.*Multiply by a number with \*"),
        (((2, 3, 4), (3, 4, 5)), r"\(2,\) and \(3,\) do not broadcast"),
    ],
)
def test_refusals(shapes: tuple[tuple[int, ...], tuple[int, ...]], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        ops.matmul(*(np.ones(s) for s in shapes))
