"""The operations against PyTorch: values, gradients, dtypes, ties, and extreme values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pellucid import ops
from tests.support.parity import EXTREMES, INFINITE, check_parity

torch = pytest.importorskip("torch", reason="needs the extra 'parity'")
pytestmark = pytest.mark.parity

RNG = np.random.default_rng(17)
Function = Callable[..., Any]

UNARY: dict[str, tuple[Function, Function]] = {
    "negative": (ops.negative, torch.neg),
    "absolute": (ops.absolute, torch.abs),
    "sign": (ops.sign, torch.sign),
    "exp": (ops.exp, torch.exp),
    "log": (ops.log, torch.log),
    "log1p": (ops.log1p, torch.log1p),
    "sqrt": (ops.sqrt, torch.sqrt),
    "square": (ops.square, torch.square),
    "sin": (ops.sin, torch.sin),
    "cos": (ops.cos, torch.cos),
    "power 2": (lambda x: x**2, lambda x: x**2),
    "power 3": (lambda x: x**3, lambda x: x**3),
    "power 0": (lambda x: x**0, lambda x: x**0),
    "power 0.5": (lambda x: x**0.5, lambda x: x**0.5),
    "power -1": (lambda x: x**-1, lambda x: x**-1),
    "2 to the power": (lambda x: 2**x, lambda x: 2**x),
    "clip": (lambda x: ops.clip(x, -1.0, 50.0), lambda x: torch.clamp(x, -1.0, 50.0)),
    "reciprocal": (lambda x: 1 / x, lambda x: 1 / x),
    "zeros_like": (ops.zeros_like, torch.zeros_like),
    "ones_like": (ops.ones_like, torch.ones_like),
}

BINARY: dict[str, tuple[Function, Function]] = {
    "add": (ops.add, torch.add),
    "subtract": (ops.subtract, torch.subtract),
    "multiply": (ops.multiply, torch.multiply),
    "divide": (ops.divide, torch.divide),
    "power": (ops.power, torch.pow),
    "maximum": (ops.maximum, torch.maximum),
    "minimum": (ops.minimum, torch.minimum),
    "equal": (ops.equal, torch.eq),
    "not_equal": (ops.not_equal, torch.ne),
    "less": (ops.less, torch.lt),
    "less_equal": (ops.less_equal, torch.le),
    "greater": (ops.greater, torch.gt),
    "greater_equal": (ops.greater_equal, torch.ge),
    "logical_and": (ops.logical_and, torch.logical_and),
    "logical_or": (ops.logical_or, torch.logical_or),
}

REDUCTIONS: dict[str, tuple[Function, Function]] = {
    "sum": (ops.sum, torch.sum),
    "mean": (ops.mean, torch.mean),
    "max": (ops.max, torch.amax),
    "min": (ops.min, torch.amin),
    "logsumexp": (ops.logsumexp, torch.logsumexp),
    "var": (ops.var, lambda x, dim, keepdim: torch.var(x, dim, correction=0, keepdim=keepdim)),
    "std": (ops.std, lambda x, dim, keepdim: torch.std(x, dim, correction=0, keepdim=keepdim)),
}


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("shape", [(), (5,), (7, 33)])
def test_unary(name: str, shape: tuple[int, ...]) -> None:
    check_parity(*UNARY[name], RNG.uniform(0.1, 3.0, shape))
    if name not in ("log", "log1p", "sqrt", "power 0.5"):
        check_parity(*UNARY[name], RNG.normal(size=shape))


# Where PyTorch goes its own way, and Pellucid follows NumPy and IEEE 754: the sign of NaN is NaN (PyTorch: 0), and the power
# 0.5 of -0 and -inf is 0 and infinity with positive slopes (PyTorch takes it for the root, 1/root(-0) = -inf).
EXCEPT: dict[str, Callable[[Any], Any]] = {
    "absolute": np.isnan,
    "sign": np.isnan,
    "power 0.5": lambda x: np.signbit(x) & ((x == 0) | np.isinf(x)),
}


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("values", [EXTREMES, INFINITE], ids=["finite", "not finite"])
def test_unary_on_extreme_values(name: str, values: Any) -> None:
    check_parity(*UNARY[name], values[~EXCEPT.get(name, np.zeros_like)(values).astype(bool)])


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("shapes", [((3, 4), (3, 4)), ((3, 4), (4,)), ((3, 1), (1, 4)), ((2, 3), ()), ((64, 100), (100,))])
def test_binary(name: str, shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    check_parity(*BINARY[name], *(RNG.uniform(0.2, 2.0, s) for s in shapes))


@pytest.mark.parametrize("name", [n for n in BINARY if n != "power"])
def test_binary_on_all_pairs_of_extreme_values(name: str) -> None:
    a, b = (m.ravel() for m in np.meshgrid(EXTREMES, EXTREMES))
    check_parity(*BINARY[name], a, b)


@pytest.mark.parametrize("name", ["maximum", "minimum", "equal", "greater_equal"])
def test_ties(name: str) -> None:
    check_parity(*BINARY[name], [1.0, 1.0, 2.0], [1.0, 2.0, 1.0])


@pytest.mark.parametrize("base", [-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 100.0])
@pytest.mark.parametrize("exponent", [-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0])
def test_power_at_its_corners(base: float, exponent: float) -> None:
    check_parity(ops.power, torch.pow, [base], [exponent])


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), (0, 1, 2)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_reduction(name: str, axis: Any, keepdims: bool) -> None:
    ours, theirs = REDUCTIONS[name]
    x = RNG.normal(size=(4, 5, 6))
    check_parity(lambda x: ours(x, axis=axis, keepdims=keepdims), lambda x: theirs(x, dim=axis, keepdim=keepdims), x)


@pytest.mark.parametrize("name", ["sum", "mean", "max", "min", "logsumexp"])
def test_reduction_of_many(name: str) -> None:
    ours, theirs = REDUCTIONS[name]
    check_parity(lambda x: ours(x, axis=1), lambda x: theirs(x, dim=1), RNG.normal(size=(3, 10_000)))


@pytest.mark.parametrize("name", ["max", "min"])
def test_elements_that_tie_share_the_gradient(name: str) -> None:
    ours, theirs = REDUCTIONS[name]
    x = [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0], [2.0, 1.0, 2.0]]
    check_parity(lambda x: ours(x, axis=1), lambda x: theirs(x, dim=1), x)
    check_parity(lambda x: ours(x, axis=(0, 1)), lambda x: theirs(x, dim=(0, 1)), x)


@pytest.mark.parametrize(
    "row", [[1e4, 1e4, -1e4], [88.0, 89.0, 90.0], [-1e4, -1e4, -1e4], [0.0, -np.inf, 1.0], [3e38, 3e38, -3e38]], ids=str
)
def test_logsumexp_on_extreme_values(row: list[float]) -> None:
    check_parity(lambda x: ops.logsumexp(x, axis=0), lambda x: torch.logsumexp(x, dim=0), row)


def test_logsumexp_of_nothing_possible() -> None:
    check_parity(lambda x: ops.logsumexp(x, axis=0), lambda x: torch.logsumexp(x, dim=0), [-np.inf, -np.inf], gradients=False)


MATRIX_PRODUCTS = [
    ((3, 4), (4, 2)),
    ((4,), (4, 2)),
    ((3, 4), (4,)),
    ((4,), (4,)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 3, 4), (4, 5)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((4,), (2, 4, 3)),
    ((2, 3, 4), (4,)),
    ((128, 784), (784, 100)),
]


@pytest.mark.parametrize("shapes", MATRIX_PRODUCTS)
def test_matmul(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    a, b = (RNG.uniform(-1, 1, s) / 10 for s in shapes)
    check_parity(ops.matmul, torch.matmul, a, b)


NUMBERS = np.array([2, 0, 0, 1])

ARRANGEMENTS: dict[str, tuple[Function, Function]] = {
    "reshape": (lambda x: x.reshape(2, -1), lambda x: x.reshape(2, -1)),
    "transpose": (lambda x: ops.transpose(x, (2, 0, 1)), lambda x: x.permute(2, 0, 1)),
    "swapaxes": (lambda x: ops.swapaxes(x, 0, -1), lambda x: x.swapaxes(0, -1)),
    "expand_dims": (lambda x: ops.expand_dims(x, 1), lambda x: x.unsqueeze(1)),
    "squeeze": (lambda x: ops.squeeze(x[:1], 0), lambda x: x[:1].squeeze(0)),
    "flatten": (ops.flatten, lambda x: x.flatten(1)),
    "broadcast_to": (lambda x: ops.broadcast_to(x, (2, 3, 4, 5)), lambda x: x.expand(2, 3, 4, 5)),
    "concatenate": (lambda x: ops.concatenate([x, 2 * x], axis=1), lambda x: torch.cat([x, 2 * x], dim=1)),
    "stack": (lambda x: ops.stack([x, 2 * x], axis=-1), lambda x: torch.stack([x, 2 * x], dim=-1)),
    "integer": (lambda x: x[-1], lambda x: x[-1]),
    "slices": (lambda x: x[1:, ::2, None], lambda x: x[1:, ::2, None]),
    "ellipsis": (lambda x: x[..., 0], lambda x: x[..., 0]),
    "array": (lambda x: x[NUMBERS], lambda x: x[torch.tensor(NUMBERS)]),
    "two arrays": (lambda x: x[NUMBERS, NUMBERS], lambda x: x[torch.tensor(NUMBERS), torch.tensor(NUMBERS)]),
    "arrays apart": (lambda x: x[NUMBERS, :, NUMBERS], lambda x: x[torch.tensor(NUMBERS), :, torch.tensor(NUMBERS)]),
    "mask": (lambda x: x[x > 0], lambda x: x[x > 0]),
    "mask of rows": (lambda x: x[np.array([True, False, True])], lambda x: x[torch.tensor([True, False, True])]),
    "take": (lambda x: ops.take(x, NUMBERS, axis=1), lambda x: x.index_select(1, torch.tensor(NUMBERS))),
    "where": (lambda x: ops.where(x > 0, x, 3 * x), lambda x: torch.where(x > 0, x, 3 * x)),
    "cast": (lambda x: x.astype("float64"), lambda x: x.double()),
    "cast to integers": (lambda x: x.astype("int64"), lambda x: x.long()),
    "argmax": (lambda x: ops.argmax(x, axis=1), lambda x: x.argmax(dim=1)),
    "argmin": (lambda x: ops.argmin(x), lambda x: x.argmin()),
    "stop_gradient": (lambda x: x * ops.stop_gradient(x), lambda x: x * x.detach()),
}


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_arrangement(name: str) -> None:
    check_parity(*ARRANGEMENTS[name], RNG.normal(size=(3, 4, 5)))


def test_one_hot() -> None:
    check_parity(lambda x: ops.one_hot(x, 5), lambda x: torch.nn.functional.one_hot(x, 5).float(), np.array([[0, 4], [2, 2]]))


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "maximum", "less"])
@pytest.mark.parametrize("dtypes", [("float32", "int64"), ("int64", "int64"), ("int32", "int64"), ("float32", "float32")])
def test_dtypes_of_arrays(name: str, dtypes: tuple[str, str]) -> None:
    ours, theirs = BINARY[name]
    check_parity(ours, theirs, *(np.array([1, 2, 4], d) for d in dtypes))
