"""What holds for the whole suite."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Several test processes (``-n``) share the processors: a team of threads in each that is as large as the machine would wait for
# itself at every barrier. Tests that need a certain number of threads set it.
_processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if _processes > 1:
    os.environ.setdefault("PELLUCID_THREADS", str(max(1, (os.cpu_count() or 1) // _processes)))

# That a machine is busy is no fault of a test.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# A shell starts what runs in the background with Ctrl-C ignored, and each process hands that on; tests of Ctrl-C need it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def restored_threads() -> Iterator[None]:
    """For tests that set the number of threads: it is put back."""
    from pellucid.engine.team import num_threads, set_num_threads

    before = num_threads()
    yield
    set_num_threads(before)
