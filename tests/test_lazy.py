"""Packages whose names are imported when they are asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pellucid as pl
from pellucid.lazy import lazily

LAZY = ["", ".ops", ".layers", ".callbacks", ".data", ".datasets"]


def python(code: str) -> str:
    """What the code prints in a fresh process."""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize("package", LAZY)
def test_every_public_name_can_be_had_and_is_what_its_home_holds(package: str) -> None:
    code = (
        f"import pellucid{package} as p, sys, types\n"
        "for name in p.__all__:\n"
        "    value = getattr(p, name)\n"
        "    home = getattr(value, '__module__', None)\n"
        "    assert not isinstance(value, types.ModuleType) or value.__name__ == f'{p.__name__}.{name}', name\n"
        "    assert home is None or not hasattr(sys.modules[home], name) or getattr(sys.modules[home], name) is value, name\n"
        "print(len(p.__all__))"
    )
    assert int(python(code)) > 0


def test_only_what_is_asked_for_is_imported() -> None:
    loaded = "print(*sorted(m for m in sys.modules if m.startswith('pellucid.')))"
    assert set(python(f"import sys, pellucid; {loaded}").split()) == {"pellucid.lazy"}
    layers = set(python(f"import sys, pellucid; pellucid.layers.Dense; {loaded}").split())
    assert "pellucid.layers.dense" in layers
    assert not {"pellucid.layers.lstm", "pellucid.ops.lstm", "pellucid.doctor"} & layers


@pytest.mark.parametrize("first", ["import pellucid.ops.relu", "from pellucid.ops.relu import Relu", "pass"])
def test_a_function_comes_before_the_module_of_its_name(first: str) -> None:
    assert python(f"{first}; import pellucid; print(callable(pellucid.ops.relu))") == "True"
    assert python(f"{first}; from pellucid.ops import relu; print(callable(relu))") == "True"


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match=r"module 'pellucid\.layers' has no attribute 'Dence'"):
        _ = pl.layers.Dence  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match="cannot import name 'Dence'"):
        from pellucid.layers import Dence  # type: ignore[attr-defined]  # noqa: F401


def test_names_of_other_modules_and_other_blocks_stay_as_they_are(tmp_path, monkeypatch) -> None:
    package = tmp_path / "made_up"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from made_up.one import one as uno, two\n"
        "    from made_up import three\nhere = 4\n"
    )
    (package / "one.py").write_text("one, two = 1, 2\n")
    (package / "three.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    import made_up  # type: ignore[import-not-found]

    lazily("made_up")
    assert (made_up.uno, made_up.two, made_up.here, made_up.three.__name__) == (1, 2, 4, "made_up.three")
    assert {"uno", "two", "three", "here"} <= set(dir(made_up))
    made_up.__all__ = ["two", "uno"]
    assert [name for name in dir(made_up) if not name.startswith("__")] == ["two", "uno"]
    made_up.two = 7  # what is set by hand stays
    assert made_up.two == 7
