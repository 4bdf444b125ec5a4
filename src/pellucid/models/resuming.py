"""Resuming: the whole state of a training, as a checkpoint holds it, taken and put back."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.callbacks import Callback, CallbackList
from pellucid.callbacks.checkpoint import Checkpoint, Taken
from pellucid.checkpoints import CheckpointFolder, StoredCheckpoint, pack, unpack
from pellucid.engine.team import num_threads
from pellucid.errors import ArgumentError, FileFormatError
from pellucid.layers.layer import Layer
from pellucid.models import saving
from pellucid.models.model import Model
from pellucid.random.seed import get_seed
from pellucid.random.state import load_random_state, random_state
from pellucid.training.loop import Resume, Source
from pellucid.training.trainer import Trainer

_IN_RUN = "checkpoints"  # the folder of checkpoints in a run's folder


class TrainingState:
    """Takes the whole state of a training between two steps, and puts it back.

    Args:
        model, trainer, source: what is trained, by what, on what.
        callbacks: all of them; their states are part of it.
    """

    def __init__(self, model: Model, trainer: Trainer, source: Source, callbacks: CallbackList) -> None:
        self.model = model
        self.trainer = trainer
        self.source = source
        self.callbacks = callbacks

    def take(self, epoch: int, steps: int, logs: Any) -> Taken:
        """The state after ``steps`` steps of this epoch, in which 0 stands for before it.

        Raises:
            ArgumentError: a callback's state is not plain data.
        """
        content, arrays = saving.contents(self.model)
        try:
            content["architecture"] = self.model._describe()
        except (ArgumentError, NotImplementedError) as error:
            content["undescribed"] = str(error)
        finite = all(np.isfinite(p.array).all() for p in self.model.weights if p.spec.is_float)
        optimizer = self.model.optimizer
        training, more = pack(
            {
                "epoch": epoch,
                "steps": steps,
                "logs": dict(logs),
                "stop_training": bool(self.model.stop_training),
                "learning_rate": optimizer.get_config()["learning_rate"],
                "trainable": {path: layer._trainable for path, layer in _layers(self.model)},
                "trained": {name: p.trainable for name, p in self.model.named_weights().items()},
                "trainer": self.trainer.state(),
                "source": self.source.state(),
                "data": self.source.describe(),
                "compile": saving.told_settings(self.model) if content["compile"] is None else None,
                "callbacks": self.callbacks.state(),
                "random": random_state(),
                "threads": num_threads(),
            },
            saving.TRAINING,
        )
        return Taken(optimizer.batches, {**content, "training": training}, {**arrays, **more}, finite)

    def resume(self, stored: StoredCheckpoint) -> Resume:
        """How a training goes on from a checkpoint.

        Raises:
            FileFormatError: the file is no checkpoint. ArgumentError: the training is not the one that it was taken of.
        """
        state = _training(stored)
        self._refuse_another(stored, state)
        with _read_from(stored.path):
            epoch, steps = int(state["epoch"]), int(state["steps"])
        return Resume(epoch, steps, lambda: self._restore(stored, state))

    def _restore(self, stored: StoredCheckpoint, state: dict[str, Any]) -> dict[str, float]:
        model = self.model
        saving.assign(model, stored.arrays, stored.path)
        saving.restore_optimizer(model, stored.content.get("iterations"), stored.arrays, stored.path)
        with _read_from(stored.path):
            model.optimizer.learning_rate = state["learning_rate"]
            for path, layer in _layers(model):
                layer._trainable = bool(state["trainable"][path])
            for name, parameter in model.named_weights().items():
                parameter.trainable = bool(state["trained"][name])
            self.source.load_state(state["source"], within=state["steps"] > 0)
            self.trainer.load_state(state["trainer"])
            try:
                load_random_state(state["random"])  # after a stream has drawn its batches again
            except ArgumentError as error:
                raise ValueError(str(error)) from None
            self.trainer.reseed(get_seed())
            self.callbacks.load_state(state["callbacks"])
            model.stop_training = bool(state["stop_training"])
            return dict(state["logs"])

    def _refuse_another(self, stored: StoredCheckpoint, state: dict[str, Any]) -> None:
        """Other settings would give another result than the undisturbed training."""
        self._refuse_another_architecture(stored)
        then, now = stored.content.get("compile") or state.get("compile") or {}, saving.told_settings(self.model)
        if not isinstance(then, dict):
            raise FileFormatError(f"{stored.path}: the compile settings in the file are damaged.")
        for name in sorted(then.keys() & now.keys()):
            before, after = _comparable(then[name]), _comparable(now[name])
            if before != after:
                raise ArgumentError(
                    f"resume: compile({name}=...) must be as in {stored.path}, {before}. Received {after}. To train on with "
                    "other settings, pellucid.load_model the checkpoint, compile and fit it."
                )
        data, trained = self.source.describe(), state.get("data")
        for name, value in data.items():
            before = trained.get(name) if isinstance(trained, dict) else None
            if value != before:
                what = "the data is not that" if name == "rows" else f"{name} must be {before}, as in that"
                raise ArgumentError(
                    f"resume: {what} of {stored.path}. Received {value}. To train on with others, pellucid.load_model the "
                    "checkpoint and fit it."
                )
        threads = state.get("threads")
        if threads != num_threads():
            warnings.warn(
                f"resume: the training had {threads} threads and goes on with {num_threads()}: sums are rounded in another "
                "order. pellucid.utils.set_num_threads gives it the number that it had.",
                stacklevel=5,
            )

    def _refuse_another_architecture(self, stored: StoredCheckpoint) -> None:
        """Weights of the same shapes may stand for another activation, stride or rate of dropout."""
        try:
            now = json.loads(json.dumps(self.model._describe()))
        except (ArgumentError, NotImplementedError):
            return  # Python code, of which a file knows nothing
        then = stored.content.get("architecture")
        found = None if then is None else _first_difference(_lasting(then), _lasting(now))
        if found is not None:
            where, before, after = found
            raise ArgumentError(
                f"resume: the model must be as in {stored.path}, where {where} is {before}. Received {after}. To train another "
                "model, name another folder."
            )


@dataclass
class Keeping:
    """A training's checkpoints: who writes them, and the one from which it goes on.

    Args:
        writer: None where none are written.
        stored: None where it begins anew.
        others: the callbacks beside the writer.
    """

    writer: Checkpoint | None
    stored: StoredCheckpoint | None
    others: Any

    @property
    def last(self) -> list[Callback]:
        """The writer, which stands behind all other callbacks: what it writes, these have seen."""
        return [] if self.writer is None else [self.writer]

    def begin(self, state: TrainingState) -> Resume | None:
        """Let the writer take its states from here; how to go on, or None to begin anew."""
        if self.writer is not None:
            self.writer.take = state.take
        return None if self.stored is None else state.resume(self.stored)


@contextmanager
def kept(checkpoint: str | Path | Checkpoint | None, resume: str | Path | bool | None, callbacks: Any) -> Iterator[Keeping]:
    """What ``fit`` was asked for; within, no other process writes into the folder of checkpoints.

    Raises:
        ArgumentError: there is nothing to resume, or the folder holds another training's checkpoints. FileFormatError: every
            checkpoint is damaged. InUseError: another process writes into the folder.
    """
    if resume is not None and not isinstance(resume, str | Path | bool):
        raise ArgumentError(f"resume: pass a folder, a run, a file, or True. Received {resume!r}.")
    writer, others = chosen(checkpoint, callbacks)
    if resume is True and writer is None:
        raise ArgumentError("resume=True: pass checkpoint=FOLDER, too, or name what to resume: resume=FOLDER.")
    if not writer and not resume:
        yield Keeping(None, None, others)
        return
    folder = writer.folder if writer is not None else CheckpointFolder(folder_at(Path(str(resume))))
    if writer is None and not folder.path.is_dir():
        raise ArgumentError(f"resume: there is no {resume}. Name the folder of fit(..., checkpoint=FOLDER), or a run.")
    folder.acquire()
    try:
        stored = folder.newest() if resume is True else stored_at(resume) if resume else None
        here = stored is not None and stored.path.parent.resolve() == folder.path.resolve()
        if here:
            assert stored is not None
            folder.set_aside_after(step_of(stored))
        elif folder.steps():
            raise ArgumentError(
                f"checkpoint: {folder.path} holds the checkpoints of another training. Name another folder, or go on with that "
                "training by resume=True."
            )
        if writer is None:
            assert stored is not None
            writer = checkpoint_like(stored)
        yield Keeping(writer, stored, others)
    finally:
        folder.release()


def chosen(checkpoint: str | Path | Checkpoint | None, callbacks: Any) -> tuple[Checkpoint | None, Any]:
    """The one `Checkpoint`, from either argument of ``fit``, and the other callbacks.

    Raises:
        ArgumentError: there are several.
    """
    others = [callbacks] if isinstance(callbacks, Callback) else callbacks or ()
    found: list[Checkpoint] = []
    if isinstance(others, Iterable):
        others = list(others)
        found = [c for c in others if isinstance(c, Checkpoint)]
        others = [c for c in others if not isinstance(c, Checkpoint)]
    if isinstance(checkpoint, str | Path):
        found.append(Checkpoint(checkpoint))
    elif isinstance(checkpoint, Checkpoint):
        found.append(checkpoint)
    elif checkpoint is not None:
        raise ArgumentError(f"checkpoint: pass a folder, or pellucid.callbacks.Checkpoint. Received {checkpoint!r}.")
    if len(found) > 1:
        raise ArgumentError(f"checkpoint: a training has one. Received {len(found)}, of which some may be among the callbacks.")
    return (found[0] if found else None), others


def stored_at(resume: str | Path) -> StoredCheckpoint:
    """The checkpoint that ``resume`` names: a file, or the newest of a folder or of a run's folder.

    Raises:
        ArgumentError: there is none. FileFormatError: it is damaged.
    """
    path = Path(resume)
    if path.is_file():
        return StoredCheckpoint(path, *saving.read_contents(path))
    stored = CheckpointFolder(folder_at(path)).newest()
    if stored is None:
        raise ArgumentError(
            f"resume: {path} has no checkpoint. Name the folder of fit(..., checkpoint=FOLDER), or with resume=True begin anew "
            "where there is none yet."
        )
    return stored


def step_of(stored: StoredCheckpoint) -> int:
    """The training steps that were done."""
    steps = stored.content.get("iterations")
    if type(steps) is not int:
        raise FileFormatError(f"{stored.path}: not a checkpoint: it has no count of training steps.")
    return steps


def folder_at(path: Path) -> Path:
    """The folder of checkpoints that a path means."""
    if path.is_file():
        return path.parent
    return path / _IN_RUN if (path / _IN_RUN).is_dir() else path


def checkpoint_like(stored: StoredCheckpoint) -> Checkpoint:
    """A `Checkpoint` with the settings of the one that wrote this, for the same folder."""
    with _read_from(stored.path):
        kept = {entry["class_name"]: entry["state"] for entry in _training(stored)["callbacks"]}
        settings: dict[str, Any] = kept.get(Checkpoint.__name__, {}).get("settings", {})
        return Checkpoint(stored.path.parent, **settings)


def _training(stored: StoredCheckpoint) -> dict[str, Any]:
    if not 1 < stored.content.get("format", 0) <= saving.FORMAT:
        raise FileFormatError(f"{stored.path}: a checkpoint of another format; a newer Pellucid may have written it.")
    with _read_from(stored.path):
        state = unpack(stored.content.get("training"), stored.arrays)
    if not isinstance(state, dict):
        raise FileFormatError(f"{stored.path}: a model, not a checkpoint of its training. Load it with pellucid.load_model.")
    return state


def _layers(layer: Layer, path: str = "") -> Iterator[tuple[str, Layer]]:
    yield path, layer
    for key, child in layer._children():
        yield from _layers(child, f"{path}/{key}")


def _comparable(setting: Any) -> Any:
    """A setting without what may change in the course of a training: a learning rate that is a number, no schedule."""
    if isinstance(setting, dict) and isinstance(setting.get("config"), dict):
        config = {k: v for k, v in setting["config"].items() if k != "name"}
        if isinstance(config.get("learning_rate"), int | float):
            del config["learning_rate"]
        return {**setting, "config": config}
    return setting


def _lasting(description: Any) -> Any:
    """An architecture without names, which may be numbered, how weights began, and what callbacks may change."""
    if isinstance(description, list):
        return [_lasting(part) for part in description]
    if isinstance(description, dict):
        kept = {k: v for k, v in description.items() if k not in ("name", "trainable") and not k.endswith("initializer")}
        if not (isinstance(entry := kept.get("input"), dict) and entry.get("said")):
            kept.pop("input", None)  # the shape of the first data, where none was said
        return {key: _lasting(part) for key, part in kept.items()}
    return description


def _first_difference(before: Any, after: Any, where: str = "") -> tuple[str, Any, Any] | None:
    """Where two nested structures differ first, and what stands there. A key of one alone is a setting that came since."""
    if isinstance(before, dict) and isinstance(after, dict):
        pairs = [(str(key), before[key], after[key]) for key in before if key in after]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(str(i), *pair) for i, pair in enumerate(zip(before, after, strict=True))]
    else:
        return None if before == after else (where or "the whole", before, after)
    found = (_first_difference(b, a, f"{where}/{key}".strip("/")) for key, b, a in pairs)
    return next((difference for difference in found if difference is not None), None)


class _read_from:
    """Where a state lacks something or has it in another form, the file is told as the cause."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, KeyError | TypeError | ValueError | IndexError | AttributeError | OverflowError) and not isinstance(
            error, ArgumentError | FileFormatError
        ):
            raise FileFormatError(f"{self.path}: the state in the checkpoint is damaged: {error!r}.") from error
