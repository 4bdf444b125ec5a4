"""S2.2: training, validation and test set, each with its use; the test set is shown once, and early stopping never sees it."""

from __future__ import annotations

import re

import numpy as np
from typer.testing import CliRunner

import pellucid as pl
from pellucid.callbacks import Callback, EarlyStopping
from pellucid.cli.main import app
from pellucid.data.splits import split
from tests.support.training import assert_same_bits, classifier, clusters


def test_s2_2_the_split_says_which_set_is_which_and_no_sample_is_in_two():
    parts = split(np.arange(100), np.arange(100) % 2, validation=0.25, test=0.2, seed=3)
    assert [(name, len(part)) for name, part, _ in parts.items()] == [("training", 60), ("validation", 20), ("test", 20)]
    assert [use for _, _, use in parts.items()] == [
        "what the network learns from",
        "watched while it learns, to choose by",
        "not looked at before the end",
    ]
    assert sorted(np.concatenate([part.x for _, part, _ in parts.items()]).tolist()) == list(range(100))


def test_s2_2_the_command_says_so_and_shows_the_test_set_once_and_last(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output = CliRunner().invoke(app, ["train", "digits", "--model", "mlp:8", "--epochs", "3", "--early-stopping"]).output
    assert re.search(r"^test +359 +not looked at before the end", output, re.MULTILINE)
    epochs = [line for line in output.splitlines() if line.startswith("Epoch")]
    assert epochs
    assert not any("test" in line for line in epochs)
    assert len(re.findall(r"^test .*\d%", output, re.MULTILINE)) == 1
    assert output.index("Epoch 3/3") < re.search(r"^test .*\d%", output, re.MULTILINE).start()
    shown = CliRunner().invoke(app, ["evaluate", "runs/digits-001", "digits"]).output
    assert "test set: 359 samples" in shown


def test_s2_2_training_and_early_stopping_are_the_same_whatever_the_test_set_holds():
    """The weights of a run are a function of the training and validation set: with other test samples, the same bits."""
    x, y = clusters(90)
    weights, epochs = [], []
    for wrong in (False, True):
        parts = split(x, y, seed=1)
        model = classifier(pl.optimizers.Adam(0.05))
        stopping = EarlyStopping(patience=2, restore_best_weights=True)
        validation = (parts.validation.x, parts.validation.y)
        history = model.fit(
            parts.train.x, parts.train.y, validation_data=validation, epochs=60, batch_size=8, verbose=0, callbacks=[stopping]
        )
        epochs.append(len(history.epoch))
        weights.append(model.get_weights())
        model.evaluate(parts.test.x, (parts.test.y + wrong) % 3, verbose=0)
        assert_same_bits(model.get_weights(), weights[-1])  # nor does looking change anything
    assert epochs[0] == epochs[1] < 60
    assert_same_bits(*weights)


def test_s2_2_early_stopping_sees_losses_of_the_validation_set_alone():
    """What it compares, recomputed from the weights of each epoch: the loss on the validation set, of no other samples."""
    x, y = clusters(90)
    parts = split(x, y, seed=1)
    model, seen = classifier(), []

    class Keep(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((logs["val_loss"], model.get_weights()))

    stopping = EarlyStopping(patience=2)
    validation = (parts.validation.x, parts.validation.y)
    model.fit(parts.train.x, parts.train.y, validation_data=validation, epochs=20, verbose=0, callbacks=[Keep(), stopping])
    for loss, (w1, b1, w2, b2) in seen:
        logits = np.tanh(parts.validation.x @ w1 + b1) @ w2 + b2
        shifted = logits - logits.max(axis=1, keepdims=True)
        rows = np.arange(len(logits))
        expected = np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[rows, parts.validation.y])
        np.testing.assert_allclose(loss, expected, rtol=1e-5)
    assert stopping.monitor.best == min(loss for loss, _ in seen)
