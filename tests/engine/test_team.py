"""The team: no job is lost, no rank is left waiting, and processes fork, spawn, are interrupted and end as they should."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time

import pytest

from pellucid.engine import team as team_module
from pellucid.engine.team import Team, num_threads, set_num_threads, team
from pellucid.errors import ArgumentError
from tests.support.jobs import Counters, Job, counting

OK = 1


@pytest.fixture
def crew():
    made: list[Team] = []

    def make(ranks: int) -> Team:
        made.append(Team(ranks))
        return made[-1]

    yield make
    for each in made:
        each.stop()


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
def test_twenty_thousand_short_jobs(crew, ranks):
    """With pauses of every length, a few of them long enough for workers to fall asleep."""
    crew, counters, chance = crew(ranks), Counters(ranks), random.Random(ranks)
    job, done = counting(counters), 0
    for number in range(20_000 if ranks < 3 else 4_000):
        steps = chance.randrange(1, 4)
        assert job.run(crew, steps, ranks)[0] == OK
        done += steps
        if number % 1000 == 999:
            time.sleep(chance.choice([0.0, 1e-4, 2e-3, 0.03, 0.06, 0.08]))
    assert counters.values == [done] * ranks


def test_jobs_that_come_just_as_workers_fall_asleep(crew):
    """A worker that is idle sleeps after about 40 ms; jobs are posted from 20 to 80 ms after the last one."""
    crew, counters = crew(3), Counters(3)
    job = counting(counters)
    for number in range(30):
        assert job.run(crew, 1, 3)[0] == OK
        time.sleep(0.02 + 0.002 * number)
    assert counters.values == [30] * 3


def test_jobs_of_several_sizes_on_one_team(crew):
    crew, chance = crew(4), random.Random(0)
    counters = {ranks: Counters(ranks) for ranks in (1, 2, 3, 4)}
    jobs = {ranks: counting(c) for ranks, c in counters.items()}
    done = dict.fromkeys(jobs, 0)
    for number in range(2_000):
        ranks = chance.choice(list(jobs))
        assert jobs[ranks].run(crew, 1, ranks)[0] == OK
        done[ranks] += 1
        if number % 400 == 0:
            time.sleep(0.08)
    assert {ranks: c.values for ranks, c in counters.items()} == {ranks: [n] * ranks for ranks, n in done.items()}


def test_a_failure_among_many_jobs_leaves_nobody_waiting(crew):
    """Any rank, entry and step; the job after it runs as if nothing had been."""
    crew, chance = crew(3), random.Random(1)
    for _ in range(300):
        counters = [Counters(3) for _ in range(4)]
        entry, step, which = chance.randrange(4), chance.randrange(5), chance.randrange(1, 8)
        calls = [("fail", c.address, which if i == entry else 0, step + 1, 5) for i, c in enumerate(counters)]
        barriers = [i for i in range(4) if chance.random() < 0.5]
        assert Job(calls, barriers).run(crew, 5, 3) == (5, entry, step)
        after = Counters(3)
        assert counting(after).run(crew, 3, 3)[0] == OK
        assert after.values == [3, 3, 3]


def in_threads(*functions):
    """Run each on a thread of its own; the first error is raised here."""
    errors: list[BaseException] = []

    def run(function):
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(f,), daemon=True) for f in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive(), "a thread hangs"
    if errors:
        raise errors[0]


def test_two_python_threads_take_turns(crew):
    crew = crew(2)

    def train():
        counters = Counters(2)
        job = counting(counters)
        for _ in range(1_500):
            assert job.run(crew, 2, 2)[0] == OK
        assert counters.values == [3_000] * 2

    in_threads(train, train)


def test_each_thread_is_told_of_its_own_failure(crew):
    crew = crew(2)

    def failing(entry, step, status):
        def run():
            for _ in range(500):
                counters = [Counters(2) for _ in range(3)]
                calls = [("fail", c.address, 2 if i == entry else 0, step + 1, status) for i, c in enumerate(counters)]
                assert Job(calls, [1, 2]).run(crew, 4, 2) == (status, entry, step)

        return run

    in_threads(failing(0, 3, 5), failing(2, 1, 6))


def test_a_thread_that_holds_a_team_when_a_larger_one_takes_its_place():
    held, counters = team(2), Counters(2)
    larger = team(held.ranks + 1)
    assert team(2) is larger
    in_threads(lambda: counting(counters).run(held, 5, 2))
    assert counters.values == [5, 5]


def test_threads_that_ask_for_teams_of_every_size():
    def train(seed):
        def run():
            chance = random.Random(seed)
            for _ in range(60):
                ranks = chance.randrange(1, 6)
                counters = Counters(ranks)
                assert counting(counters).run(team(ranks), 2, ranks)[0] == OK
                assert counters.values == [2] * ranks
                if chance.random() < 0.1:
                    team_module._teams.clear()  # so that teams grow again and again

        return run

    in_threads(train(0), train(1), train(2))


def test_a_start_that_was_interrupted_is_taken_up_again(crew, monkeypatch):
    crew, counters = crew(4), Counters(4)
    start, started = threading.Thread.start, []

    def interrupted(thread):
        started.append(thread)
        if len(started) == 2:
            raise KeyboardInterrupt
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        counting(counters).run(crew, 1, 4)
    assert counting(counters).run(crew, 3, 4)[0] == OK
    assert counters.values == [3] * 4


def test_a_start_that_was_interrupted_after_the_thread_had_begun(crew, monkeypatch):
    """Two threads for one rank: one of them must give way."""
    crew, counters = crew(2), Counters(2)
    start, started = threading.Thread.start, []

    def interrupted(thread):
        started.append(thread)
        if len(started) == 1:
            threading.Timer(0.05, start, [thread]).start()
            raise KeyboardInterrupt
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        counting(counters).run(crew, 1, 2)
    job = counting(counters)
    for _ in range(2_000):
        assert job.run(crew, 1, 2)[0] == OK
    time.sleep(0.1)
    assert job.run(crew, 1, 2)[0] == OK
    assert counters.values == [2_001] * 2


def test_num_threads_is_what_was_set_or_the_environment_or_the_processors(monkeypatch):
    monkeypatch.setattr(team_module, "_threads", None)
    monkeypatch.delenv("PELLUCID_THREADS", raising=False)
    assert num_threads() >= 1
    monkeypatch.setenv("PELLUCID_THREADS", "3")
    assert num_threads() == 3
    set_num_threads(2)
    assert num_threads() == 2


@pytest.mark.parametrize("bad", ["0", "-1", "two", "", "1.5", "²"])
def test_a_bad_environment_is_refused(monkeypatch, bad):
    monkeypatch.setattr(team_module, "_threads", None)
    monkeypatch.setenv("PELLUCID_THREADS", bad)
    with pytest.raises(ArgumentError, match="PELLUCID_THREADS must be a whole number"):
        num_threads()


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "2", None])
def test_a_bad_number_of_threads_is_refused(bad):
    with pytest.raises(ArgumentError, match="threads must be a whole number"):
        set_num_threads(bad)


# --- processes: each in one of its own, so that a hang or a crash is a failure here ---------------------------------

_HEAD = """
import os, signal, sys, threading, time, multiprocessing
from pellucid.engine.team import team
from tests.support.jobs import Counters, Job, counting

