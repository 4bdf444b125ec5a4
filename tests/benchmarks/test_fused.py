"""The rows of fused and special-cased paths: every kernel and every twin has one, and its two sides compute the same."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

from benchmarks.fused.path import Path
from benchmarks.fused.row import Row, Sizes
from benchmarks.fused.rows import EXCEPTIONS, all_rows
from benchmarks.fused.section import tables
from benchmarks.fused.updates import constraint_classes
from pellucid import kernels, optimizers
from pellucid.autodiff import Op
from pellucid.kernels import library
from tests.ops.test_every_op import all_op_classes

if library.mode() != "compiled":
    pytest.skip("rows hold compiled paths against others, and PELLUCID_KERNELS is set", allow_module_level=True)

SMALL = Sizes(batch=6, features=10, long=4)
ROWS = [row for rows in all_rows().values() for row in rows]


@pytest.fixture(scope="module")
def sides() -> dict[str, tuple[Path, Path]]:
    return {row.path: (row.fused(SMALL), row.plain(SMALL)) for row in ROWS}


def known_kernels() -> set[str]:
    """Every kernel that a program may call, in any file of `pellucid.kernels`; not the driver's own functions."""
    from pellucid.kernels.base import SIGNATURE, Kernel

    modules = [importlib.import_module(m.name) for m in pkgutil.iter_modules(kernels.__path__, "pellucid.kernels.")]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, Kernel)}
    return {kernel.name for kernel in found if kernel.signature == SIGNATURE and not kernel.name.startswith("spmd.")}


def test_every_kernel_has_a_row_that_shows_what_it_buys(sides: dict[str, tuple[Path, Path]]):
    shown = {kernel for fused, plain in sides.values() for kernel in fused.kernels - plain.kernels}
    assert known_kernels() - shown == EXCEPTIONS.keys()


def test_every_operation_with_a_twin_has_a_row(sides: dict[str, tuple[Path, Path]]):
    shown = {op for fused, plain in sides.values() for op in fused.ops - plain.ops}
    bound = {c for c in all_op_classes() if c.bind_forward is not Op.bind_forward or c.bind_backward is not Op.bind_backward}
    assert bound <= shown


def test_every_optimizer_and_constraint_has_a_row():
    names = {row.path for row in ROWS}
    assert {f"{cls.__name__}, one pass" for cls in optimizers.registry.classes()} <= names
    assert {f"constraint {cls.__name__}" for cls in constraint_classes()} <= names


def test_names_are_told_apart():
    assert len({row.path for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.same], ids=lambda row: row.path)
def test_both_sides_compute_the_same(row: Row, sides: dict[str, tuple[Path, Path]]):
    found = []
    for side in sides[row.path]:
        side.run(1)
        found.append(side.values())
    for one, other in zip(*found, strict=True):
        # Sums of many terms are as far apart as their largest values are large, near 0 as well: Winograd's most of all.
        largest = max(1.0, float(np.abs(other).max(initial=0)))
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5 * largest)


def test_the_table_names_what_is_slower():
    """2 and 1/2 times as fast, worked by hand."""
    faster = {"path": "A", "without": "B", "fused": 1e-6, "plain": 2e-6, "ratio": 2.0, "least": 1.9, "most": 2.1, "share": None}
    slower = {**faster, "path": "C", "plain": 5e-7, "ratio": 0.5, "least": 0.4, "most": 0.6, "share": 0.93}
    text = tables({"Some": [faster, slower]})
    assert "| A | B | 1 us | 2 us | 2.00 (1.90 .. 2.10) |  |" in text
    assert "| C | B | 1 us | 0.5 us | 0.50 (0.40 .. 0.60) | 0.93 |" in text
    assert "Slower than what they replace: C." in text
