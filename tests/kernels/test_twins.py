"""Every compiled twin against its reference: all shape classes, 1 to 4 ranks, more ranks than rows, adding and overwriting."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pellucid import ops
from pellucid.autodiff import Op
from pellucid.kernels import library
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.getitem import Slice
from pellucid.ops.scan import Scan
from tests.ops.test_every_op import all_op_classes
from tests.support.activation_cases import ACTIVATIONS
from tests.support.image_op_cases import IMAGE_CASES
from tests.support.twins import Placed, check_backward, check_forward, run

if library.mode() != "compiled":
    pytest.skip("twins are compiled kernels, and PELLUCID_KERNELS=reference", allow_module_level=True)

Array = npt.NDArray[Any]
Shape = tuple[int, ...]

RANKS = (1, 2, 3, 4)
BATCHES = (1, 2, 3, 5, 128)
ROWS = [(n,) for n in BATCHES] + [(5, 3), (1, 4), (3, 1, 2)]
"""Shapes of all axes but the last."""


@dataclass(frozen=True)
class Twin:
    """An operation and float32 (or int64) inputs, with the inputs that its twin's derivative reaches."""

    op: Op
    arrays: tuple[Array, ...]
    wanted: tuple[bool, ...]

    def __str__(self) -> str:
        shapes = "-".join("x".join(map(str, a.shape)) or "number" for a in self.arrays)
        settings = str(getattr(self.op, "activation", "")).removeprefix("FusedActivation.").lower()
        return f"{self.op.name}{settings}-{shapes}"


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def normal(*shapes: Shape) -> tuple[Array, ...]:
    generator = rng()
    return tuple(generator.normal(size=s).astype(np.float32) for s in shapes)


def one(op: Op, *sizes: int) -> list[Twin]:
    """Cases of an operation with one input."""
    return [Twin(op, normal((*rows, n)), (True,)) for rows in ROWS for n in sizes]


def pairs(op: Op, wanted: tuple[bool, bool], *sizes: int, second: Callable[[Shape], Array] | None = None) -> list[Twin]:
    """Cases of an operation with two inputs of one shape."""
    shapes = [(*rows, n) for rows in ROWS for n in sizes]
    return [Twin(op, (*normal(s), second(s) if second else normal(s, s)[1]), wanted) for s in shapes]


def bits(shape: Shape) -> Array:
    return rng().integers(0, 2, shape).astype(np.float32)


def probabilities(shape: Shape) -> Array:
    return rng().dirichlet(np.ones(shape[-1]), shape[:-1]).astype(np.float32)


def labels(shape: Shape) -> Array:
    return rng().integers(0, shape[-1], shape[:-1])


def linear_cases() -> list[Twin]:
    cases = []
    sizes = [(1, 1), (7, 10), (784, 50), (33, 1), (1, 17), (130, 100), (9, 65), (3, 128)]
    for (rows, (inputs, outputs)), activation in zip(itertools.product(ROWS, sizes), itertools.cycle(FusedActivation)):
        arrays = normal((*rows, inputs), (inputs, outputs), (outputs,))
        arrays = (arrays[0], arrays[1] / np.float32(np.sqrt(inputs)), arrays[2])
        cases.append(Twin(ops.Linear(activation), arrays, (True, True, True)))
    # So large that ranks share the columns; deeper and with more rows than are laid out at once; with few columns; too many rows;
    # small, and with many rows for blocks of tiles.
    large = [((5,), 1030, 1021), ((260,), 517, 150), ((2, 3), 130, 1 << 9), ((1,), 140, 300)]
    others = [((5,), 1 << 12, 16), ((1025,), 140, 300), ((300,), 30, 200), ((4, 80), 150, 40)]
    for activation, sides in {FusedActivation.TANH: large, FusedActivation.RELU: others}.items():
        for rows, inputs, outputs in sides:
            x, w, b = normal((*rows, inputs), (inputs, outputs), (outputs,))
            w /= np.float32(np.sqrt(inputs))
            cases.append(Twin(ops.Linear(activation), (x, w, b), (True, True, True)))
    x, w, b = normal((6, 3), (3, 4), (4,))
    for wanted in [(False, True, True), (True, False, False), (False, False, True)]:
        cases.append(Twin(ops.Linear(FusedActivation.RELU), (x, w, b), wanted))
    return cases


def normalize_cases() -> list[Twin]:
    cases = []
    for rows, n in itertools.product(ROWS, (1, 6, 300)):
        x, gamma, beta, mean = normal((*rows, n), (n,), (n,), (n,))
        moments = np.stack([mean, rng().uniform(0.5, 2.0, n).astype(np.float32)])
        cases.append(Twin(ops.Normalize(1e-3), (x, moments, gamma, beta), (True, True, True, True)))
    return cases


