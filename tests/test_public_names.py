"""What is public is what completion shows."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys

import pytest

import pellucid as pl
import pellucid.errors


def test_what_is_shown_is_what_is_public() -> None:
    shown = [name for name in dir(pl) if not name.startswith("__")]
    assert sorted(shown) == sorted(pl.__all__)
    assert "__version__" in dir(pl)
    assert {"errors", "Model", "networks", "lens", "numerics"} <= set(shown)
    assert not {"engine", "kernels", "autodiff"} & set(shown)


PACKAGES = [f"pellucid.{part.name}" for part in pkgutil.iter_modules(pl.__path__) if part.ispkg]


@pytest.mark.parametrize("package", ["pellucid", *PACKAGES])
def test_every_public_name_is_there(package: str) -> None:
    module = importlib.import_module(package)
    names = getattr(module, "__all__", [])
    assert [name for name in names if not hasattr(module, name)] == []
    assert set(names) <= set(dir(module))


def test_errors_are_a_part_of_the_package() -> None:
    assert pl.errors is pellucid.errors


def test_reading_tables_costs_nothing_at_import() -> None:
    code = "import sys, pellucid.data; sys.exit(bool({'pandas', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
