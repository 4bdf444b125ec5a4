"""The alarm: a signal ends a job after the step that runs, and nothing of signals is changed for others."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from pellucid.engine.alarm import armed, listening
from pellucid.engine.team import Team
from tests.support.jobs import Counters, Job, counting

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are of POSIX; on Windows there is no alarm")

OK = 1
ENDLESS = 10**15  # steps that would take years


@pytest.fixture
def received() -> Iterator[list[int]]:
    """The signals that Python's handler of SIGUSR1 was called with."""
    seen: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: seen.append(number))
    yield seen
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def crew() -> Iterator[Team]:
    made = Team(2)
    yield made
    made.stop()


def send_when_it_runs(counters: Counters) -> threading.Thread:
    """Send a signal once the job counts: one that comes earlier is handled before the job."""
    before = counters.values

    def send() -> None:
        while counters.values == before:
            time.sleep(0.001)
        os.kill(os.getpid(), signal.SIGUSR1)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def no_wakeup_file() -> bool:
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    return before == -1


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_signal_ends_a_job_without_end(crew: Team, received: list[int], ranks: int) -> None:
    counters = Counters(ranks)
    job, done = counting(counters), 0
    with listening():
        for number in range(12):  # more often than the word has bytes
            sender = send_when_it_runs(counters)
            status, _, steps = job.run(crew, ENDLESS, ranks)
            sender.join()
            done += steps
            assert status == OK
            assert 0 < steps < ENDLESS
            assert counters.values == [done] * ranks
            assert len(received) == number + 1
    assert no_wakeup_file()


def test_a_signal_between_two_jobs_does_not_end_the_next(crew: Team, received: list[int]) -> None:
    counters = Counters(2)
    with listening():
        os.kill(os.getpid(), signal.SIGUSR1)
        assert received == [signal.SIGUSR1]
        assert counting(counters).run(crew, 5, 2) == (OK, 0, 5)
    assert counters.values == [5, 5]


def test_a_job_that_nobody_listens_to_ends_by_itself(crew: Team, received: list[int]) -> None:
    counters = Counters(2)
    os.kill(os.getpid(), signal.SIGUSR1)
    assert counting(counters).run(crew, 1000, 2) == (OK, 0, 1000)
    assert armed() is None


def test_steps_before_a_failure_are_told(crew: Team) -> None:
    counters = Counters(2)
    with listening():
        assert Job([("fail", counters.address, 1, 4, 7)]).run(crew, 10, 2) == (7, 0, 3)


def test_one_within_another() -> None:
    with listening():
        outer = armed()
        with listening():
            assert armed() is outer is not None
        assert armed() is outer
        assert not no_wakeup_file()
    assert armed() is None
    assert no_wakeup_file()


def test_an_exception_ends_it() -> None:
    with pytest.raises(KeyboardInterrupt), listening():
        raise KeyboardInterrupt
    assert armed() is None
    assert no_wakeup_file()


def test_the_wakeup_file_of_another_library_stays() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing)
    try:
        with listening():
            assert armed() is None
    finally:
        assert signal.set_wakeup_fd(-1) == writing
        os.close(reading)
        os.close(writing)


def test_one_that_was_set_meanwhile_stays() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        with listening():
            signal.set_wakeup_fd(writing)
        assert signal.set_wakeup_fd(-1) == writing
    finally:
        os.close(reading)
        os.close(writing)


def test_other_threads_have_none() -> None:
    found: list[object] = []

    def look() -> None:
        with listening():
            found.append(armed())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [None]


def test_where_there_can_be_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("pellucid.engine.alarm._alarm", None)
    monkeypatch.setattr("pellucid.engine.alarm.Alarm", refuse)
    with listening():
        assert armed() is None
    assert no_wakeup_file()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork is of POSIX")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_does_not_wake_its_parent(received: list[int]) -> None:
    with listening():
        alarm = armed()
        assert alarm is not None
        child = os.fork()
        if child == 0:
            fine = armed() is None and no_wakeup_file()
            os.kill(os.getpid(), signal.SIGUSR1)
            with listening():
                fine = fine and armed() is not None and armed().file != alarm.file
            os._exit(0 if fine and len(received) == 1 else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert not alarm._word[0]
        assert armed() is alarm
