from __future__ import annotations

import pytest

import pellucid as pl
from pellucid.engine import team
from pellucid.errors import ArgumentError

pytestmark = pytest.mark.usefixtures("restored_threads")


def test_programs_use_as_many_from_now_on() -> None:
    pl.utils.set_num_threads(3)
    assert team.num_threads() == 3


@pytest.mark.parametrize("threads", [0, -1])
def test_none_is_refused(threads: int) -> None:
    with pytest.raises(ArgumentError, match="Received"):
        pl.utils.set_num_threads(threads)
