"""The READMEs: their code runs, both languages show the same code, and CI runs their commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ko.md")
PAGES = (*READMES, "CONTRIBUTING.md", "docs/architecture.md", "docs/dependencies.md", "benchmarks/README.md")


def blocks(name: str, language: str) -> list[str]:
    """The fenced code blocks of a language, in order."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)


def test_there_is_code_to_check():
    assert len(blocks("README.md", "python")) >= 3
    assert blocks("README.md", "sh")[:2] == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/pellucid train\n",
        ".venv/bin/pip install '.[test]' && .venv/bin/python -m pytest -n auto\n",
    ]


@pytest.mark.parametrize("language", ["python", "sh", "powershell", "text"])
def test_both_languages_show_the_same_code(language: str):
    assert blocks("README.md", language) == blocks("README.ko.md", language)


def test_both_languages_have_the_same_sections_and_links():
    shapes = []
    for name in READMES:
        text = (ROOT / name).read_text(encoding="utf-8")
        headings = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
        links = sorted(set(re.findall(r"\]\((?!README)([^)]+)\)", text)))
        shapes.append((headings, links))
    assert shapes[0] == shapes[1]


def run(code: str, cwd: Path) -> str:
    """What the code prints, in a fresh process where warnings are errors."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=cwd,
        env={**os.environ, "PELLUCID_KERNELS": "compiled", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("code", blocks("README.md", "python"))
def test_the_code_runs(code: str, tmp_path: Path):
    run(code, tmp_path)


def test_the_code_prints_what_the_readme_shows(tmp_path: Path):
    """A block of text stands under the code that prints it."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```python\n([^`]*?)^```\n\n```text\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    assert len(shown) == len(blocks("README.md", "text")) > 0
    for code, output in shown:
        assert [line.rstrip() for line in run(code, tmp_path).splitlines()] == output.splitlines()


def test_the_gradient_in_the_readme_is_what_its_comment_says(tmp_path: Path):
    """(0.5 * 1 - 1 * 2)^2 = 2.25, and its derivative 2 * (-1.5) * (0.5, -1) = (-1.5, 3)."""
    (code,) = [block for block in blocks("README.md", "python") if "w.grad" in block]
    assert run(code, tmp_path) == "2.25\n[[-1.5]\n [ 3. ]]\n"


@pytest.mark.parametrize("name", PAGES)
def test_links_to_files_lead_somewhere(name: str):
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_ci_runs_the_readmes_own_commands():
    """`.ci/run` takes the commands from the README by these fragments, and the fragments find these very lines."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    fragments = re.findall(r"readme_command '([^']+)'", script)
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    found = [next(line for line in lines if fragment in line) for fragment in fragments]
    assert found == [block.strip() for block in blocks("README.md", "sh")[:2]]
