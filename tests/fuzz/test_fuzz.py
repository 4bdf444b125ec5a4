"""A small fuzzing of every loader; the large one is ``python -m tests.fuzz``."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.loaders import LOADERS, refused_or_read
from tests.fuzz.mutations import BLIND

MANY = {"model": 100, "layers": 60, "checkpoint": 40}


@pytest.fixture(scope="module", params=list(LOADERS))
def case(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz")
    loader = LOADERS[request.param]
    return request.param, loader, loader.samples(folder), folder


def test_whole_files_are_taken(case) -> None:
    _, loader, samples, folder = case
    for sample in samples:
        (path := folder / f"whole.{loader.ending}").write_bytes(sample)
        assert not refused_or_read(loader, path)


def test_mutated_files_are_refused_by_our_own_error(case) -> None:
    """Any other error, or a warning of the interpreter's, fails the test."""
    name, loader, samples, folder = case

    @settings(max_examples=MANY.get(name, 200), deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.integers(0, 2**32), st.integers(0, len(samples) - 1))
    def fuzz(seed: int, which: int) -> None:
        (path := folder / f"mutant.{loader.ending}").write_bytes(loader.mutated(random.Random(seed), samples[which]))
        refused_or_read(loader, path)

    fuzz()


@given(st.binary(max_size=400))
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@pytest.mark.parametrize("name", list(LOADERS))
def test_any_bytes_are_refused_or_read(name: str, tmp_path_factory, data: bytes) -> None:
    folder: Path = tmp_path_factory.getbasetemp() / f"bytes-{name}"
    folder.mkdir(exist_ok=True)
    loader = LOADERS[name]
    (path := folder / f"any.{loader.ending}").write_bytes(data)
    refused_or_read(loader, path)


def test_the_mutations_do_change_files(case) -> None:
    """A fuzzer that changes nothing finds nothing."""
    _, loader, samples, _ = case
    chance = random.Random(0)
    changed = sum(loader.mutated(chance, samples[0]) != samples[0] for _ in range(50))
    assert changed >= 40
    assert len(BLIND) + len(loader.knowing) >= 8
