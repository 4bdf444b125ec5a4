"""Every example runs, as its reader would run it, and reaches what its docstring and the page of examples promise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.datasets import fashion_mnist
from pellucid.datasets.store import _TEST, _TRAIN
from pellucid.errors import DatasetUnavailable

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.py"))
PAGES = ("README.md", "README.ko.md")
SLACK = 2.5  # points of a per cent by which a result may differ where numbers are added up in another order


def run(*arguments: str, cwd: Path) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def output_of(name: str, cwd: Path) -> str:
    return run(str(EXAMPLES / f"{name}.py"), cwd=cwd)


def docstring(name: str) -> str:
    return ast.get_docstring(ast.parse((EXAMPLES / f"{name}.py").read_text(encoding="utf-8"))) or ""


def percentages(text: str) -> list[float]:
    """Those with a digit after the point: results. Round ones are said of other things."""
    return [float(number) for number in re.findall(r"(\d+\.\d) ?%", text)]


def hold(output: str, *promised: float, slack: float = SLACK) -> None:
    """The output's percentages are the promised ones, in order."""
    found = percentages(output)
    assert found == pytest.approx(list(promised), abs=slack), output


def row(page: str, name: str) -> str:
    (line,) = re.findall(
        rf"^\| \[{name}\.py\]\({name}\.py\) \|.*$", (EXAMPLES / page).read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    return line


# --- the gallery as a whole ---------------------------------------------------------------------------------------------


def test_every_example_has_a_test_here():
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert set(NAMES) <= tested


@pytest.mark.parametrize("page", PAGES)
def test_the_page_lists_every_example(page: str):
    listed = re.findall(r"^\| \[(\w+)\.py\]", (EXAMPLES / page).read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_page_and_docstring_tell_the_same_results(name: str):
    """Every number with a decimal point or an exponent in the row is one that the docstring tells."""
    told = re.findall(r"\d+\.\d+|1e-\d+", docstring(name))
    results = re.findall(r"\d+\.\d+|1e-\d+", row("README.md", name))
    assert set(results) <= set(told)
    assert sorted(results) == sorted(re.findall(r"\d+\.\d+|1e-\d+", row("README.ko.md", name)))


# --- one by one ---------------------------------------------------------------------------------------------------------


def test_xor(tmp_path: Path):
    answers = dict(re.findall(r"^(\d\d) -> ([\d.]+)$", output_of("xor", tmp_path), flags=re.MULTILINE))
    assert [round(float(answers[inputs]), 1) for inputs in ("00", "01", "10", "11")] == [0, 1, 1, 0]


def test_gates(tmp_path: Path):
    line = r"^(perceptron|two layers) (\w+) +([\d. ]+) (learned|not learned)$"
    found = {(n, g): (p, v) for n, g, p, v in re.findall(line, output_of("gates", tmp_path), flags=re.MULTILINE)}
    assert len(found) == 8
    assert [key for key, (_, verdict) in found.items() if verdict != "learned"] == [("perceptron", "XOR")]
    halves = [float(p) for p in found["perceptron", "XOR"][0].split()]
    assert halves == pytest.approx([0.5] * 4, abs=0.05)  # the least cross-entropy that one line can have there


def test_custom_op(tmp_path: Path):
    output = output_of("custom_op", tmp_path)
    assert "[-0.75  0.    0.5 ]" in output
    assert "[0.0625 1.     0.25  ]" in output
    assert float(output.split()[-1]) < 1e-8  # central differences of float64: about 1e-10


def test_custom_layer(tmp_path: Path):
    """A linear function leaves a mean squared error of 1/18 on max(a, b): E[|a - b| / 2 - its mean]^2 for uniform a and b."""
    (last,) = re.findall(r"([\d.]+) in the last", output_of("custom_layer", tmp_path))
    assert float(last) < 1e-3 < 1 / 18


def test_digits(tmp_path: Path):
    hold(output_of("digits", tmp_path).splitlines()[-1], *percentages(docstring("digits")))


def test_functional_two_inputs(tmp_path: Path):
    """Half of the pairs are drawn alike and a tenth of the others are so by chance: always saying 'same' is right in 55 %."""
    hold(output_of("functional_two_inputs", tmp_path).splitlines()[-1], *percentages(docstring("functional_two_inputs")))


def test_several_outputs(tmp_path: Path):
    hold(output_of("several_outputs", tmp_path), *percentages(docstring("several_outputs")))


def test_iris(tmp_path: Path):
    hold(output_of("iris", tmp_path), *percentages(docstring("iris")))


def test_diabetes(tmp_path: Path):
    """The line's R2 is scikit-learn's alone, so its digits stay."""
    network, line = map(float, re.findall(r"R2 ([\d.]+)", output_of("diabetes", tmp_path)))
    stated_network, stated_line = map(float, re.findall(r"0\.\d{3}", docstring("diabetes")))
    assert line == stated_line
    assert network == pytest.approx(stated_network, abs=0.03)


def test_two_moons(tmp_path: Path):
    hold(output_of("two_moons", tmp_path), *percentages(docstring("two_moons")))
    picture = (tmp_path / "two_moons.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000  # shades, curve and points; an empty frame has a fifth of it


def test_imbalanced(tmp_path: Path):
    """Of 100 rare samples each is a point of the recall, so it may move by some."""
    scores = {
        name.strip(): {metric: float(value) for metric, value in re.findall(r"(\w+) ([\d.]+)%", line)}
        for name, line in re.findall(r"^(with\w* weights) +(.*)$", output_of("imbalanced", tmp_path), flags=re.MULTILINE)
    }
    without, weighted = scores["without weights"], scores["with weights"]
    found = [without["recall"], without["precision"], weighted["recall"], weighted["precision"]]
    assert found == pytest.approx(percentages(docstring("imbalanced")), abs=6)


def test_custom_loss(tmp_path: Path):
    hold(output_of("custom_loss", tmp_path), *percentages(docstring("custom_loss")))


def test_custom_train_step(tmp_path: Path):
    (ordinary, deceived), (hardened, defended) = (
        percentages(line) for line in output_of("custom_train_step", tmp_path).splitlines()
    )
    assert [deceived, defended] == pytest.approx(percentages(docstring("custom_train_step")), abs=5)
    assert min(ordinary, hardened) > 94  # on pictures as they are, both are good


def test_learning_rate(tmp_path: Path):
    default, suggested, cycle = percentages(output_of("learning_rate", tmp_path))
    stated_default, stated_cycle = percentages(docstring("learning_rate"))
    assert [default, suggested, cycle] == pytest.approx([stated_default, stated_default, stated_cycle], abs=SLACK)


def test_transfer(tmp_path: Path):
    hold(output_of("transfer", tmp_path), *percentages(docstring("transfer")), slack=4)


def test_memory(tmp_path: Path):
    dense, rnn, gru, remembering = percentages(output_of("memory", tmp_path))
    assert max(dense, gru) < 35
    assert min(rnn, remembering) > 99


def test_text_classification(tmp_path: Path):
    """The sentences are those of the packages that are installed: other versions have others."""
    constant, line, network = percentages(output_of("text_classification", tmp_path))
    stated_network, stated_constant, stated_line = percentages(docstring("text_classification"))
    assert [constant, line] == pytest.approx([stated_constant, stated_line], abs=5)
    assert network == pytest.approx(stated_network, abs=5)
    assert network > line - 3


def test_character_model(tmp_path: Path):
    """A tenth of the text and fewer epochs here, so less is learned; the text is the installed Python's."""
    code = f"import sys; sys.path.insert(0, {str(EXAMPLES)!r}); import character_model; character_model.main(60_000, 4)"
    output = run("-c", code, cwd=tmp_path)
    frequencies, perplexity = (
        float(number) for number in re.findall(r"(?:perplexity|follow:) ([\d.]+)$", output, flags=re.MULTILINE)
    )
    assert 20 < frequencies < 30
    assert 5 < perplexity < 15


def test_frame_labels(tmp_path: Path):
    dense, ahead, both = percentages(output_of("frame_labels", tmp_path))
    stated_both, stated_dense, stated_ahead, _ = percentages(docstring("frame_labels"))
    assert [dense, ahead, both] == pytest.approx([stated_dense, stated_ahead, stated_both], abs=4)
    assert dense < 45 < ahead < both


def test_dates(tmp_path: Path):
    """The least that is asked of it; the example states that it gets all."""
    assert min(percentages(output_of("dates", tmp_path))) > 99
    assert percentages(docstring("dates")) == [100.0]


def test_forecast(tmp_path: Path):
    now, line, network = (
        float(error) for error in re.findall(r"error ([\d.]+)$", output_of("forecast", tmp_path), flags=re.MULTILINE)
    )
    stated_network, stated_line, stated_now = map(float, re.findall(r"0\.\d{3}", docstring("forecast")))
    assert [now, line] == pytest.approx([stated_now, stated_line], abs=0.002)
    assert network == pytest.approx(stated_network, abs=0.006)


def test_deep_recurrent(tmp_path: Path):
    """Nets that hardly learn, or at the edge of it, end anywhere; those that do are near what is stated."""
    output = output_of("deep_recurrent", tmp_path)
    sigmoid, one, four, eight, _, sigmoid_residual, residual = percentages(output)
    stated = percentages(docstring("deep_recurrent"))
    assert [one, four, eight, residual] == pytest.approx([*stated[1:4], stated[-1]], abs=4)
    assert sigmoid < 30 < sigmoid_residual < one
    gradients = [float(g) for g in re.findall(r"first layer (\S+)", output)]
    assert gradients[0] < 1e-4 < 0.1 < min(gradients[1:])


def test_fashion_mnist(tmp_path: Path):
    """A tenth of the images and a few epochs, where the files are: then about 85 %; always the same answer is right in 10 %."""
    try:
        fashion_mnist.DATASET.locate(_TRAIN + _TEST, fetch=False)
    except DatasetUnavailable as missing:
        pytest.skip(f"Fashion-MNIST is not here: {str(missing).splitlines()[0]}")
    code = f"import sys; sys.path.insert(0, {str(EXAMPLES)!r}); import fashion_mnist; fashion_mnist.main(6000, 4)"
    (accuracy,) = percentages(run("-c", code, cwd=tmp_path).splitlines()[-1])
    (stated,) = percentages(docstring("fashion_mnist"))
    assert 80 <= accuracy <= stated
