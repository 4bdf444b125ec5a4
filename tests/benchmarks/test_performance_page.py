"""The page on performance says what the benchmark program does: its goals, its rows, its pictures."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks import record
from benchmarks.__main__ import OTHERS
from benchmarks.goals import GOALS, MEMORY
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
RECORD = ROOT / "benchmarks" / "RECORD.json"


def test_the_goals_are_those_of_the_program():
    assert dict(re.findall(r"^\| `([\w-]+)` \| (.+) \|$", PAGE, flags=re.MULTILINE)) == {n: str(g) for n, g in GOALS.items()}
    assert f"at most {MEMORY} of PyTorch's" in " ".join(PAGE.split())


def test_goals_and_records_are_of_rows_that_there_are():
    names = {workload.name for workload in WORKLOADS}
    assert GOALS.keys() <= names
    assert {row.name for row in record.read(RECORD)} <= names


def test_the_readme_names_everything_that_can_be_asked_for():
    readme = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8")
    table = "\n".join(line.split("|")[1] for line in readme.splitlines() if line.startswith("| `") and "`--" not in line)
    assert set(re.findall(r"`([\w-]+)`", table)) == {*(workload.name for workload in WORKLOADS), *OTHERS}


def test_the_pictures_are_there():
    for name in re.findall(r"\]\((_static/[\w.]+)\)", PAGE):
        assert (ROOT / "docs" / name).exists()
    assert ("(_static/scaling.svg)" in PAGE) == bool(record.read_curves(RECORD))


def test_the_included_results_begin_where_the_page_says():
    (marker,) = re.findall(r":start-after: (.+)", PAGE)
    assert (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8").count(marker) == 1


def test_every_idea_has_a_prediction_and_a_measurement():
    section = PAGE.split("## What was tried")[1]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 10
    assert all(len(row) == 3 and all(row) for row in rows)
