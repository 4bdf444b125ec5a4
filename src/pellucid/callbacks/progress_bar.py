"""ProgressBar: what ``fit`` shows while it runs: samples a second, the logs, the time left."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.callbacks.callback import Callback, Logs

_SECONDS_BEFORE_THE_FIRST = 1.0  # an epoch that is over before has its line printed once
_SECONDS_BETWEEN_DRAWINGS = 0.3
_WIDE = 120  # columns from which on a bar and its values stand in one line
_BAR_WIDTH = 24


class ProgressBar(Callback):
    """A bar for each epoch on a terminal (``verbose=1``), a line for each epoch elsewhere (``verbose=2``).

    It shows what `History` returns, neither more nor less; watching changes nothing.
    """

    def __init__(self, verbose: int) -> None:
        self.verbose = verbose
        self._progress: Any = None
        self._task: Any = None
        self._started = 0.0
        self._drawn = 0.0
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        self._started = time.perf_counter()
        self._drawn = self._started + _SECONDS_BEFORE_THE_FIRST - _SECONDS_BETWEEN_DRAWINGS

    def _make(self) -> Any:
        from rich import get_console
        from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.text import Text

        class Bar(Progress):
            """On a narrow terminal the values stand in a second line, so that none is cut off."""

            def get_renderables(self) -> Iterable[Any]:
                yield self.make_tasks_table(self.tasks)
                if narrow:
                    yield from (Text(f"  {task.fields['logs']}") for task in self.tasks)

        narrow = get_console().width < _WIDE
        values: list[ProgressColumn] = [] if narrow else [TextColumn("{task.fields[logs]}")]
        progress = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=_BAR_WIDTH),
            TaskProgressColumn(),
            TextColumn("{task.fields[speed]}"),
            *values,
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=get_console(),
            # A thread of its own that draws would push a rank off its processor in the middle of a job.
            auto_refresh=False,
        )
        self._task = progress.add_task(self._title(), total=self.params.get("steps"), logs="", speed="")
        return progress

    def on_steps(self, batch: int, logs: Logs | None = None) -> None:
        now = time.perf_counter()
        if self.verbose != 1 or now - self._drawn < _SECONDS_BETWEEN_DRAWINGS:
            return
        self._drawn = now
        if self._progress is None:  # not before there is something to wait for: a short epoch is printed once, when it is done
            self._progress = self._make()
            self._progress.start()
        self._progress.update(self._task, refresh=True, completed=batch + 1, speed=self._speed(batch + 1), logs=_text(logs))

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.verbose == 1 and self._progress is None:
            self._print_finished(_text(logs))
        elif self.verbose == 1:
            steps = self.params.get("steps")
            done = steps if steps is not None else max(self._progress.tasks[0].completed, 1)
            self._progress.update(self._task, total=done, completed=done, speed=self._speed(None), logs=_text(logs))
            self._close()
        elif self.verbose == 2:
            seconds = time.perf_counter() - self._started
            sys.stdout.write(f"{self._title()} - {seconds:.1f}s - {self._speed(None)}  {_text(logs)}\n")
            sys.stdout.flush()

    def _print_finished(self, values: str) -> None:
        """The line that a bar would have ended as, without a bar's costs: an epoch may be over in milliseconds."""
        from rich import get_console
        from rich.text import Text

        console = get_console()
        elapsed = int(time.perf_counter() - self._started)
        head = Text.assemble(
            self._title(),
            " ",
            (("-" if console.options.ascii_only else "━") * _BAR_WIDTH, "bar.finished"),
            (" 100%", "progress.percentage"),
            f" {self._speed(None)} ",
        )
        time_taken = Text(f"{elapsed // 60:02d}:{elapsed % 60:02d}", "progress.elapsed")
        fits = len(head) + len(values) + 1 + len(time_taken) <= console.width
        line = Text.assemble(head, f"{values} ", time_taken) if fits else Text.assemble(head, time_taken, f"\n  {values}")
        console.print(line)

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._close()

    def _close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def _title(self) -> str:
        epochs = self.params.get("epochs")
        return f"Epoch {self._epoch + 1}/{epochs}"

    def _speed(self, steps_done: int | None) -> str:
        samples, steps = self.params.get("samples"), self.params.get("steps")
        seconds = time.perf_counter() - self._started
        if not samples or not steps or seconds <= 0:
            return ""
        done = samples if steps_done is None else samples * steps_done / steps
        return f"{done / seconds:,.0f} samples/s"


def _text(logs: Logs | None) -> str:
    return "  ".join(f"{name}: {rounded(value)}" for name, value in (logs or {}).items() if np.ndim(value) == 0)


def rounded(value: float) -> str:
    """A number with four digits after the point, or in powers of ten where those would say little."""
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e4 or value == 0 else f"{value:.3e}"
