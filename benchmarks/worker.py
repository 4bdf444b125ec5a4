"""The process of one system, seen from the program that measures."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any

from benchmarks.workloads import Workload

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 1200.0  # seconds for one answer


class WorkerError(Exception):
    """The system cannot run here, or ended."""


class Worker:
    """Starts ``benchmarks/systems/NAME.py`` with an interpreter and talks to it by ``benchmarks.protocol``."""

    def __init__(self, name: str, python: str, log: Path, patience: float = PATIENCE) -> None:
        self.name = name
        self.python = python
        self.log = log
        self.patience = patience
        with log.open("w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [python, "-m", f"benchmarks.systems.{name}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                text=True,
                encoding="utf-8",
            )

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        too_late = threading.Event()

        def give_up() -> None:
            too_late.set()
            self.process.kill()

        watchdog = threading.Timer(self.patience, give_up)
        watchdog.start()
        try:
            self.process.stdin.write(json.dumps({"command": command, **arguments}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        finally:
            watchdog.cancel()
        if not line:
            self.process.wait()
            if too_late.is_set():
                raise WorkerError(f"given up: no answer to {command!r} within {self.patience:g} seconds")
            raise WorkerError(f"ended with status {self.process.returncode}: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise WorkerError(answer["error"])
        return answer

    def prepare(self, workload: Workload, file: Path, threads: int) -> dict[str, Any]:
        return self.ask("prepare", workload=dataclasses.asdict(workload), file=str(file), threads=threads)

    def measure(self, seconds: float) -> float:
        return float(self.ask("round", seconds=seconds)["seconds_per_step"])

    def greatest_memory(self, workload: Workload, file: Path, threads: int, setting: str) -> int:
        """Bytes, of a process that has done nothing else."""
        given = {"workload": dataclasses.asdict(workload), "file": str(file), "threads": threads, "setting": setting}
        return int(self.ask("memory", **given)["peak"])

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else "no message"
