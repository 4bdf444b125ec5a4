"""Kernels that are kept: loaded without a compiler, compiled anew where the file is damaged or missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.kernels import library
from pellucid.kernels.objects import Object

if library.mode() != "compiled":
    pytest.skip("kernels are not loaded: PELLUCID_KERNELS=reference", allow_module_level=True)

TRAINS = """
import sys
import pellucid as pl
model = pl.Sequential([pl.layers.Dense(3, activation="relu", input_dim=2), pl.layers.Dense(1)])
model.compile("sgd", "mse")
model.set_weights([[[1.0, 2.0, -1.0], [0.5, 1.0, -1.0]], [0.0] * 3, [[1.0], [-1.0], [1.0]], [0.0]])
model.fit([[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0], epochs=3, verbose=0, shuffle=False)
print(model.get_weights()[0].tobytes().hex(), "numba" in sys.modules)
"""


def trains(folder: Path) -> tuple[str, bool, str]:
    """The trained weights, whether Numba was imported, and what was said, of a process with this folder for kernels."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", TRAINS],
        env={**os.environ, "PELLUCID_CACHE": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    weights, numba = result.stdout.split()
    return weights, numba == "True", result.stderr


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder of kernels that one process compiled, and the weights that it trained."""
    folder = tmp_path_factory.mktemp("cache")
    weights, numba, said = trains(folder)
    assert numba
    assert said.count("Compiling kernels") == 1
    return folder, weights


def test_what_is_kept_is_loaded_without_a_compiler(kept: tuple[Path, str]) -> None:
    folder, weights = kept
    assert trains(folder) == (weights, False, "")


@pytest.mark.parametrize("damage", [lambda b: b[:-100], lambda b: b[:400] + bytes([b[400] ^ 1]) + b[401:], lambda b: b""])
def test_a_damaged_kernel_is_compiled_anew(kept: tuple[Path, str], damage) -> None:  # type: ignore[no-untyped-def]
    folder, weights = kept
    (path,) = folder.rglob("linear.forward.object")
    path.write_bytes(damage(path.read_bytes()))
    again, numba, said = trains(folder)
    assert (again, numba) == (weights, True)
    assert "Compiling kernels" in said
    assert trains(folder) == (weights, False, "")


def test_a_folder_that_cannot_be_written_is_gone_around(tmp_path: Path, kept: tuple[Path, str]) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    weights, numba, _ = trains(tmp_path / "cache")
    assert (weights, numba) == (kept[1], True)


def test_an_object_comes_back_as_it_was_written(tmp_path: Path) -> None:
    written = Object("symbol", {"pellucid_f": "tiles.f"}, bytes(range(256)))
    written.write(tmp_path / "one")
    assert Object.read(tmp_path / "one") == written
    assert Object.read(tmp_path / "none") is None


def test_no_bit_of_a_file_may_change(tmp_path: Path) -> None:
    """Under a wrong name the linker finds nothing, and a program would call address 0."""
    Object("symbol", {"pellucid_f": "tiles.f"}, b"code").write(tmp_path / "one")
    content = (tmp_path / "one").read_bytes()
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        (tmp_path / "other").write_bytes(changed)
        found = Object.read(tmp_path / "other")
        assert found is None or found == Object("symbol", {"pellucid_f": "tiles.f"}, b"code")  # a space of JSON's


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[]\ncode", b"not json\n", b'{"symbol": 1}\n', bytes(range(256))])
def test_what_is_no_object_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "strange").write_bytes(content)
    assert Object.read(tmp_path / "strange") is None
