"""An operation's compiled twin, run rank by rank and held against its reference in float64.

Every call must do what it declares, for the scheduler puts barriers by that: a rank may write only its share of what the
call writes, and nothing it computes may depend on rows that it does not read. So around each rank's run all memory is compared,
guard bytes included, and rows outside the shares it reads are poisoned with NaN.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op, Spec
from pellucid.autodiff.op import compute, gradients, needed_by
from pellucid.kernels import base, library
from pellucid.kernels.call import Access, Buffer, Call, Scratch, Share

Array = npt.NDArray[Any]

GUARD = 64
_KERNEL = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_int64, ctypes.c_int64, ctypes.c_int64)


class Placed:
    """A buffer whose memory lies between guard bytes; ``offset`` bytes behind the beginning of a cache line, if one is given."""

    def __init__(self, array: Array, name: str, offset: int | None = None) -> None:
        self.memory = np.full(array.nbytes + 3 * GUARD, 0xAB, np.uint8)
        shift = 0 if offset is None else (offset - self.memory.ctypes.data) % 64
        self.inside = slice(GUARD + shift, GUARD + shift + array.nbytes)
        self.array = self.memory[self.inside].view(array.dtype).reshape(array.shape)
        self.array[...] = array
        self.buffer = Buffer.around(self.array, name)

    def allowed(self, shares: Sequence[Share], rank: int, ranks: int) -> Array:
        """Which bytes a rank may touch."""
        mask = np.zeros(len(self.memory), bool)
        inside = mask[self.inside]
        for share in shares:
            first, last = _bytes_of(self.buffer, share, rank, ranks)
            inside[first:last] = True
        return mask


def _bytes_of(buffer: Buffer, share: Share, rank: int, ranks: int) -> tuple[int, int]:
    if share is Share.ROWS:
        row = buffer.row_size * buffer.dtype.itemsize
        return buffer.rows * rank // ranks * row, buffer.rows * (rank + 1) // ranks * row
    return (0, buffer.nbytes) if share in (Share.ALL, Share.PARTS) or rank == 0 else (0, 0)


def poison(dtype: np.dtype[Any], size: int) -> Array:
    """NaN, or a number that is no label and no index; of booleans, bytes that are neither."""
    if dtype.kind == "b":
        return np.full(size, 0xAB, np.uint8).view(np.bool_)
    return np.full(size, np.nan if dtype.kind == "f" else dtype.kind == "b" or np.iinfo(dtype).min // 2, dtype)


def run(calls: Sequence[Call], places: Sequence[Placed], ranks: int) -> None:
    """Run ``calls`` in order, each for every rank in turn, and fail where a call touches what it does not declare."""
    for call in calls:
        block = np.array(call.block(), np.int64)
        function = _KERNEL(library.load(call.kernel))
        for rank in range(ranks):
            _run_rank(call, function, block, places, rank, ranks)


def status_of(call: Call) -> int:
    """What a call reports that is run by one rank."""
    block = np.array(call.block(), np.int64)
    return int(_KERNEL(library.load(call.kernel))(block.ctypes.data, 0, 1))


def _run_rank(call: Call, function: Any, block: Array, places: Sequence[Placed], rank: int, ranks: int) -> None:
    before = [p.memory.copy() for p in places]
    for place, contents in zip(places, before, strict=True):
        accesses = _accesses(call, place.buffer)
        # Of a buffer that ranks write in parts, which parts are other ranks' is not known: it stays as they left it.
        readable = place.allowed([a.share for a in accesses if a.reading or a.share is Share.PARTS], rank, ranks)
        inside = place.inside
        if place.array.size:
            bad = poison(place.array.dtype, place.array.size).view(np.uint8)
            place.memory[inside] = np.where(readable[inside], contents[inside], bad)
    poisoned = [p.memory.copy() for p in places]
    status = function(block.ctypes.data, rank, ranks)
    assert status == base.OK, f"{call.kernel}: rank {rank} of {ranks} reported {status}"
    for place, contents, was in zip(places, before, poisoned, strict=True):
        writable = place.allowed([a.share for a in _accesses(call, place.buffer) if a.writing], rank, ranks)
        changed = place.memory != was
        assert not (changed & ~writable).any(), (
            f"{call.kernel}: rank {rank} of {ranks} wrote outside its share of {place.buffer}, at bytes "
            f"{np.flatnonzero(changed & ~writable)[:8] - place.inside.start}"
        )
        place.memory[~writable] = contents[~writable]


def _accesses(call: Call, buffer: Buffer) -> list[Access]:
    return [a for a in call.accesses if a.buffer is buffer]


def assert_near(found: Array, expected: Array, what: str, tolerance: float = 1e-5) -> None:
    """Within ``tolerance`` of the greatest value: some tens of float32 roundings, so sums of a thousand terms pass.

    Where all cancels, within 1e-7: one rounding of the numbers near 1 that the cases are made of.
    """
    assert found.shape == expected.shape
    if expected.size:
        scale = max(float(np.abs(expected).max()), 0.01)
        error = np.abs(found.astype(np.float64) - expected).max() / scale
        assert error <= tolerance, f"{what}: relative error {error:.2g}"


def inputs_of(op: Op, arrays: Sequence[Array]) -> list[Placed]:
    """The inputs, placed; those of an operation with any number of them by one name and a number."""
    names = [f"{op.parameters[-1]}{i}" for i in range(len(arrays))] if op.variadic else op.parameters
    return [Placed(a, name) for a, name in zip(arrays, names, strict=True)]


def with_scratch(calls: Sequence[Call], places: Sequence[Placed], ranks: int) -> list[Placed]:
    """``places``, and those of the buffers that the calls use among themselves."""
    known = {id(p.buffer) for p in places}
    scratch: dict[int, Placed] = {}
    for call in calls:
        for access in call.accesses:
            buffer = access.buffer
            if buffer.array is None and id(buffer) not in known | scratch.keys():
                if isinstance(buffer, Scratch):
                    buffer.for_ranks(ranks)
                place = Placed(poison(buffer.dtype, buffer.size).reshape(buffer.shape), buffer.name)
                buffer.array, place.buffer = place.array, buffer
                scratch[id(buffer)] = place
    return [*places, *scratch.values()]


def check_forward(op: Op, arrays: Sequence[Array], ranks: int, tolerance: float = 1e-5) -> None:
    """Hold ``bind_forward`` against ``forward``."""
    inputs = inputs_of(op, arrays)
    spec = op.infer(*(Spec.of(a) for a in arrays))
    specs = [spec, *op.infer_saved(*(Spec.of(a) for a in arrays))]
    expected = compute(op, [exact(a) for a in arrays])
    for asked in {1, len(specs)}:  # with and without what is saved for the derivative
        names = ("y", *op.saves)[:asked]
        made = [Placed(poison(s.dtype, s.size).reshape(s.shape), n) for n, s in zip(names, specs, strict=False)]
        y, *saved = [place.buffer for place in made]
        more: Any = {"saved": saved} if op.saves else {}
        calls = op.bind_forward(*(p.buffer for p in inputs), y=y, **more)
        assert calls is not None, f"{op} has no twin for {[str(Spec.of(a)) for a in arrays]}"
        run(calls, with_scratch(calls, [*inputs, *made], ranks), ranks)
        for place, right in zip(made, expected, strict=False):
            assert_near(place.array, right, f"{op} forward to {place.buffer.name}, {ranks} ranks", tolerance)


def check_backward(
    op: Op, arrays: Sequence[Array], ranks: int, *, wanted: Sequence[bool], accumulate: bool, tolerance: float = 1e-5
) -> None:
    """Hold ``bind_backward`` against ``backward``, for the gradients of the ``wanted`` inputs."""
    rng = np.random.default_rng(11)
    specs = [Spec.of(exact(a)) for a in arrays]
    y, *saved = compute(op, [exact(a) for a in arrays])
    y_place = Placed(y.astype(np.float32), "y")
    kept = [Placed(_rounded(s), name) for name, s in zip(op.saves, saved, strict=True)]
    grad = Placed(rng.normal(size=y.shape).astype(np.float32), "grad")
    inputs = inputs_of(op, arrays)
    before = [rng.normal(size=a.shape).astype(np.float32) for a in arrays]
    into = [
        Placed(b if accumulate else np.full_like(b, np.nan), f"d{place.buffer.name}") if want else None
        for b, place, want in zip(before, inputs, wanted, strict=True)
    ]
    needed = list(needed_by(op, [p.buffer for p in inputs], y_place.buffer, specs, Spec.of(y), [p.buffer for p in kept]).values())
    exactly = [exact(a) for a in arrays]
    expected = gradients(op, exact(grad.array.copy()), exactly, exact(y_place.array), specs, Spec.of(y), saved)
    calls = op.bind_backward(
        grad.buffer, *needed, into=[p.buffer if p else None for p in into], accumulate=[accumulate and w for w in wanted]
    )
    assert calls is not None, f"{op} has no twin of its derivative for {[str(s) for s in specs]}"
    run(calls, with_scratch(calls, [*inputs, y_place, *kept, grad, *(p for p in into if p)], ranks), ranks)
    for target, start, right in zip(into, before, expected, strict=True):
        if target is not None:
            assert right is not None
            total = right + start.astype(np.float64) if accumulate else right
            assert_near(target.array, total, f"{op} backward to {target.buffer.name}, {ranks} ranks", tolerance)


def _rounded(array: Array) -> Array:
    """Floats in float32, as kernels have them."""
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def exact(array: Array) -> Array:
    """Floats in float64."""
    return array.astype(np.float64) if array.dtype.kind == "f" else array