def use(ranks=3, steps=5):
    counters = Counters(ranks)
    assert counting(counters).run(team(ranks), steps, ranks)[0] == 1
    assert counters.values == [steps] * ranks, counters.values

def long_job(seconds, ranks=2):
    import numpy as np
    memory = np.ones(4096, np.float32)
    job = Job([("work", 100, 64, 64, memory.ctypes.data)])
    start = time.perf_counter(); job.run(team(ranks), 100, ranks)
    steps = int(100 * seconds / (time.perf_counter() - start)) + 1
    return memory, job, steps
"""


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Processes say so where they compile kernels; those below are to find them compiled."""
    subprocess.run([sys.executable, "-c", _HEAD + "use()"], capture_output=True, check=True)


def outcome(body: str, seconds: float = 60) -> str:
    """What a Python process prints that runs ``body``; it must end by itself, with status 0 and nothing on stderr."""
    result = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _HEAD + body], capture_output=True, text=True, timeout=seconds, check=False
    )
    assert result.returncode == 0, f"status {result.returncode}\n{result.stdout}\n{result.stderr}"
    assert result.stderr == ""
    return result.stdout.strip()


@pytest.mark.parametrize("idle", ["0", "0.3"], ids=["spinning", "sleeping"])
def test_the_interpreter_ends_while_workers(idle):
    assert outcome(f"use(); time.sleep({idle}); print('end')") == "end"


