"""RunRecorder: a training from Python in the list of ``pellucid runs``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.arguments import integer
from pellucid.callbacks.callback import Callback, Logs
from pellucid.data.fingerprint import fingerprint
from pellucid.errors import ArgumentError
from pellucid.folders import next_free
from pellucid.random.seed import get_seed

if TYPE_CHECKING:
    from pellucid.runs.recorder import Recorder


class RunRecorder(Callback):
    """Records a training in the database beside its folder, and in the folder: settings, seed, versions, machine, epochs, result.

    Where recording fails, a warning says so once, and training goes on. Every epoch is visible to other processes while the
    training runs (``pellucid runs``), and afterwards the folder's ``run.json`` and ``history.json`` say the same.

    Args:
        folder: of this run; the database ``runs.sqlite`` is in the folder above it. The first free of ``runs/fit-001``,
            ``-002``, ... where None, another for each ``fit``. A training that is resumed, or goes on by ``initial_epoch``,
            names the same folder, and goes on in its record.
        settings: what else to write down: names and plain values. The optimizer's settings, the loss, the number of epochs and of
            parameters are there by themselves.
        data: arrays that the training depends on, such as ``(x, y)``; a fingerprint of them is kept, so that two runs can be
            seen to have had the same.
        every_steps: also keep the values after every so many steps, as the progress bar shows them: means of the epoch so far.
            Training then runs one step a call, which is slower.

    Raises:
        ArgumentError: an argument breaks its rule; as training begins: the folder holds another training's record.

    >>> import pellucid as pl, tempfile
    >>> runs = Path(tempfile.mkdtemp())
    >>> model = pl.Sequential([pl.layers.Dense(1, input_dim=1)])
    >>> model.compile("sgd", "mse")
    >>> recorder = RunRecorder(runs / "first", settings={"idea": "a line"})
    >>> history = model.fit([[1.0], [2.0]], [[2.0], [4.0]], epochs=3, verbose=0, callbacks=[recorder])
    >>> from pellucid.runs import RunDatabase
    >>> with RunDatabase(runs) as database:
    ...     run = database.get("first")
    ...     run.state.value, run.epochs_done, run.settings["idea"]
    ...     list(database.curves(run.id)["loss"].values()) == history.history["loss"]
    ('finished', 3, 'a line')
    True
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        settings: Mapping[str, Any] | None = None,
        data: Iterable[Any] | None = None,
        every_steps: int | None = None,
    ) -> None:
        if settings is not None and not isinstance(settings, Mapping):
            raise ArgumentError(f"RunRecorder: settings must be a dictionary of names and values. Received {settings!r}.")
        self.folder = self._given = None if folder is None else Path(folder)
        self.settings = dict(settings or {})
        self.every_steps = None if every_steps is None else integer("RunRecorder", "every_steps", every_steps, at_least=1)
        self._fingerprint = None if data is None else fingerprint(data)
        self._recorder: Recorder | None = None
        self._begun = False
        self._error_before: BaseException | None = None
        if self.every_steps is not None:  # else the steps need not be told apart
            self.on_train_batch_end = self._after_step  # type: ignore[method-assign]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        from pellucid.runs.recorder import Recorder
        from pellucid.runs.run import Run, State
        from pellucid.runs.surroundings import machine, versions

        self._error_before = sys.exc_info()[1]  # of an `except` that fit was called in
        self._begun = False
        self.folder = self._given or next_free(Path("runs"), "fit")
        optimizer = self.model.optimizer
        settings: dict[str, Any] = {
            **self.settings,
            "model": type(self.model).__name__,
            "parameters": self.model.count_params(),
            "optimizer": {**optimizer.get_config(), "name": type(optimizer).__name__},
            "epochs": self.params.get("epochs"),
            "steps": self.params.get("steps"),
        }
        data: dict[str, Any] = {"name": self.settings.get("data", ""), "samples": {"training": self.params.get("samples")}}
        if self._fingerprint is not None:
            data["fingerprint"] = self._fingerprint
        run = Run(
            str(self.folder),
            State.RUNNING,
            datetime.now(UTC).isoformat(timespec="seconds"),
            seed=get_seed(),
            settings=settings,
            data=data,
            versions=versions(),
            machine=machine(),
        )
        self._recorder = Recorder(self.folder.parent, run, files=True)

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        assert self._recorder is not None
        if not self._begun:  # not before: where a training is resumed, only this moment tells from where
            if not epoch and not self.params.get("resumed"):
                self._refuse_another()
            self._begun = True
            self._recorder.resume(epoch, self.model.optimizer.batches if epoch else 0)
            self._recorder.begin()

    def _refuse_another(self) -> None:
        from pellucid.runs.folder import RECORD

        assert self.folder is not None
        if (self.folder / RECORD).exists():
            raise ArgumentError(
                f"RunRecorder: folder {self.folder} holds the record of another training. Name another, or none for the first "
                "that is free."
            )

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        assert self._recorder is not None
        self._recorder.epoch(epoch, logs)

    def _after_step(self, batch: int, logs: Logs | None = None) -> None:
        assert self._recorder is not None
        assert self.every_steps is not None
        step = self.model.optimizer.batches
        if step % self.every_steps == 0:
            self._recorder.step(step, logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._recorder is None or not self._begun:
            return
        from pellucid.runs.run import State

        error = sys.exc_info()[1]
        parts: dict[str, dict[str, float]] = {"training": {}, "validation": {}}
        for name, values in self._recorder.curves.items():
            part = "validation" if name.startswith("val_") else "training"
            parts[part][name.removeprefix("val_")] = values[max(values)]
        results = {part: values for part, values in parts.items() if values}
        if error is None or error is self._error_before:
            asked = self.params.get("epochs")
            early = asked is not None and self._recorder.run.epochs_done < asked
            self._recorder.end(State.FINISHED, "stopped before the last epoch" if early else "", results)
        elif isinstance(error, KeyboardInterrupt):
            self._recorder.end(State.INTERRUPTED, "Ctrl-C", results)
        else:
            self._recorder.end(State.FAILED, f"{type(error).__name__}: {error}"[:500], results)