def dropout_cases() -> list[Twin]:
    clocks = [np.array(c, np.int64) for c in ((0, 0), (7, 1000), (2**40 + 3, 2**32 - 2))]
    return [
        Twin(ops.Dropout(0.3, 2**63 + 12345), (*normal((*rows, n)), c), (True, False))
        for (rows, n), c in zip(itertools.product(ROWS, (1, 4, 7, 530)), itertools.cycle(clocks))
    ]


def weighted_mean_cases() -> list[Twin]:
    shapes = [(1,), (2,), (3,), (5,), (128,), (5, 3), (2, 1, 4)]
    cases = [Twin(ops.WeightedMean(), normal(s, s), (True, False)) for s in shapes]
    return cases + [Twin(ops.WeightedMean(), normal(s, (s[0], *[1] * (len(s) - 1))), (True, False)) for s in shapes]


ARITHMETIC = (ops.Add, ops.Subtract, ops.Multiply, ops.Maximum, ops.Minimum)


def arithmetic_cases(op: Op) -> list[Twin]:
    """Equal shapes, with some ties; and each way in which an operand may repeat, whose own gradient is a sum for Python."""
    cases = []
    for shape in [(), (1,), (5,), (300,), (1, 1), (5, 3), (3, 530), (2, 1, 4), (5, 3, 2)]:
        a, b = normal(shape, shape)
        cases.append(Twin(op, (a, np.where(b > 0.5, a, b).astype(np.float32)), (True, True)))
    for left, right in [((5, 3), (3,)), ((2, 4, 300), (1, 300)), ((5, 3), ()), ((300,), (1,)), ((5, 1), ())]:
        a, b = normal(left, right)
        cases += [Twin(op, (a, b), (True, False)), Twin(op, (b, a), (False, True))]
    return cases


def concatenate_cases() -> list[Twin]:
    cases = []
    for axis, *shapes in [
        (-1, (5, 3), (5, 1), (5, 4)),
        (1, (128, 3), (128, 300)),
        (1, (2, 1, 4), (2, 3, 4)),
        (-1, (3, 2, 1), (3, 2, 5)),
        (1, (2, 3), (2, 0)),
        (0, (1, 4), (3, 4), (2, 4)),
        (0, (5,), (1,)),
    ]:
        arrays = normal(*shapes)
        cases.append(Twin(ops.Concatenate(axis), arrays, (True,) * len(arrays)))
        cases.append(Twin(ops.Concatenate(axis), arrays, (False,) * (len(arrays) - 1) + (True,)))
    return cases


def getitem_cases() -> list[Twin]:
    whole = Slice()
    rows = [(0,), (-1,), (2, whole), (Slice(1, 4),), (Slice(None, 3), whole, whole), (), (Slice(-2),), (Slice(3, 3),)]
    along = [(whole, 0), (whole, -1, whole), (whole, Slice(1, 3)), (whole, whole, Slice(1)), (whole, whole, 1)]
    return [
        *(Twin(ops.GetItem(index), normal((5, 3, 2)), (True,)) for index in [*rows, *along, (whole, Slice(2, 1))]),
        Twin(ops.GetItem((whole, whole, Slice(3, 20))), normal((128, 2, 30)), (True,)),
        Twin(ops.GetItem((2,)), normal((3,)), (True,)),
    ]


def matmul_cases() -> list[Twin]:
    shapes = [
        ((5, 3), (3, 4)),
        ((128, 7), (7, 1)),
        ((2, 3, 4), (4, 5)),
        ((5, 1, 3), (5, 3, 1)),
        ((3, 4, 33), (3, 33, 5)),
        ((2, 3, 4, 5), (2, 3, 5, 2)),
        ((1, 2, 2), (1, 2, 2)),
    ]
    return [Twin(ops.MatMul(), normal(*s), wanted) for s in shapes for wanted in [(True, True), (False, True), (True, False)]]


def layer_normalization_cases() -> list[Twin]:
    cases = []
    for rows, n in itertools.product(ROWS, (1, 6, 300)):
        arrays = normal((*rows, n), (n,), (n,))
        op = ops.LayerNormalization(1e-3, centred=n != 6 or len(rows) > 1)
        cases.append(Twin(op, arrays, (n > 1, True, True)))  # of a single number: see below
    arrays = normal((5, 4), (4,), (4,))
    return cases + [Twin(ops.LayerNormalization(), arrays, w) for w in [(True, False, False), (False, True, False)]]


