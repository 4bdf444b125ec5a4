"""fit(checkpoint=..., resume=...): a training that was interrupted ends, bit for bit, as one that was not."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, Checkpoint, EarlyStopping, LearningRateScheduler, ReduceLROnPlateau
from pellucid.checkpoints import CheckpointFolder
from pellucid.errors import FileFormatError, InUseError, PellucidError
from tests.support.tensor_files import rewrite
from tests.support.training import assert_same_bits, classifier, clusters

X, Y = clusters(80)
HELD_OUT = clusters(30, seed=5)
STEPS = 5  # an epoch, of 16 samples each
EPOCHS = 4


class Interrupt(Exception):
    pass


class Interrupting(Callback):
    """Ends training by an error after so many steps, as a kill would; it says nothing to anybody before."""

    def __init__(self, after: int) -> None:
        self.left = after

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.left -= 1
        if self.left == 0:
            raise Interrupt


class Thawing(Callback):
    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if epoch == 1:
            self.model.layers[0].trainable = True


def watchers() -> list[Callback]:
    return [
        EarlyStopping(patience=2, restore_best_weights=True),
        ReduceLROnPlateau("loss", patience=1, min_delta=0.1),
        LearningRateScheduler(lambda epoch, rate: rate * 0.9),
        Thawing(),
    ]


def model_for(optimizer: str, *, eager: bool = False) -> Any:
    made = {"adam": "adam", "momentum": pl.optimizers.SGD(0.05, momentum=0.9)}[optimizer]
    model = classifier(made, dropout=0.3, normalize=True, l2=0.01, run_eagerly=eager)
    model.layers[0].trainable = False
    return model


def fit(model: Any, *more: Callback, x: Any = X, y: Any = Y, **arguments: Any) -> Any:
    data = {"x": x, "y": y, "batch_size": 16} if y is not None else {"x": x, "steps_per_epoch": STEPS}
    arguments = {"epochs": EPOCHS, "validation_data": HELD_OUT, **arguments}
    return model.fit(**data, callbacks=[*watchers(), *more], verbose=0, **arguments)


def assert_same_end(one: Any, other: Any) -> None:
    assert one.history.history == other.history.history
    assert one.history.epoch == other.history.epoch
    assert_same_bits(one.get_weights(), other.get_weights())
    assert one.optimizer.iterations == other.optimizer.iterations
    assert one.optimizer.learning_rate == other.optimizer.learning_rate


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_a_training_that_is_interrupted_anywhere_ends_alike(optimizer: str, tmp_path: Path) -> None:
    whole = model_for(optimizer)
    fit(whole)
    for after in (2, STEPS - 1, STEPS, STEPS + 1, 2 * STEPS + 3, 3 * STEPS):
        keep = Checkpoint(tmp_path / str(after), steps=1, minutes=None)
        with pytest.raises(Interrupt):
            fit(model_for(optimizer), Interrupting(after), checkpoint=keep)
        pl.utils.set_random_seed(99)  # another process has drawn other numbers
        model = model_for(optimizer)
        model.set_weights([w + 1 for w in model.get_weights()])
        fit(model, checkpoint=keep, resume=True)
        assert_same_end(whole, model)


def test_twice_in_one_run_and_with_the_same_model(tmp_path: Path) -> None:
    whole = model_for("adam")
    fit(whole)
    model = model_for("adam")
    with pytest.raises(Interrupt):
        fit(model, Interrupting(7), checkpoint=Checkpoint(tmp_path, steps=2))
    with pytest.raises(Interrupt):
        fit(model, Interrupting(6), checkpoint=Checkpoint(tmp_path, steps=2), resume=True)
    fit(model, checkpoint=tmp_path, resume=True)
    assert_same_end(whole, model)


def test_checkpoints_change_nothing(tmp_path: Path) -> None:
    whole, kept = model_for("adam"), model_for("adam")
    fit(whole)
    fit(kept, checkpoint=Checkpoint(tmp_path, steps=1))
    assert_same_end(whole, kept)


def test_eagerly(tmp_path: Path) -> None:
    whole, model = model_for("adam", eager=True), model_for("adam", eager=True)
    fit(whole, epochs=2)
    with pytest.raises(Interrupt):
        fit(model, Interrupting(7), epochs=2, checkpoint=Checkpoint(tmp_path, steps=1))
    model = model_for("adam", eager=True)
    fit(model, epochs=2, resume=tmp_path)
    assert_same_end(whole, model)


def test_more_epochs_than_before(tmp_path: Path) -> None:
    whole, model = model_for("adam"), model_for("adam")
    fit(whole)
    fit(model, epochs=2, checkpoint=tmp_path)
    assert len(model.history.epoch) == 2
    model = model_for("adam")
    fit(model, resume=tmp_path)
    assert_same_end(whole, model)


def test_a_training_that_had_ended_stays_ended(tmp_path: Path) -> None:
    """Also by early stopping, whose best weights are put back."""
    stop = EarlyStopping("loss", min_delta=9.0, patience=1, restore_best_weights=True)
    model = classifier()
    model.fit(X, Y, epochs=9, callbacks=[stop], verbose=0, checkpoint=tmp_path)
    assert len(model.history.epoch) < 9
    again = classifier()
    stop = EarlyStopping("loss", min_delta=9.0, patience=1, restore_best_weights=True)
    again.fit(X, Y, epochs=9, callbacks=[stop], verbose=0, resume=tmp_path)
    assert_same_end(model, again)


def endless(seed: int) -> Iterator[Any]:
    own = np.random.default_rng(seed)
    while True:
        rows = own.integers(0, len(X), 16)
        yield X[rows] * np.float32(np.random.uniform(0.9, 1.1)), Y[rows]  # noqa: NPY002


class Shuffled:
    """Batches that can be gone through again, each time in another order; ``own`` tells its state by itself."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(2)

    def __iter__(self) -> Iterator[Any]:
        order = self.random.permutation(len(X))
        for start in range(0, len(X), 16):
            yield X[order[start : start + 16]], Y[order[start : start + 16]]


