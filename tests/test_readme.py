"""The READMEs: their code runs, both languages show the same code, and CI runs their commands."""

from __future__ import annotations

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
        ".venv/bin/pip install '.[test]' && .venv/bin/python -m pytest\n",
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


@pytest.mark.parametrize("number", range(len(blocks("README.md", "python"))))
def test_the_code_runs(number: int, tmp_path: Path):
    """Each block in a fresh process; a later block may go on where the ones before it stopped."""
    parts = blocks("README.md", "python")[: number + 1]
    code = parts[-1] if "import pellucid" in parts[-1] else "\n".join(parts)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr


def test_the_gradient_in_the_readme_is_what_its_comment_says():
    """(0.5 * 1 - 1 * 2)^2 = 2.25, and its derivative 2 * (-1.5) * (0.5, -1) = (-1.5, 3)."""
    (code,) = [block for block in blocks("README.md", "python") if "w.grad" in block]
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert result.stdout == "2.25\n[[-1.5]\n [ 3. ]]\n"


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