def test_the_interpreter_ends_while_a_daemon_thread_runs_jobs():
    body = """
def train():
    memory, job, steps = long_job(0.02)
    while True:
        job.run(team(2), steps, 2)
threading.Thread(target=train, daemon=True).start()
time.sleep(0.3)
print('end')
"""
    for _ in range(3):
        assert outcome(body) == "end"


def test_a_function_that_runs_at_exit_may_run_a_program():
    """It was registered before Pellucid was imported, so it runs after the team was stopped."""
    body = "import atexit; atexit.register(lambda: (use(), print('saved', flush=True)))\n" + _HEAD + "use()"
    result = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stdout.strip(), result.stderr) == (0, "saved", "")


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
@pytest.mark.parametrize("before", ["", "use()", "use(); time.sleep(0.3)"], ids=["unused", "used", "asleep"])
def test_a_forked_child_makes_a_team_of_its_own(before):
    body = f"""
{before}
for _ in range(5):
    child = os.fork()
    if child == 0:
        use(); time.sleep(0.1); use(4)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0, status
    use()
print('end')
"""
    assert outcome(body) == "end"


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="no fork on this system")
def test_a_child_forked_while_another_thread_runs_a_job():
    body = """
stop = []
memory, job, steps = long_job(0.02)
def train():
    while not stop:
        job.run(team(2), steps, 2)
use()  # compiled before the fork: Numba's own lock is not renewed in a child
thread = threading.Thread(target=train); thread.start()
time.sleep(0.3)
for _ in range(10):
    child = os.fork()
    if child == 0:
        use(2); use(3)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status == 0, status
stop.append(1); thread.join()
use()
print('end')
"""
    assert outcome(body) == "end"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method):
    if method == "fork" and sys.platform in ("win32", "darwin"):
        pytest.skip("no safe fork on this system")
    body = f"""
from tests.support.jobs import run_some
if __name__ == '__main__':
    use()
    context = multiprocessing.get_context({method!r})
    child = context.Process(target=run_some)
    child.start(); child.join()
    assert child.exitcode == 0, child.exitcode
    use()
    print('end')
"""
    assert outcome(body) == "end"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_during_a_job_is_answered_when_the_job_ends():
    body = """
memory, job, steps = long_job(0.3)
threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
try:
    for _ in range(100):
        job.run(team(2), steps, 2)
    print('not interrupted')
except KeyboardInterrupt:
    use()
    print('interrupted')
"""
    assert outcome(body) == "interrupted"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_at_any_moment_leaves_a_team_that_works():
    body = """
import random
chance, seen = random.Random(0), 0
for trial in range(150):
    counters = Counters(3)
    job = counting(counters)
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    try:
        signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-5, 4e-3))
        while True:
            job.run(team(3), 1, 3)
    except KeyboardInterrupt:
        seen += 1
    assert len(set(counters.values)) == 1, counters.values
    use()
    if trial % 30 == 0:
        time.sleep(0.1)
print(seen)
"""
    assert outcome(body) == "150"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_signal_handler_may_run_a_program_itself():
    """Python runs it as soon as a job ends, while the thread still holds the team; it may rest till workers sleep, too."""
    body = """
handled = []
def handler(*_):
    use(2); time.sleep(0.15 if len(handled) % 10 == 0 else 0); handled.append(1)
    signal.setitimer(signal.ITIMER_REAL, 0.002)
signal.signal(signal.SIGALRM, handler)
counters = Counters(3)
job = counting(counters)
runs = 0
use()
signal.setitimer(signal.ITIMER_REAL, 0.002)
while len(handled) < 60:
    assert job.run(team(3), 1, 3)[0] == 1
    runs += 1
signal.signal(signal.SIGALRM, signal.SIG_IGN)
assert counters.values == [runs] * 3
print('end')
"""
    assert outcome(body) == "end"
