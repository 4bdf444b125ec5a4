"""Every example runs, as its reader would run it, and reaches what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def output_of(name: str, cwd: Path) -> str:
    result = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_every_example_has_a_test_here():
    tested = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert {path.stem for path in EXAMPLES.glob("*.py")} <= tested


def test_xor(tmp_path: Path):
    answers = dict(re.findall(r"^(\d\d) -> ([\d.]+)$", output_of("xor", tmp_path), flags=re.MULTILINE))
    assert {inputs: float(p) > 0.5 for inputs, p in answers.items()} == {"00": False, "01": True, "10": True, "11": False}


def test_custom_op(tmp_path: Path):
    output = output_of("custom_op", tmp_path)
    assert "[-0.75  0.    0.5 ]" in output
    assert "[0.0625 1.     0.25  ]" in output
    assert float(output.split()[-1]) < 1e-8  # central differences of float64: about 1e-10


def test_custom_layer(tmp_path: Path):
    """A linear function leaves a mean squared error of 1/18 on max(a, b): E[|a - b| / 2 - its mean]^2 for uniform a and b."""
    (last,) = re.findall(r"([\d.]+) in the last", output_of("custom_layer", tmp_path))
    assert float(last) < 1 / 18 / 10


def test_digits(tmp_path: Path):
    (accuracy,) = re.findall(r"accuracy ([\d.]+)%", output_of("digits", tmp_path).splitlines()[-1])
    assert float(accuracy) >= 95


def test_functional_two_inputs(tmp_path: Path):
    """Half of the pairs are drawn alike and a tenth of the others are so by chance: always saying 'same' is right in 55 %."""
    (accuracy,) = re.findall(r"unseen pairs: ([\d.]+)%", output_of("functional_two_inputs", tmp_path))
    assert float(accuracy) >= 85
