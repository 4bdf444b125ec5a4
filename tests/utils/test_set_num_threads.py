from __future__ import annotations

from collections.abc import Iterator

import pytest

import pellucid as pl
from pellucid.engine import team
from pellucid.errors import ArgumentError


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = team.num_threads()
    yield
    team.set_num_threads(before)


def test_programs_use_as_many_from_now_on() -> None:
    pl.utils.set_num_threads(3)
    assert team.num_threads() == 3


@pytest.mark.parametrize("threads", [0, -1])
def test_none_is_refused(threads: int) -> None:
    with pytest.raises(ArgumentError, match="Received"):
        pl.utils.set_num_threads(threads)
