"""Operations of a step, counted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.arithmetic import operations
from benchmarks.workloads import WORKLOADS, Workload

TINY = Workload("tiny", "4-3-2", (4, 3, 2), batch=5, batches=2, optimizer="sgd", rate=0.1)
NAMED = {workload.name: workload for workload in WORKLOADS}


def test_dense_layers():
    """2 * 5 * (4*3 twice, 3*2 three times) = 10 * 42; an answer needs each once."""
    assert operations(TINY) == 420
    assert operations(replace(TINY, inference=True)) == 180


def test_lenet():
    """28*28 and 10*10 places of 5x5 windows, one place of 5x5x16; then 120-84-10; all at batch 128."""
    first, second, third = 784 * 25 * 6, 100 * 150 * 16, 400 * 120
    dense = 120 * 84 + 84 * 10
    assert operations(NAMED["lenet5"]) == 2 * 128 * (2 * first + 3 * (second + third + dense))


def test_table_asks_for_the_gradient_of_its_first_layers_inputs():
    assert operations(NAMED["table"]) == 2 * 128 * 3 * (112 * 256 + 256 * 128 + 128 * 10)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda w: w.name)
def test_every_workload_is_counted(workload: Workload):
    assert operations(workload) > 0


def test_a_transformer():
    """2048 places: 64 -> 64, then twice 64 -> 192, 64 -> 64, 64 -> 256 -> 64, and all pairs of places in 4 heads of 16, twice."""
    block = 64 * 192 + 64 * 64 + 2 * 64 * 256 + 2 * 4 * 16 * 64
    assert operations(NAMED["transformer"]) == 2 * 2048 * (2 * 64 * 64 + 3 * 2 * block) + 2 * 3 * 32 * 64 * 10
