"""docs/architecture.md against what it describes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def contract(kind: str) -> dict[str, list[str]]:
    (found,) = [c for c in CONTRACTS if c["type"] == kind]
    return found


def floors_of_the_contract() -> list[list[str]]:
    return [[name.removeprefix("pellucid.") for name in floor.split(" | ")] for floor in contract("layers")["layers"]]


def modules_of_the_package() -> set[str]:
    package = ROOT / "src" / "pellucid"
    files = {path.stem for path in package.glob("*.py")} - {"__init__"}
    return files | {path.parent.name for path in package.glob("*/__init__.py")}


def test_the_diagram_lists_the_floors_of_the_contract_in_order() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    (diagram,) = re.findall(r"^## Floors.*?^```\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)
    names = [re.split(r"\s{2,}", line)[0] for line in diagram.splitlines()]
    assert [line.replace("/", "").split() for line in names] == floors_of_the_contract()


def test_every_module_has_a_floor() -> None:
    assert {name for floor in floors_of_the_contract() for name in floor} == modules_of_the_package()


@pytest.mark.parametrize("module", sorted(modules_of_the_package() - {"__main__", "kernels"}))
def test_numba_is_forbidden_to_every_module_but_the_kernels(module: str) -> None:
    assert f"pellucid.{module}" in contract("forbidden")["source_modules"]


def test_packages_stand_with_a_stroke_and_files_without() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = ROOT / "src" / "pellucid"
    for name in modules_of_the_package():
        assert (f"\n{name}/ " in page or f" {name}/" in page) == (package / name).is_dir(), name
