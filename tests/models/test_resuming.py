"""fit(checkpoint=..., resume=...): a training that was interrupted ends, bit for bit, as one that was not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, Checkpoint, EarlyStopping, LearningRateScheduler
from pellucid.checkpoints import CheckpointFolder
from pellucid.errors import FileFormatError, InUseError, PellucidError
from tests.support.resuming import (
    STEPS,
    Interrupt,
    Interrupting,
    X,
    Y,
    assert_same_end,
    fit,
    model_for,
)
from tests.support.tensor_files import rewrite
from tests.support.training import classifier


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


def test_unshuffled_epochs_of_fewer_steps_than_there_are_batches(tmp_path: Path) -> None:
    """Each begins where the last one ended; that place follows from the number of the epoch."""
    settings = {"shuffle": False, "steps_per_epoch": 3}
    whole = model_for("adam")
    fit(whole, **settings)
    for after in (3, 4, 8):
        with pytest.raises(Interrupt):
            fit(model_for("adam"), Interrupting(after), checkpoint=Checkpoint(tmp_path / str(after), steps=1), **settings)
        model = model_for("adam")
        fit(model, resume=tmp_path / str(after), **settings)
        assert_same_end(whole, model)


def other_optimizer() -> Any:
    return classifier(pl.optimizers.SGD(0.1))


def another_activation() -> Any:
    """Whose weights have the same shapes."""
    model = pl.Sequential([pl.Input((4,)), pl.layers.Dense(8, activation="relu"), pl.layers.Dense(3)])
    compiled = classifier()
    model.compile("adam", compiled._settings["loss"], metrics=["accuracy"])
    return model


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
        (lambda f: classifier(normalize=True).fit(X, Y, resume=f), "the model must be as in .*, where config/layers"),
        (lambda f: another_activation().fit(X, Y, resume=f), "where config/layers/0/config/activation.* tanh.*Received .*relu"),
        (lambda f: classifier(l2=0.01).fit(X, Y, resume=f), "where config/layers/0/config/kernel_regularizer is None"),
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


def test_a_schedule_is_compared_and_a_number_is_not(tmp_path: Path) -> None:
    def train(rate: Any, folder: str, epochs: int = 2, **how: Any) -> Any:
        model = classifier(pl.optimizers.SGD(rate))
        model.fit(X, Y, epochs=epochs, verbose=0, **{how.get("by", "resume"): tmp_path / folder})
        return model

    cosine = pl.optimizers.schedules.CosineDecay
    train(cosine(0.1, 6), "a", by="checkpoint")
    for other in (cosine(0.1, 12), 0.1):
        with pytest.raises(PellucidError, match=r"compile\(optimizer=...\) must be as"):
            train(other, "a", 4)
    train(cosine(0.1, 6), "a", 3)
    train(0.1, "b", by="checkpoint")
    assert train(0.2, "b", 3).optimizer.learning_rate == 0.1  # goes on as it was


def test_settings_beside_a_function_are_compared(tmp_path: Path) -> None:
    def compiled(**settings: Any) -> Any:
        model = classifier()
        given = {"optimizer": "adam", "loss": lambda y_true, y_pred: pl.ops.mean(y_pred**2, axis=-1), **settings}
        model.compile(**given)
        return model

    compiled().fit(X, Y, epochs=1, verbose=0, checkpoint=tmp_path)
    others = {"optimizer": "sgd", "loss": "sparse_categorical_crossentropy", "metrics": ["mse"]}
    for name, other in others.items():
        with pytest.raises(PellucidError, match=rf"compile\({name}=...\) must be as"):
            compiled(**{name: other}).fit(X, Y, epochs=2, verbose=0, resume=tmp_path)
    compiled().fit(X, Y, epochs=2, verbose=0, resume=tmp_path)


def test_a_setting_that_came_since_makes_no_difference(tmp_path: Path) -> None:
    def older(content: Any, arrays: Any) -> None:
        del content["architecture"]["config"]["input"]["said"]
        del content["architecture"]["config"]["layers"][0]["config"]["kernel_constraint"]

    classifier().fit(X, Y, verbose=0, checkpoint=tmp_path / "a")
    folder = CheckpointFolder(tmp_path / "a")
    (tmp_path / "b").mkdir()
    rewrite(folder.file(folder.steps()[-1]), older, tmp_path / "b" / folder.file(folder.steps()[-1]).name)
    model = classifier()
    model.fit(X, Y, epochs=2, verbose=0, resume=tmp_path / "b")
    assert len(model.history.epoch) == 2


def test_the_length_of_the_first_batch_makes_no_difference_where_none_was_said(tmp_path: Path) -> None:
    def train(length: int, epochs: int, **how: Any) -> None:
        model = pl.Sequential([pl.layers.SimpleRNN(2), pl.layers.Dense(1)])
        model.compile("sgd", "mse")
        batches = [(np.ones((2, length, 3), np.float32), np.ones((2, 1), np.float32))] * 2
        model.fit(batches, epochs=epochs, verbose=0, **how)

    train(5, 1, checkpoint=tmp_path)
    train(7, 2, resume=tmp_path)


def test_how_weights_began_and_what_a_layer_is_called_make_no_difference(tmp_path: Path) -> None:
    def made(initializer: str, name: str) -> Any:
        dense = pl.layers.Dense(3, kernel_initializer=initializer, name=name)
        model = pl.Sequential([pl.Input((4,)), pl.layers.Dropout(0.1), dense])
        model.compile("sgd", "mse")
        return model

    made("zeros", "first").fit(X, X[:, :3], epochs=1, verbose=0, checkpoint=tmp_path)
    made("ones", "second").fit(X, X[:, :3], epochs=2, verbose=0, resume=tmp_path)


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
