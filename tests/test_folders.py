"""Where files are kept: as each operating system has it, or as PELLUCID_CACHE says."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pellucid.folders import next_free, user_cache


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("PELLUCID_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)


@pytest.mark.parametrize(
    ("platform", "place"),
    [("linux", ".cache/pellucid"), ("darwin", "Library/Caches/pellucid"), ("win32", "pellucid")],
)
def test_each_systems_own_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, place: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert user_cache() == tmp_path / place


@pytest.mark.parametrize(("platform", "variable"), [("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")])
def test_each_systems_own_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, variable: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setenv(variable, str(tmp_path / "caches"))
    assert user_cache() == tmp_path / "caches" / "pellucid"


def test_what_the_environment_says_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "mine"))
    assert user_cache() == tmp_path / "mine"


def test_new_folders_are_counted(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/a-002").touch()
    assert [next_free(tmp_path / "runs", "a").name for _ in range(3)] == ["a-001", "a-003", "a-004"]