def embedding_cases() -> list[Twin]:
    cases = []
    for rows, (entries, size) in itertools.product(ROWS, [(1, 1), (3, 5), (100, 33)]):
        ids = rng().integers(0, entries, rows)
        cases.append(Twin(ops.Embedding(), (ids, *normal((entries, size))), (False, True)))
    return cases


def stream_cases(op: Op, *wanted: bool) -> list[Twin]:
    clocks = [np.array(c, np.int64) for c in ((0, 0), (2**40 + 3, 2**32 - 2))]
    return [Twin(op, (*normal((*rows, n)), c), wanted) for rows, n, c in itertools.product(ROWS, (1, 6, 530), clocks)]


def logarithm_cases() -> list[Twin]:
    return [Twin(ops.Log(), (np.abs(x) + np.float32(0.1),), (True,)) for c in one(ops.Log(), 1, 9) for x in c.arrays]


def prelu_cases() -> list[Twin]:
    shapes = [((n, 7), (7,)) for n in BATCHES] + [
        ((5, 1), (1,)),
        ((5, 4), (1,)),
        ((5, 3, 4), (3, 4)),
        ((3, 5, 4), (1, 4)),
        ((3, 2, 5, 4), (1, 1, 4)),
        ((4, 3, 2), (1, 1)),
    ]
    return [Twin(ops.Prelu(), normal(x, alpha), (True, True)) for x, alpha in shapes]


def image_cases() -> list[Twin]:
    cases = []
    for case in (case for some in IMAGE_CASES.values() for case in some):
        arrays = tuple(a.astype(np.float32) if a.dtype.kind == "f" else a for a in case.inputs(rng()))
        if isinstance(case.op, ops.AffineSampling):  # the gradient of its map is left to the reference
            cases.append(Twin(case.op, arrays, (True, False)))
        elif arrays[0].ndim == 4 and type(case.op).bind_forward is not Op.bind_forward:  # the others have no twin
            cases.append(Twin(case.op, arrays, (True,) * len(arrays)))
    x, w, b = cases[0].arrays
    return [*cases, *(Twin(ops.Convolution(), (x, w, b), wanted) for wanted in [(False, True, False), (True, False, True)])]


CASES: list[Twin] = [
    *image_cases(),
    *(case for op in ARITHMETIC for case in arithmetic_cases(op())),
    *one(ops.Negative(), 1, 9),
    *concatenate_cases(),
    *getitem_cases(),
    *matmul_cases(),
    *layer_normalization_cases(),
    *embedding_cases(),
    *stream_cases(ops.AlphaDropout(0.3, 2**63 + 12345), True, False),
    *stream_cases(ops.NormalLike(1.0, 0.5, 2**63 + 12345)),
    *(case for columns in (1, 6) for case in stream_cases(ops.UniformRows(columns, -1.0, 2.0, 2**63 + 12345))),
    *stream_cases(ops.UniformRows(1, 0.0, 7.0, 2**63 + 12345, whole=True)),
    *(Twin(ops.Cast(np.dtype(np.int64)), (100 * a,), ()) for a in normal((5,), (3, 2), (1, 7))),
    *(Twin(ops.Cast(np.dtype(np.float32)), (labels(s),), ()) for s in [(5, 9), (3, 2, 9)]),
    *(case for op in (*ACTIVATIONS, ops.Exp(), ops.Expm1(), ops.Erf()) for case in one(op, 1, 9)),
    *logarithm_cases(),
    *prelu_cases(),
    *one(ops.Rescale(0.25, -3.0), 1, 9),
    *one(ops.Softmax(), 1, 2, 10, 33),
    *one(ops.LogSoftmax(), 1, 2, 10, 33),
    *one(ops.Moments(), 1, 6, 300),
    *(Twin(ops.Moments(), (a + np.float32(1000),), (False,)) for a in normal((700, 3), (9, 13, 2))),  # far from 0, many blocks
    *linear_cases(),
    *normalize_cases(),
    *dropout_cases(),
    *pairs(ops.SoftmaxCrossEntropy(), (True, False), 1, 2, 10, second=labels),
    *pairs(ops.SoftmaxCrossEntropy(), (True, False), 1, 2, 10, second=probabilities),
    *pairs(ops.SigmoidCrossEntropy(), (True, False), 1, 9, second=bits),
    *pairs(ops.SquaredError(), (False, True), 1, 9),
    *pairs(ops.SquaredError(), (True, True), 1, 9),
    *(Twin(ops.SampleMean(), normal(s), (True,)) for s in [(1,), (2,), (3,), (5,), (128,), (5, 3), (1, 7)]),
    *weighted_mean_cases(),
    *(Twin(ops.WeightPenalty(0.3, 0.2), normal(s), (True,)) for s in [(), (0,), (1,), (5,), (5, 3), (2, 3, 4), (1, 7)]),
    *(Twin(ops.Step(), normal(s), (True,)) for s in [(), (0,), (1,), (5, 3), (2, 3, 4)]),
    *(Twin(ops.SparseMatch(), (labels(s), *normal(s)), ()) for s in [(*rows, n) for rows in ROWS for n in (1, 10)]),
    *pairs(ops.CategoricalMatch(), (), 1, 10),
    *(Twin(ops.BinaryMatch(0.1), (bits(s), *normal(s)), ()) for s in [(*rows, n) for rows in ROWS for n in (1, 10)]),
]