class Telling:
    """A stream with a state of its own, which is asked how often it had to be drawn from."""

    def __init__(self) -> None:
        self.place = 0
        self.drawn = 0

    def __iter__(self) -> Telling:
        return self

    def __next__(self) -> Any:
        self.place += 1
        self.drawn += 1
        rows = np.random.default_rng(self.place).integers(0, len(X), 16)
        return X[rows], Y[rows]

    def state(self) -> int:
        return self.place

    def load_state(self, state: int) -> None:
        self.place = state


@pytest.mark.parametrize(("make", "steps"), [(lambda: endless(1), STEPS), (Shuffled, None)], ids=["endless", "shuffled"])
def test_streams_are_drawn_again(make: Any, steps: int | None, tmp_path: Path) -> None:
    def train(*more: Callback, **arguments: Any) -> Any:
        np.random.seed(4)  # noqa: NPY002
        model = model_for("adam")
        model.fit(make(), epochs=3, steps_per_epoch=steps, callbacks=[*watchers()[1:], *more], verbose=0, **arguments)
        return model

    whole = train()
    for after in (2, 5, 8):
        with pytest.raises(Interrupt):
            train(Interrupting(after), checkpoint=Checkpoint(tmp_path / str(after), steps=1))
        assert_same_end(whole, train(resume=tmp_path / str(after)))


def test_a_stream_that_ends_with_the_step_that_was_saved(tmp_path: Path) -> None:
    """The epoch's results then come from the checkpoint alone: no further step says what is summed."""
    whole = classifier()
    whole.fit(Shuffled(), epochs=2, verbose=0)
    keep = Checkpoint(tmp_path, steps=1, keep=9)
    classifier().fit(Shuffled(), epochs=2, verbose=0, checkpoint=keep, callbacks=[Interrupting(99)])
    within = [s for s in CheckpointFolder(tmp_path).steps() if s % STEPS == 0]
    first = CheckpointFolder(tmp_path).file(within[0])
    for last in CheckpointFolder(tmp_path).steps()[1:]:
        if last != within[0]:
            CheckpointFolder(tmp_path).file(last).unlink()
    again = classifier()
    again.fit(Shuffled(), epochs=2, verbose=0, resume=first)
    assert_same_end(whole, again)


def test_a_streams_own_state_is_used(tmp_path: Path) -> None:
    whole, stream = model_for("adam"), Telling()
    fit(whole, x=Telling(), y=None)
    with pytest.raises(Interrupt):
        fit(model_for("adam"), Interrupting(12), x=Telling(), y=None, checkpoint=Checkpoint(tmp_path, steps=1))
    model = model_for("adam")
    fit(model, x=stream, y=None, resume=tmp_path)
    assert whole.optimizer.iterations == model.optimizer.iterations
    assert stream.drawn < 12


