"""``pellucid train FILE.txt`` and ``pellucid generate``: from a text to a run, and from a run to text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import pellucid as pl
from pellucid.cli.main import app
from pellucid.cli.text_run import Text, divided
from pellucid.errors import DataError

TEXT = "the cat sat on the mat. the rat sat on the hat. a fat cat sat on that. " * 60
QUICK = ("--model", "gru:32", "--epochs", "15", "--learning-rate", "0.02", "--seed", "1", "--threads", "1")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text")
    (folder / "cats.txt").write_text(TEXT, encoding="utf-8")
    result = CliRunner().invoke(app, ["train", str(folder / "cats.txt"), "--out", str(folder / "run"), *QUICK])
    assert result.exit_code == 0, result.output
    for said in (f"{len(TEXT):,} characters", "perplexity", "pellucid generate", "A sample"):
        assert said in result.output
    return folder / "run"


def generated(run: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["generate", str(run), *options])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_run_says_its_perplexity_on_text_it_has_not_seen(trained: Path) -> None:
    """The sentences repeat, so little is left to choose: 13 different characters before, less than 1.4 after."""
    record = json.loads((trained / "run.json").read_text())
    results = record["results"]["test"]
    assert results["perplexity"] == pytest.approx(np.exp(results["loss"]))
    assert results["perplexity"] < 1.4
    assert record["data"]["characters"] == len(TEXT)


def test_it_writes_what_it_has_learned(trained: Path) -> None:
    written = generated(trained, "--prompt", "the cat", "--length", "120", "--temperature", "0")
    assert written.startswith("the cat")
    assert len(written) == len("the cat") + 120 + 1
    assert set(written.split()) <= set(TEXT.split()) | {written.split()[-1]}


def test_the_same_seed_writes_the_same(trained: Path) -> None:
    options = ("--prompt", "a", "--length", "60", "--temperature", "2")
    assert generated(trained, *options) == generated(trained, *options)
    assert generated(trained, *options) != generated(trained, *options, "--seed", "3")
    assert generated(trained, *options, "--top-k", "1") == generated(
        trained, "--prompt", "a", "--length", "60", "--temperature", "0"
    )
    assert generated(trained, "--prompt", "xyz", "--length", "0") == "xyz\n"


def test_unknown_characters_of_a_prompt_are_read_as_such(trained: Path) -> None:
    assert generated(trained, "--prompt", "Ü", "--length", "5").startswith("Ü")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["generate", "RUN", "--prompt", ""], 3, "prompt is empty"),
        (["generate", "RUN"], 2, "--prompt"),
        (["generate", "nowhere", "--prompt", "a"], 4, "no such folder"),
        (["evaluate", "RUN", "digits"], 2, "pellucid generate"),
        (["predict", "RUN", "digits"], 2, "pellucid generate"),
        (["train", "missing.txt"], 3, "no such file"),
        (["train", "empty.txt"], 3, "is empty"),
        (["train", "short.txt"], 3, "too few"),
        (["train", "bytes.txt"], 3, "UTF-8"),
        (["train", "cats.txt", "--target", "x"], 2, "--target is not for texts"),
        (["train", "cats.txt", "--balance"], 2, "--balance is not for texts"),
        (["train", "cats.txt", "--loss", "mse"], 2, "--loss"),
        (["train", "cats.txt", "--model", "mlp:10"], 2, "Known: gru, lstm, rnn, transformer"),
    ],
)
def test_what_is_refused(trained: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, message: str) -> None:
    folder = trained.parent
    monkeypatch.chdir(folder)
    for name, content in {"empty": b"", "short": b"abc" * 20, "bytes": b"\xff\xfe\xfa" * 900}.items():
        (folder / f"{name}.txt").write_bytes(content)
    result = CliRunner().invoke(app, [str(trained) if a == "RUN" else a for a in arguments])
    assert result.exit_code == code, result.output
    assert message in result.output


def test_a_run_is_judged_on_any_text(trained: Path) -> None:
    """On its own text by the test set, as the record has it; on another whole: what it has never seen is harder."""
    own = CliRunner().invoke(app, ["evaluate", str(trained), str(trained.parent / "cats.txt")])
    results = json.loads((trained / "run.json").read_text())["results"]["test"]
    assert own.exit_code == 0, own.output
    assert f"{results['perplexity']:.4f}" in own.output
    other = trained.parent / "other.txt"
    other.write_text(TEXT[::-1].upper(), encoding="utf-8")
    found = CliRunner().invoke(app, ["evaluate", str(trained), str(other)])
    assert found.exit_code == 0, found.output
    assert "all" in found.output
    assert float(found.output.split()[-1]) > 10
    refused = CliRunner().invoke(app, ["evaluate", str(trained), str(other), "--part", "test"])
    assert refused.exit_code == 2
    assert "Received 'test'" in refused.output


def test_other_runs_do_not_write(pellucid, folder) -> None:  # type: ignore[no-untyped-def]
    pellucid("train", "digits", "--model", "linear", "--epochs", "1", "--out", "run")
    result = pellucid("generate", "run", "--prompt", "a")
    assert result.exit_code == 2
    assert "does not write" in result.output
    (folder / "a.txt").write_text("abc" * 200)
    result = pellucid("evaluate", "run", "a.txt")
    assert result.exit_code == 2
    assert "has not learned from a text" in result.output


def test_the_end_of_a_text_is_the_test_set() -> None:
    """Nine hundred letters a, then the end: a shuffled division would mix them."""
    train, validation, test = divided(Text("letters", "a" * 800 + "b" * 100 + "c" * 100), 0.1)
    assert (train, validation, test) == ("a" * 800, "b" * 100, "c" * 100)
    assert divided(Text("letters", "a" * 900 + "c" * 100), 0)[1] == ""
    with pytest.raises(DataError, match="99 characters are too few"):
        divided(Text("letters", "a" * 99), 0)


def test_a_run_that_was_stopped_goes_on(trained: Path, pellucid, folder) -> None:  # type: ignore[no-untyped-def]
    """Three epochs, then up to 15: the weights of 15 at a stretch."""
    from pellucid.cli.run_folder import RunFolder
    from pellucid.cli.text_run import read_text

    settings = json.loads((trained / "run.json").read_text())["settings"]
    text = read_text(trained.parent / "cats.txt")
    run = RunFolder.create(folder / "stopped", "cats")
    run.begin({**settings, "epochs": 3}, text.fingerprint())
    from pellucid.cli.console import console
    from pellucid.cli.text_run import TextRun
    from pellucid.cli.training_run import Settings

    TextRun(text, Settings(**{**settings, "epochs": 3, "category": (), "ignore": ()}), console(quiet=True)).fit(run.checkpoints)
    result = pellucid("train", "--resume", "stopped", "--epochs", "15", "--quiet")
    assert result.exit_code == 0, result.output
    ours, whole = (pl.load_model(path / "model.safetensors").get_weights() for path in (folder / "stopped", trained))
    for one, other in zip(ours, whole, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", ["rnn:64", "gru:64", "transformer:2,32,1"])
def test_digits_row_by_row(pellucid, folder, name: str) -> None:  # type: ignore[no-untyped-def]
    """A tenth is right by chance; the LSTM, which learns more slowly, has a row in the examples."""
    result = pellucid("train", "digits", "--model", name, "--epochs", "15", "--learning-rate", "0.003", "--out", "run", "--quiet")
    assert result.exit_code == 0, result.output
    assert json.loads((folder / "run" / "run.json").read_text())["results"]["test"]["accuracy"] > 0.93
