"""The progress bar: it shows what History returns, on terminals of any width, and nothing where it is to be silent."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console
from rich.text import Text

from pellucid.callbacks import History
from pellucid.callbacks.progress_bar import rounded
from tests.support.training import classifier, clusters

X, Y = clusters(20)


def trained(verbose: int, **settings: Any) -> History:
    return classifier().fit(X, Y, batch_size=4, epochs=2, validation_data=(X, Y), verbose=verbose, **settings)


def shown(text: str) -> list[tuple[str, str]]:
    """Names and values, in the order in which they are shown."""
    return re.findall(r"(\w+): (\S+)", text)


def assert_shows(text: str, history: History, epoch: int) -> None:
    """All of an epoch's values, under their names and in their order, with four digits after the point."""
    found = shown(text)
    assert [name for name, _ in found] == list(history.history)
    for (_, value), exact in zip(found, history.history.values(), strict=True):
        assert re.fullmatch(r"\d+\.\d{4}|\d\.\d{3}e[+-]\d\d", value)
        assert float(value) == pytest.approx(exact[epoch], rel=1e-3, abs=5e-5)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12344, "0.1234"),
        (0.0, "0.0000"),
        (-1.5, "-1.5000"),
        (9999.0, "9999.0000"),
        (12345.0, "1.234e+04"),
        (0.001, "0.0010"),
        (0.00012344, "1.234e-04"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_keep_digits_that_say_something(value: float, text: str) -> None:
    assert rounded(value) == text


def test_silence(capfd: pytest.CaptureFixture[str]) -> None:
    trained(0)
    capfd.readouterr()  # kernels may have been compiled, which is announced
    trained(0)
    assert capfd.readouterr() == ("", "")


def test_a_line_an_epoch_says_what_history_returns(capsys: pytest.CaptureFixture[str]) -> None:
    history = trained(2)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" - ")[0] for line in lines] == ["Epoch 1/2", "Epoch 2/2"]
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    for epoch, line in enumerate(lines):
        assert re.match(r"Epoch ./2 - \d+\.\ds - [\d,]+ samples/s  loss: ", line)
        assert_shows(line, history, epoch)


@pytest.mark.parametrize("width", [50, 80, 119, 120, 200])
def test_a_bar_ends_with_every_value_on_a_terminal_of_any_width(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen = io.StringIO()
    console = Console(file=screen, width=width, force_terminal=True, legacy_windows=False)
    monkeypatch.setattr("rich.get_console", lambda: console)
    history = trained(1)
    plain = Text.from_ansi(re.sub(r"\x1b\[[?\d;]*[A-Zhl]", "", screen.getvalue())).plain
    epochs = re.split(r"(?=Epoch \d/2)", plain)
    for epoch in (0, 1):
        last = [text for text in epochs if text.startswith(f"Epoch {epoch + 1}/2")][-1]
        assert "100%" in last
        assert_shows(last, history, epoch)
        assert max(map(len, plain.splitlines())) <= width


def test_the_bar_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rich.get_console", lambda: Console(file=io.StringIO(), width=80, force_terminal=True))
    assert trained(1).history == trained(0).history