def with_binding(binding: str) -> set[type[Op]]:
    return {c for c in all_op_classes() if getattr(c, binding) is not getattr(Op, binding)}


def test_every_twin_is_tested() -> None:
    tested = {type(c.op) for c in CASES} | set(Scan.__subclasses__())  # scans have a file of their own, test_scans.py
    tested |= {ops.LogicalAnd, ops.MaskedMean, ops.NotEqual, ops.Positions, ops.ScaledDotProductAttention}  # test_attention.py
    assert with_binding("bind_forward") <= tested
    assert with_binding("bind_backward") <= tested


@pytest.mark.parametrize("case", CASES, ids=str)
def test_forward(case: Twin) -> None:
    for ranks in RANKS:
        check_forward(case.op, case.arrays, ranks)


@pytest.mark.parametrize("accumulate", [False, True], ids=["write", "add"])
@pytest.mark.parametrize("case", [c for c in CASES if any(c.wanted)], ids=str)
def test_backward(case: Twin, accumulate: bool) -> None:
    for ranks in RANKS:
        check_backward(case.op, case.arrays, ranks, wanted=case.wanted, accumulate=accumulate)


def test_a_step_of_what_is_at_its_edge() -> None:
    x = np.array([-np.inf, -1e-30, -0.0, 0.0, 1e-30, np.inf, np.nan], np.float32)
    check_forward(ops.Step(), [x[:6]], 2)
    place, y = Placed(x, "x"), Placed(np.zeros_like(x), "y")
    run(ops.Step().bind_forward(place.buffer, y=y.buffer) or [], [place, y], 1)
    np.testing.assert_array_equal(y.array, [0, 0, 0, 0, 1, 1, np.nan])


@pytest.mark.parametrize("op", [ops.Linear(), ops.Softmax(), ops.SoftmaxCrossEntropy(), ops.Moments()], ids=lambda op: op.name)
def test_float64_is_left_to_the_reference(op: Op) -> None:
    from pellucid.kernels.call import Buffer

    shapes: Sequence[Shape] = {1: [(4, 3)], 2: [(4, 3), (4, 3)], 3: [(4, 3), (3, 5), (5,)]}[len(op.parameters)]
    inputs = [Buffer(s, np.float64) for s in shapes]
    assert op.bind_forward(*inputs, y=Buffer((4,), np.float64)) is None


def test_a_loss_of_extreme_logits_is_finite() -> None:
    """log-sum-exp of (1000, -1000) is 1000; worked by hand."""
    logits = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]], np.float32)
    check_forward(ops.SoftmaxCrossEntropy(), (logits, np.array([1, 1])), 1)
    check_backward(ops.SoftmaxCrossEntropy(), (logits, np.array([1, 1])), 1, wanted=[True, False], accumulate=False)
    check_forward(ops.SigmoidCrossEntropy(), (logits, np.ones((2, 2), np.float32)), 1)
    check_backward(ops.SigmoidCrossEntropy(), (logits, np.ones((2, 2), np.float32)), 1, wanted=[True, False], accumulate=False)


def test_moments_far_from_zero_keep_their_digits() -> None:
    """A variance of 1 around a mean of 4000: the sum of squares less the square of the sum would lose all of it."""
    x = (rng().normal(size=(20_000, 3)) + 4000.0).astype(np.float32)
    check_forward(ops.Moments(), (x,), 2, tolerance=1e-6)
    y = ops.moments(x).numpy()
    np.testing.assert_allclose(y[1], x.astype(np.float64).var(axis=0), rtol=1e-3)


def test_layer_normalization_of_single_numbers_passes_nothing_on() -> None:
    """A single number is its own mean, so the derivative is 0: here the rounding of numbers up to 3, times 1 / sqrt(0.001)."""
    check_backward(ops.LayerNormalization(), normal((9, 1), (1,), (1,)), 2, wanted=[True] * 3, accumulate=False, tolerance=1e-3)
