"""The examples in docstrings are run: they are the first thing a reader copies."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

import pellucid

ROOT = Path(pellucid.__file__).parent
# Kernels are compiled functions: nothing there can be called from a docstring.
FILES = sorted(f for f in ROOT.rglob("*.py") if "kernels" not in f.relative_to(ROOT).parts)


def module_name(file: Path) -> str:
    parts = ("pellucid", *file.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("name", [module_name(f) for f in FILES])
def test_docstring_examples(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    assert results.failed == 0
