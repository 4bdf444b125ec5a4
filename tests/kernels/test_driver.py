"""The driver's words and handshake, one function at a time; teams of threads are tested in tests/engine/test_team.py."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from pellucid.kernels import driver
from pellucid.kernels.status import OK
from tests.support.jobs import Counters, Job, counting


class Control:
    """A control block for this many ranks, with workers on plain threads."""

    def __init__(self, ranks: int) -> None:
        self.ranks = ranks
        self.words = np.zeros(driver.control_words(ranks), np.int64)
        self.address = int(self.words.ctypes.data)
        self.returned: dict[int, int] = {}
        self.threads = [threading.Thread(target=self._serve, args=(r,), daemon=True) for r in range(1, ranks)]
        for thread in self.threads:
            thread.start()

    def _serve(self, rank: int) -> None:
        self.returned[rank] = driver.serve(self.address, rank)

    def sleeping(self, rank: int) -> int:
        return int(self.words[driver.TICKETS + driver.LINE * rank + driver.SLEEPING])

    def run(self, job: Job, steps: int, alarm: int = 0) -> int:
        driver.begin(self.address, self.ranks)
        return int(driver.run_job(self.address, job.address, steps, self.ranks, alarm))

    def failed(self) -> tuple[int, int]:
        return int(self.words[driver.FAILED_ENTRY]), int(self.words[driver.FAILED_STEP])

    def join(self) -> None:
        for thread in self.threads:
            thread.join(timeout=20)
            assert not thread.is_alive()


@pytest.fixture
def control():
    made: list[Control] = []

    def make(ranks: int) -> Control:
        made.append(Control(ranks))
        return made[-1]

    yield make
    for each in made:
        driver.stop(each.address)
        each.join()


Make = Callable[[int], Control]


@pytest.mark.parametrize("ranks", [1, 2, 3])
@pytest.mark.parametrize("steps", [0, 1, 50])
def test_every_rank_runs_every_step(control: Make, ranks, steps):
    counters = Counters(ranks)
    assert control(ranks).run(counting(counters), steps) == OK
    assert counters.values == [steps] * ranks


def test_a_job_without_entries(control: Make):
    assert control(2).run(Job([]), 3) == OK


def test_a_barrier_may_stand_before_the_first_entry(control: Make):
    """So it is where a job is the part of a program after a call of Python."""
    counters = Counters(2)
    job = Job([("count", counters.address), ("agree", counters.address)], barriers=[0, 1])
    assert control(2).run(job, 20) == OK
    assert counters.values == [20, 20]


@pytest.mark.parametrize("ranks", [1, 2, 3])
@pytest.mark.parametrize("step", [0, 3])
@pytest.mark.parametrize("entry", [0, 1, 2])
@pytest.mark.parametrize("who", ["first", "last", "all"])
def test_a_bad_status_ends_the_job_for_all_and_is_told_with_its_place(control: Make, ranks, step, entry, who):
    which = {"first": 1, "last": 1 << (ranks - 1), "all": (1 << ranks) - 1}[who]
    counters = [Counters(ranks) for _ in range(3)]
    calls = [("fail", c.address, which if i == entry else 0, step + 1, 7) for i, c in enumerate(counters)]
    team = control(ranks)
    assert team.run(Job(calls, barriers=[1, 2]), 10) == 7
    assert team.failed() == (entry, step)
    for i, c in enumerate(counters):
        if i == entry:  # ranks that come later to an entry that failed pass it by
            assert step + 1 in c.values
            assert set(c.values) <= {step, step + 1}
        else:
            assert c.values == [step + (i < entry)] * ranks, "what lies behind the barrier of the failure must not run"
    again = Counters(ranks)
    assert team.run(counting(again), 5) == OK
    assert again.values == [5] * ranks


def test_the_first_failure_of_a_rank_is_the_one_that_is_told(control: Make):
    one, two = Counters(1), Counters(1)
    team = control(1)
    assert team.run(Job([("fail", one.address, 1, 1, 7), ("fail", two.address, 1, 1, 8)]), 1) == 7
    assert team.failed() == (0, 0)
    assert two.values == [0]


@pytest.mark.parametrize("ranks", [1, 2, 3])
@pytest.mark.parametrize("who", ["first", "last"])
@pytest.mark.parametrize("at", [1, 2, 700])
def test_an_alarm_ends_the_job_for_all_ranks_after_the_same_step(control: Make, ranks, who, at):
    """Whoever sets it: rank 0 sees it after that step, or after the next where it had looked already."""
    team, alarm = control(ranks), np.zeros(1, np.int64)
    for _ in range(20):
        counters, others = Counters(ranks), Counters(ranks)
        alarm[0] = 0
        ringing = ("ring", counters.address, alarm.ctypes.data, at, 0 if who == "first" else ranks - 1)
        job = Job([ringing, ("count", others.address), ("agree", others.address)], barriers=[2])
        assert team.run(job, 1000, alarm.ctypes.data) == OK
        left = int(team.words[driver.LEAVE])
        assert left in (at, at + 1)
        assert counters.values == others.values == [left] * ranks
    again = Counters(ranks)
    assert team.run(counting(again), 5) == OK, "no alarm is looked at in a job without"
    assert again.values == [5] * ranks
    assert team.words[driver.LEAVE] == 0


def test_an_alarm_that_was_set_before_lets_one_step_run(control: Make):
    counters, alarm = Counters(2), np.ones(1, np.int64)
    assert control(2).run(counting(counters), 5, alarm.ctypes.data) == OK
    assert counters.values == [1, 1]


@pytest.mark.parametrize("alarmed", [False, True])
def test_a_failure_goes_before_an_alarm(control: Make, alarmed):
    counters, alarm = Counters(2), np.full(1, int(alarmed), np.int64)
    team = control(2)
    assert team.run(Job([("fail", counters.address, 3, 1, 7)]), 5, alarm.ctypes.data) == 7
    assert team.failed() == (0, 0)
    assert counters.values in ([1, 1], [1, 0], [0, 1]), "a rank that comes later passes by what failed"


def test_a_job_is_refused_that_was_not_begun(control: Make):
    """Another job has ended since ``begin``: workers may have gone to sleep, and nobody would wake them."""
    counters = Counters(2)
    team = control(2)
    job = counting(counters)
    assert driver.run_job(team.address, job.address, 1, 2) == driver.NOT_POSTED
    assert counters.values == [0, 0]
    assert team.run(job, 1) == OK
    assert driver.run_job(team.address, job.address, 1, 2) == driver.NOT_POSTED


def test_an_idle_worker_asks_to_sleep_and_a_caller_sees_it(control: Make):
    team = control(2)
    team.join()  # serve returns after a while
    assert team.returned == {1: 1}
    assert team.sleeping(1) == 1
    assert driver.begin(team.address, 2) == 1
    driver.awake(team.address, 1)
    assert team.sleeping(1) == 0
    assert driver.begin(team.address, 2) == 0


def test_no_worker_goes_to_sleep_while_the_team_is_busy(control: Make):
    team = control(2)
    driver.begin(team.address, 2)
    team.threads[0].join(timeout=0.4)  # several times as long as it takes to fall asleep
    assert team.threads[0].is_alive()
    counters = Counters(2)
    assert driver.run_job(team.address, counting(counters).address, 3, 2) == OK
    assert counters.values == [3, 3]


def test_stop_ends_a_worker(control: Make):
    team = control(3)
    driver.stop(team.address)
    team.join()
    assert team.returned == {1: 0, 2: 0}


def test_one_kernel_as_one_of_several_ranks():
    counters = Counters(3)
    job = Job([("count", counters.address)])
    kernel, block = int(job._kernels[0]), int(job._addresses[0])
    assert driver.call_alone(kernel, block, 2, 3) == OK
    assert counters.values == [0, 0, 1]
