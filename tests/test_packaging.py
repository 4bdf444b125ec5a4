"""The package as it is shipped: what the wheel holds, what an import loads, what the tree may not mention."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

import pellucid

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_version_is_told_once():
    assert pellucid.__version__ == PROJECT["version"] == importlib.metadata.version("pellucid")


def test_the_wheel_holds_what_it_should(tmp_path: Path):
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("needs hatchling, of the extra 'dev'")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    modules = {path.relative_to(ROOT / "src").as_posix() for path in (ROOT / "src" / "pellucid").rglob("*.py")}
    assert "pellucid/py.typed" in names
    assert modules <= set(names)
    assert "pellucid/runs/migrations/001_runs.sql" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names} == {"pellucid", f"pellucid-{PROJECT['version']}.dist-info"}


def test_the_installed_package_is_whole():
    """Also where it was installed from a wheel, as the README's commands do."""
    installed = Path(pellucid.__file__).parent
    source = ROOT / "src" / "pellucid"
    assert (installed / "py.typed").exists()
    missing = [path for path in source.rglob("*.py") if not (installed / path.relative_to(source)).exists()]
    assert missing == []


@pytest.mark.parametrize("mode", ["compiled", "reference"])
def test_import_loads_nothing_heavy(mode: str):
    code = "import sys, json, pellucid; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    result = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PELLUCID_KERNELS": mode}, capture_output=True, text=True, check=True
    )
    heavy = {"numba", "llvmlite", "scipy", "sklearn", "matplotlib", "pandas", "rich", "typer", "pooch", "safetensors"}
    assert heavy & set(json.loads(result.stdout)) == set()


def test_every_dependency_says_why_it_is_there():
    """docs/dependencies.md has a row for each requirement of pyproject.toml, and no row for another package."""
    requirements = [*PROJECT["dependencies"], *(r for extra in PROJECT["optional-dependencies"].values() for r in extra)]
    declared = {re.split(r"[<>=!~ ;\[]", requirement)[0] for requirement in requirements}
    rows = re.findall(r"^\| ([\w-]+) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(set(rows) - {"package"}) == sorted(declared)


def _tracked_texts() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        folders = ("src", "tests", "docs", "examples", "benchmarks")
        found = [p for folder in folders for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".md", ".toml", ".yml")]
        return [*found, *ROOT.glob("*.md"), ROOT / "pyproject.toml"]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_or_a_place_on_one_machine():
    """Where packages come from is the installer's setting, and a path of one machine helps nobody else."""
    registries = [".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("download", "pytorch", "org"))]
    places = ["/" + "home/", "/" + "root/", "/" + "work/", "/" + "Users/", "C:" + "\\Users"]
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in _tracked_texts()
        for word in (*registries, *places)
        if word.encode() in path.read_bytes()
    ]
    assert found == []


def test_the_floors_hold():
    """Who may import whom (docs/architecture.md), by the contracts in pyproject.toml."""
    program = Path(sysconfig.get_path("scripts")) / ("lint-imports.exe" if sys.platform == "win32" else "lint-imports")
    if not program.exists():
        pytest.skip("needs import-linter, of the extra 'dev'")
    result = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert result.returncode == 0, result.stdout + result.stderr