def test_ctrl_c_between_two_steps_is_kept(tmp_path: Path, monkeypatch: Any) -> None:
    """As a signal's handler does, the interrupt comes in Python, when a slice of steps is over."""
    from pellucid.training.trainer import Trainer

    whole = classifier(dropout=0.3)
    whole.fit(X, Y, batch_size=16, epochs=3, verbose=0)
    run, slices = Trainer.train_steps, []

    def interrupted(self: Trainer, *arguments: Any) -> None:
        run(self, *arguments)
        slices.append(arguments)
        if len(slices) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(Trainer, "train_steps", interrupted)
    with pytest.raises(KeyboardInterrupt):
        classifier(dropout=0.3).fit(X, Y, batch_size=16, epochs=3, verbose=0, checkpoint=Checkpoint(tmp_path, epochs=None))
    monkeypatch.undo()
    steps = CheckpointFolder(tmp_path).steps()
    assert steps
    model = classifier(dropout=0.3)
    model.fit(X, Y, batch_size=16, epochs=3, verbose=0, resume=tmp_path)
    assert_same_end(whole, model)


def test_ctrl_c_with_a_batch_in_hand_does_not_lose_it(tmp_path: Path, monkeypatch: Any) -> None:
    """It was drawn from the stream, but not trained on."""
    from pellucid.training.trainer import Trainer

    for make in (lambda: endless(1), Telling):
        whole = classifier()
        whole.fit(make(), steps_per_epoch=STEPS, epochs=3, verbose=0)
        for number in (1, 4, STEPS + 1, STEPS + 3):
            folder, filled, calls = tmp_path / f"{make.__name__}{number}", Trainer._filled, []

            def interrupted(*arguments: Any, calls: Any = calls, number: int = number, filled: Any = filled) -> Any:
                calls.append(arguments)
                if len(calls) == number:
                    raise KeyboardInterrupt
                return filled(*arguments)

            monkeypatch.setattr(Trainer, "_filled", interrupted)
            np.random.seed(4)  # noqa: NPY002
            with pytest.raises(KeyboardInterrupt):
                classifier().fit(make(), steps_per_epoch=STEPS, epochs=3, verbose=0, checkpoint=folder)
            monkeypatch.undo()
            model = classifier()
            model.fit(make(), steps_per_epoch=STEPS, epochs=3, verbose=0, checkpoint=folder, resume=True)
            if make is Telling:
                assert_same_end(whole, model)
            assert model.optimizer.iterations == 3 * STEPS


