"""Resuming models of all kinds: steps of their own, written as code, images, sequences, every link of an update."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.callbacks import Callback, Checkpoint
from pellucid.checkpoints import CheckpointFolder
from pellucid.errors import FileFormatError
from tests.support.resuming import (
    STEPS,
    Interrupt,
    Interrupting,
    X,
    Y,
    assert_same_end,
)
from tests.support.training import assert_same_bits, classifier


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


def of_images() -> Any:
    pl.utils.set_random_seed(7)
    layers = pl.layers
    model = pl.Sequential(
        [
            pl.Input((6, 6, 2)),
            layers.GaussianNoise(0.1),
            layers.Conv2D(4, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.SpatialDropout2D(0.3),
            layers.MaxPooling2D(),
            layers.SeparableConv2D(3, 2, padding="same"),
            layers.Flatten(),
            layers.Dense(3),
        ]
    )
    model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"])
    return model


def of_sequences() -> Any:
    """Its cells' states go on from batch to batch, and have to be put back, too."""
    pl.utils.set_random_seed(7)
    layers = pl.layers
    model = pl.Sequential(
        [
            pl.Input((9, 8), batch_size=16),
            layers.GaussianDropout(0.1),
            layers.Bidirectional(layers.LSTM(4, dropout=0.3, return_sequences=True)),
            layers.SimpleRNN(3, recurrent_dropout=0.2, return_sequences=True),
            layers.GRU(4, stateful=True),
            layers.Dense(3),
        ]
    )
    model.compile("adam", pl.losses.SparseCategoricalCrossentropy(from_logits=True), ["accuracy"])
    return model


@pytest.mark.parametrize("made", [of_images, of_sequences])
def test_images_and_sequences_go_on(made: Any, tmp_path: Path) -> None:
    x = np.random.default_rng(3).normal(size=(80, 6, 6, 2)).astype(np.float32)
    x = x if made is of_images else x.reshape(80, 9, 8)

    def train(*more: Callback, **arguments: Any) -> Any:
        model = made()
        model.fit(x, Y, batch_size=16, epochs=3, verbose=0, callbacks=list(more), **arguments)
        return model

    whole = train()
    for after in (2, STEPS, STEPS + 3):
        with pytest.raises(Interrupt):
            train(Interrupting(after), checkpoint=Checkpoint(tmp_path / str(after), steps=1, minutes=None))
        assert_same_end(whole, train(resume=tmp_path / str(after)))
    assert whole.history.history["loss"][-1] != whole.history.history["loss"][0]
