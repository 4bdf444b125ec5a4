"""CSVLogger: what stands in the file, whatever happened before or while it was written."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pellucid.callbacks import CSVLogger, LambdaCallback
from pellucid.errors import ArgumentError, FileFormatError
from tests.support.keras_peer import import_keras
from tests.support.training import classifier, clusters

X, Y = clusters(12)


def log(path: Path, epochs: list[dict[str, float]], **settings: Any) -> list[list[str]]:
    """The file after these epochs, as rows."""
    logger = CSVLogger(path, **settings)
    logger.on_train_begin()
    for epoch, logs in enumerate(epochs):
        logger.on_epoch_end(epoch, logs)
    logger.on_train_end()
    with path.open(newline="") as file:
        return list(csv.reader(file, delimiter=settings.get("separator", ",")))


def test_it_holds_what_the_history_holds(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    history = classifier().fit(X, Y, epochs=3, validation_split=0.5, verbose=0, callbacks=[CSVLogger(path)]).history
    table = pd.read_csv(path)
    assert list(table) == ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert table["epoch"].tolist() == [0, 1, 2]
    for name, values in history.items():
        assert table[name].tolist() == pytest.approx(values, rel=1e-15)


def test_a_line_is_on_the_disk_when_its_epoch_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    lines: list[int] = []
    look = LambdaCallback(on_epoch_begin=lambda epoch, logs: lines.append(len(path.read_text().splitlines()) if epoch else 0))
    classifier().fit(X, Y, epochs=3, verbose=0, callbacks=[CSVLogger(path), look])
    assert lines == [0, 2, 3]


def test_the_old_file_stands_until_the_first_epoch_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,1.0\n")
    fail = LambdaCallback(on_train_batch_end=lambda batch, logs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        classifier().fit(X, Y, verbose=0, callbacks=[CSVLogger(path), fail])
    assert path.read_text() == "epoch,loss\n0,1.0\n"
    assert log(path, [{"loss": 2.0}]) == [["epoch", "loss"], ["0", "2.0"]]


def test_append_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log(path, [{"loss": 1.0}], append=True)
    assert log(path, [{"loss": 0.5}, {"loss": 0.25}], append=True) == [
        ["epoch", "loss"],
        ["0", "1.0"],
        ["0", "0.5"],
        ["1", "0.25"],
    ]


@pytest.mark.parametrize("torn", ["1", "1,0.", "1,0.25"])
def test_append_removes_half_a_line(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,1.0\n" + torn)
    assert log(path, [{"loss": 0.5}], append=True) == [["epoch", "loss"], ["0", "1.0"], ["0", "0.5"]]
    path.write_text("epo")
    assert log(path, [{"loss": 0.5}], append=True) == [["epoch", "loss"], ["0", "0.5"]]


def test_names_that_come_later_get_a_column(tmp_path: Path) -> None:
    rows = log(tmp_path / "log.csv", [{"loss": 3.0}, {"loss": 2.0, "val_loss": 5.0}, {"loss": 1.0}])
    assert rows == [["epoch", "loss", "val_loss"], ["0", "3.0", "NA"], ["1", "2.0", "5.0"], ["2", "1.0", "NA"]]


def test_nan_and_infinity_and_separators_are_kept(tmp_path: Path) -> None:
    rows = log(tmp_path / "log.csv", [{"a,b": float("nan"), "c;d": float("inf")}], separator=";")
    assert rows == [["epoch", "a,b", "c;d"], ["0", "nan", "inf"]]


def test_going_on_from_a_checkpoint_drops_what_was_written_after_it(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    logger = CSVLogger(path)
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 3.0})
    state = logger.state()
    logger.on_epoch_end(1, {"loss": 2.0})  # the checkpoint of this epoch was not written any more
    again = CSVLogger(path)
    again.on_train_begin()
    again.load_state(state)
    again.on_epoch_end(1, {"loss": 1.5})
    assert path.read_text() == "epoch,loss\n0,3.0\n1,1.5\n"


def test_lines_that_a_later_column_made_longer_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    logger = CSVLogger(path)
    logger.on_train_begin()
    logger.on_epoch_end(0, {"loss": 3.0})
    logger.on_epoch_end(1, {"loss": 2.0})
    state = logger.state()
    logger.on_epoch_end(2, {"loss": 1.0, "val_loss": 4.0})  # the checkpoint of this epoch was not written any more
    again = CSVLogger(path)
    again.on_train_begin()
    again.load_state(state)
    again.on_epoch_end(2, {"loss": 1.0, "val_loss": 4.0})
    assert path.read_text() == "epoch,loss,val_loss\n0,3.0,NA\n1,2.0,NA\n2,1.0,4.0\n"


def test_what_cannot_be_gone_on_with_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("name,age\nA,3\n")
    with pytest.raises(FileFormatError, match=r"log.csv must begin .*'epoch' first.*\['name', 'age'\]"):
        log(path, [{"loss": 1.0}], append=True)
    assert path.read_text() == "name,age\nA,3\n"
    path.write_bytes(b"epoch,\xff\n")
    with pytest.raises(FileFormatError, match="UTF-8"):
        log(path, [{"loss": 1.0}], append=True)
    with pytest.raises(ArgumentError, match=r"folder .*nowhere.* does not exist"):
        log(tmp_path / "nowhere" / "log.csv", [])


@pytest.mark.parametrize("separator", ["", ",,", "\n", '"', None])
def test_a_separator_is_one_character(separator: Any) -> None:
    with pytest.raises(ArgumentError, match="separator"):
        CSVLogger("log.csv", separator=separator)


@pytest.mark.parity
def test_the_file_is_the_one_that_keras_writes(tmp_path: Path) -> None:
    keras = import_keras()
    epochs = [{"loss": np.float32(0.5).item(), "accuracy": 0.25}, {"loss": 0.125, "accuracy": 1.0}]
    texts = []
    for cls in (CSVLogger, keras.callbacks.CSVLogger):
        path = tmp_path / f"{cls.__module__}.csv"
        logger = cls(str(path))
        logger.set_model(type("Model", (), {"stop_training": False}))
        logger.on_train_begin()
        for epoch, logs in enumerate(epochs):
            logger.on_epoch_end(epoch, logs)
        logger.on_train_end()
        texts.append(pd.read_csv(path))
    ours, theirs = texts
    pd.testing.assert_frame_equal(ours[sorted(ours)], theirs[sorted(ours)])
    assert set(theirs) - set(ours) <= {"val_loss", "val_accuracy"}  # columns of NA, where nothing was validated


def test_lines_after_a_state_without_any_are_dropped(tmp_path: Path) -> None:
    """A training that was killed in its second epoch, and goes on from a checkpoint within the first."""
    log = CSVLogger(tmp_path / "log.csv", append=True)
    log.on_train_begin()
    state = log.state()
    log.on_epoch_end(0, {"loss": 1.0})
    again = CSVLogger(tmp_path / "log.csv", append=True)
    again.on_train_begin()
    again.load_state(state)
    again.on_epoch_end(0, {"loss": 1.0})
    assert (tmp_path / "log.csv").read_text() == "epoch,loss\n0,1.0\n"