class OwnStep(pl.Model):
    """The usual step, written out: the loss and the metrics are counted by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = pl.layers.Dense(3, activation="softmax")

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)

    def train_step(self, data: Any) -> dict[str, Any]:
        return super().train_step(data)


def test_steps_of_ones_own_resume_with_what_their_metrics_have_counted(tmp_path: Path) -> None:
    def made() -> Any:
        pl.utils.set_random_seed(1)
        model = OwnStep()
        model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
        return model

    whole = made()
    whole.fit(X, Y, batch_size=16, epochs=3, verbose=0)
    for after in (2, STEPS, STEPS + 2):
        folder = tmp_path / str(after)
        keep = Checkpoint(folder, steps=1)
        with pytest.raises(Interrupt):
            made().fit(X, Y, batch_size=16, epochs=3, verbose=0, checkpoint=keep, callbacks=[Interrupting(after)])
        model = made()
        model.fit(X, Y, batch_size=16, epochs=3, verbose=0, resume=folder)
        assert_same_end(whole, model)


def test_a_checkpoint_is_a_model(tmp_path: Path) -> None:
    model = classifier(dropout=0.2)
    model.label_names = ["a", "b", "c"]
    model.fit(X, Y, verbose=0, checkpoint=tmp_path)
    (step,) = CheckpointFolder(tmp_path).steps()
    again = pl.load_model(CheckpointFolder(tmp_path).file(step))
    assert_same_bits(model.get_weights(), again.get_weights())
    assert again.label_names == ["a", "b", "c"]
    assert again.optimizer.iterations == step
    other = classifier(dropout=0.2)
    other.load_weights(CheckpointFolder(tmp_path).file(step))


class Written(pl.Model):
    """A model as Python code, which a file cannot hold: its checkpoint lacks the architecture alone."""

    def __init__(self) -> None:
        super().__init__()
        self.training = pl.layers.Dense(3)  # a name that a checkpoint uses, too

    def call(self, inputs: Any) -> Any:
        return self.training(inputs)


def test_models_written_as_code_resume_too(tmp_path: Path) -> None:
    def made() -> Any:
        pl.utils.set_random_seed(1)
        model = Written()
        model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    whole = made()
    whole.fit(X, Y, epochs=3, verbose=0)
    made().fit(X, Y, epochs=1, verbose=0, checkpoint=tmp_path)
    model = made()
    model.fit(X, Y, epochs=3, verbose=0, resume=tmp_path)
    assert_same_end(whole, model)
    with pytest.raises(FileFormatError, match="subclass with its own call"):
        pl.load_model(CheckpointFolder(tmp_path).file(3))


def test_a_damaged_newest_falls_back_and_ends_alike(tmp_path: Path) -> None:
    whole, model = classifier(dropout=0.2), classifier(dropout=0.2)
    whole.fit(X, Y, epochs=4, verbose=0)
    model.fit(X, Y, epochs=3, verbose=0, checkpoint=tmp_path)
    folder = CheckpointFolder(tmp_path)
    newest = folder.file(folder.steps()[-1])
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 4
    newest.write_bytes(content)
    model = classifier(dropout=0.2)
    with pytest.warns(UserWarning, match="passed over"):
        model.fit(X, Y, epochs=4, verbose=0, resume=tmp_path)
    assert_same_end(whole, model)
    assert newest.with_suffix(".safetensors.damaged").exists()


def test_resume_true_begins_where_there_is_nothing(tmp_path: Path) -> None:
    model = classifier()
    model.fit(X, Y, verbose=0, checkpoint=tmp_path / "new", resume=True)
    assert len(model.history.epoch) == 1


def test_the_settings_of_the_writer_are_taken_on(tmp_path: Path) -> None:
    classifier().fit(X, Y, epochs=3, verbose=0, checkpoint=Checkpoint(tmp_path, keep=1, monitor="accuracy"))
    kept = CheckpointFolder(tmp_path).steps()
    classifier().fit(X, Y, epochs=9, verbose=0, resume=tmp_path)
    assert len(CheckpointFolder(tmp_path).steps()) <= 2
    assert CheckpointFolder(tmp_path).steps() != kept


def other_optimizer() -> Any:
    return classifier(pl.optimizers.SGD(0.1))


@pytest.mark.parametrize(
    ("train", "words"),
    [
        (lambda f: classifier().fit(X, Y, resume=f / "nowhere"), "there is no"),
        (lambda f: classifier().fit(X, Y, resume=3), "resume: pass a folder"),
        (lambda f: classifier().fit(X, Y, resume=True), "pass checkpoint=FOLDER"),
        (lambda f: classifier().fit(X, Y, checkpoint=3), "checkpoint: pass a folder"),
        (lambda f: classifier().fit(X, Y, checkpoint=f), "holds the checkpoints of another training"),
        (lambda f: classifier().fit(X, Y, checkpoint=f / "a", callbacks=[Checkpoint(f / "b")]), "a training has one"),
        (lambda f: other_optimizer().fit(X, Y, resume=f), r"compile\(optimizer=\.\.\.\) must be as"),
        (lambda f: classifier(metrics=[]).fit(X, Y, resume=f), r"compile\(metrics=\.\.\.\) must be as"),
        (lambda f: classifier().fit(X, Y, batch_size=8, resume=f), "batch_size must be 32"),
        (lambda f: classifier().fit(X, Y, shuffle=False, resume=f), "shuffle must be True"),
        (lambda f: classifier().fit(X + 1, Y, resume=f), "the data is not that"),
        (lambda f: classifier().fit(X, Y, sample_weight=np.ones(80), resume=f), "the data is not that"),
        (lambda f: classifier(normalize=True).fit(X, Y, resume=f), "_stack/1/gamma: missing"),
        (lambda f: classifier().fit(X, Y, resume=f, callbacks=[EarlyStopping("loss")]), "callbacks: training goes on with those"),
    ],
)
def test_what_would_not_end_alike_is_refused(train: Any, words: str, tmp_path: Path) -> None:
    classifier().fit(X, Y, verbose=0, checkpoint=tmp_path)
    steps = CheckpointFolder(tmp_path).steps()
    with pytest.raises(PellucidError, match=words):
        train(tmp_path)
    assert CheckpointFolder(tmp_path).steps() == steps


def test_the_learning_rate_goes_on_as_it_was(tmp_path: Path) -> None:
    model = classifier(pl.optimizers.SGD(0.1))
    schedule = LearningRateScheduler(lambda epoch, rate: rate / 2)
    model.fit(X, Y, verbose=0, checkpoint=tmp_path, callbacks=[schedule])
    model = classifier(pl.optimizers.SGD(0.1))
    model.fit(X, Y, epochs=2, verbose=0, resume=tmp_path, callbacks=[LearningRateScheduler(lambda epoch, rate: rate / 2)])
    assert model.history.history["learning_rate"] == [0.05, 0.025]


def test_another_number_of_threads_is_said(tmp_path: Path) -> None:
    from pellucid.engine.team import num_threads

    before = num_threads()
    classifier().fit(X, Y, verbose=0, checkpoint=tmp_path)
    try:
        pl.utils.set_num_threads(before + 1)
        with pytest.warns(UserWarning, match="rounded in another order"):
            classifier().fit(X, Y, epochs=2, verbose=0, resume=tmp_path)
    finally:
        pl.utils.set_num_threads(before)


def test_one_training_at_a_time_in_a_folder(tmp_path: Path) -> None:
    class Within(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            with pytest.raises(InUseError, match="another process"):
                classifier().fit(X, Y, verbose=0, checkpoint=tmp_path)

    classifier().fit(X, Y, verbose=0, checkpoint=tmp_path, callbacks=[Within()])


def test_a_model_file_and_strange_states_are_refused(tmp_path: Path) -> None:
    model = classifier()
    model.fit(X, Y, verbose=0, checkpoint=tmp_path / "f")
    model.save(tmp_path / "model")
    with pytest.raises(FileFormatError, match="not a checkpoint"):
        classifier().fit(X, Y, resume=tmp_path / "model", checkpoint=tmp_path / "g")
    folder = CheckpointFolder(tmp_path / "f")
    file = folder.file(folder.steps()[-1])
    changes: list[Any] = [
        lambda content, arrays: content["training"].pop("epoch"),
        lambda content, arrays: content["training"].pop("random"),
        lambda content, arrays: content["training"].update(trainer=3),
        lambda content, arrays: content["training"].update(callbacks=[{}]),
        lambda content, arrays: content["training"].update(trainable={}),
        lambda content, arrays: content["training"]["random"]["pellucid"].update(seed="x"),
        lambda content, arrays: [arrays.pop(name) for name in list(arrays) if name.startswith("training:")],
        lambda content, arrays: content.update(training=[1]),
        lambda content, arrays: content.pop("iterations"),
        lambda content, arrays: content.update(format="2"),
    ]
    for number, change in enumerate(changes):
        other = tmp_path / str(number)
        other.mkdir()
        rewrite(file, change, other / file.name)
        with pytest.raises(FileFormatError):
            classifier().fit(X, Y, epochs=2, resume=other)


def test_weights_that_are_not_finite_do_not_push_out_the_good_ones(tmp_path: Path) -> None:
    class Poison(Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch >= 1:
                self.model.layers[0].kernel.array[0, 0] = np.nan

    with pytest.warns(UserWarning, match="no longer finite"):
        classifier().fit(X, Y, epochs=6, verbose=0, callbacks=[Poison()], checkpoint=Checkpoint(tmp_path, keep=2))
    assert CheckpointFolder(tmp_path).steps() == [3]


def test_a_full_disk_is_said_once_and_training_goes_on(tmp_path: Path, monkeypatch: Any) -> None:
    def full(*arguments: Any) -> None:
        raise OSError(28, "no space left on the device")

    whole, model = classifier(), classifier()
    whole.fit(X, Y, epochs=5, verbose=0)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")

        class Filling(Callback):
            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                if epoch == 1:
                    monkeypatch.setattr("os.write", full)
                if epoch == 4:
                    monkeypatch.undo()

        model.fit(X, Y, epochs=5, verbose=0, callbacks=[Filling()], checkpoint=tmp_path)
    assert [str(w.message) for w in said if "no checkpoint can be written" in str(w.message)]
    assert len(said) == 1
    assert_same_end(whole, model)
    assert CheckpointFolder(tmp_path).steps() == [3, 15]


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: pl.optimizers.Adam(0.01, gradient_accumulation_steps=3),
        lambda: pl.optimizers.SGD(0.05, momentum=0.9, use_ema=True, ema_momentum=0.9),
        lambda: pl.optimizers.AdamW(pl.optimizers.schedules.CosineDecay(0.01, 20), global_clipnorm=1.0),
    ],
    ids=["accumulated", "averaged", "scheduled"],
)
def test_every_link_of_the_update_goes_on(optimizer: Any, tmp_path: Path) -> None:
    def train(*more: Callback, **arguments: Any) -> Any:
        model = classifier(optimizer(), dropout=0.2)
        model.fit(X, Y, batch_size=16, epochs=3, verbose=0, callbacks=list(more), **arguments)
        return model

    whole = train()
    for after in (4, 8, 13):
        with pytest.raises(Interrupt):
            train(Interrupting(after), checkpoint=Checkpoint(tmp_path / str(after), steps=1))
        assert_same_end(whole, train(resume=tmp_path / str(after)))
