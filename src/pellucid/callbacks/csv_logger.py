"""CSVLogger: the results of every epoch in a text file that a crash leaves whole."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pellucid.atomic import write_text
from pellucid.callbacks.callback import Callback, Logs
from pellucid.errors import ArgumentError, FileFormatError

_ABSENT = "NA"  # as Keras writes it


class CSVLogger(Callback):
    """A line for each epoch: its number from 0 and the logs by name, in alphabetical order.

    A line reaches the disk before the next epoch begins. A name that first comes up later (``validation_freq=2``) gets a column
    then, with "NA" in the lines before it. Half a line that a power cut left is removed when ``append=True`` goes on.

    Args:
        filename: the file; its folder must be there.
        separator: one character between values.
        append: go on with the file that is there; otherwise it is replaced when the first epoch ends.

    Raises:
        ArgumentError: the separator is not one character, or there is no such folder.
        FileFormatError: ``append=True`` on a file that is no such table.

    >>> import pellucid as pl, tempfile
    >>> model = pl.Sequential([pl.layers.Dense(1, kernel_initializer="ones", input_dim=1)])
    >>> model.compile("sgd", "mse")
    >>> file = Path(tempfile.mkdtemp()) / "log.csv"
    >>> history = model.fit([[0.0]], [[2.0]], epochs=1, verbose=0, callbacks=[CSVLogger(file)])
    >>> print(file.read_text(), end="")
    epoch,loss
    0,4.0
    """

    def __init__(self, filename: str | Path, separator: str = ",", append: bool = False) -> None:
        if not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n':
            raise ArgumentError(f"CSVLogger: separator must be one character. Received {separator!r}.")
        self.path = Path(filename)
        self.separator = separator
        self.append = append
        self._names: list[str] | None = None  # of the columns after "epoch", once the file is begun
        self._lines = 0  # after the names

    def on_train_begin(self, logs: Logs | None = None) -> None:
        if not self.path.parent.is_dir():
            raise ArgumentError(f"CSVLogger: the folder {str(self.path.parent)!r} does not exist. Make it first.")
        self._names, self._lines = None, 0
        if self.append:
            self._continue()

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        values = dict(logs or {})
        if self._names is None:
            self._names = sorted(values)
            self._replace([["epoch", *self._names]])
        if new := sorted(set(values) - set(self._names)):
            self._widen(new)
        row = self._line([epoch, *(values.get(name, _ABSENT) for name in self._names)])
        # Appended, not replaced: a long log would be written anew at each epoch, and half a line can be told from a whole one.
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(row)
            file.flush()
            os.fsync(file.fileno())
        self._lines += 1

    def state(self) -> dict[str, Any]:
        """Columns and number of lines; those that are written after this are dropped when training goes on from here."""
        return {"names": self._names, "lines": self._lines}

    def load_state(self, state: dict[str, Any]) -> None:
        self._names, self._lines = None, 0
        if not self.path.is_file():
            return
        lines = int(state["lines"])
        if state["names"] is None:  # nothing was written yet
            self._replace([])
            return
        self._continue()
        if self._lines > lines:  # counted by lines: a name that came up after the state has made each of them longer
            self._replace(self._rows()[: 1 + lines])
            self._lines = lines

    def _continue(self) -> None:
        """Take up the columns and lines of the file that is there, ended at its last whole line."""
        if not self.path.is_file():
            return
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self.path, whole)
        rows = self._rows()
        if not rows:
            return
        if rows[0][:1] != ["epoch"] or len(set(rows[0])) < len(rows[0]):
            raise FileFormatError(
                f"CSVLogger: {self.path} must begin with a line of column names, 'epoch' first, to be gone on with. Received "
                f"{rows[0][:8]}. Name another file, or leave append=True out."
            )
        self._names, self._lines = rows[0][1:], len(rows) - 1

    def _widen(self, new: Sequence[str]) -> None:
        assert self._names is not None
        header, *rows = self._rows()
        self._names += new
        self._replace([[*header, *new], *([*row, *(_ABSENT for _ in new)] for row in rows)])

    def _rows(self) -> list[list[str]]:
        try:
            with self.path.open(encoding="utf-8", newline="") as file:
                return list(csv.reader(file, delimiter=self.separator, strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise FileFormatError(f"CSVLogger: {self.path} is not separated text in UTF-8: {error}. Name another file.") from None

    def _replace(self, rows: Sequence[Sequence[Any]]) -> None:
        """The whole file anew, put in place in one step."""
        write_text(self.path, "".join(map(self._line, rows)))

    def _line(self, values: Sequence[Any]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator="\n").writerow(values)
        return text.getvalue()
