"""The reference: every public package has its page, and every page is listed."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

import pellucid
from docs import pages

REFERENCE = pages.DOCS / "reference"
PACKAGES = sorted(name for name in pellucid.__all__ if isinstance(getattr(pellucid, name), ModuleType))


def documented() -> set[str]:
    texts = (page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))
    return {module for text in texts for module in re.findall(r"^\.\. automodule:: (\S+)$", text, flags=re.MULTILINE)}


@pytest.mark.parametrize("name", [*PACKAGES, "errors", "lens", "numerics", "scratch"])
def test_every_public_package_has_a_page(name: str) -> None:
    assert f"pellucid.{name}" in documented()


def test_every_page_is_listed() -> None:
    listed = re.findall(r"^(\w+)$", (REFERENCE / "index.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(listed) == sorted(page.stem for page in REFERENCE.glob("*.md") if page.stem != "index")
