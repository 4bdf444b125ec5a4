"""What is public is what completion shows."""

from __future__ import annotations

import subprocess
import sys

import pellucid as pl
import pellucid.data
import pellucid.errors


def test_what_is_shown_is_what_is_public() -> None:
    shown = [name for name in dir(pl) if not name.startswith("__")]
    assert sorted(shown) == sorted(pl.__all__)
    assert "__version__" in dir(pl)
    assert {"errors", "Model"} <= set(shown)
    assert not {"engine", "kernels", "autodiff"} & set(shown)


def test_every_public_name_is_there() -> None:
    for module in (pl, pellucid.data):
        assert all(hasattr(module, name) for name in module.__all__)
    assert pl.errors is pellucid.errors


def test_reading_tables_costs_nothing_at_import() -> None:
    code = "import sys, pellucid.data; sys.exit(bool({'pandas', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
