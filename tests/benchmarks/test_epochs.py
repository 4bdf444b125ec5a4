"""Whole epochs: the table, files read without Pellucid, a data set that is not here."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from benchmarks.epochs import common, report


def test_files_are_read_as_pellucid_reads_them(tmp_path: Path):
    for name, count in (("train", 3), ("t10k", 2)):
        images = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (count, 28, 28)) + bytes(range(196)) * 4 * count
        labels = bytes([0, 0, 8, 1]) + count.to_bytes(4, "big") + bytes(range(count))
        (tmp_path / f"{name}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (tmp_path / f"{name}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    x, y, x_test, y_test = common.read(tmp_path)
    assert (x.shape, x_test.shape, x.dtype) == ((3, 784), (2, 784), np.uint8)
    assert x[2, 195:197].tolist() == [195, 0]
    assert (y.tolist(), y_test.tolist()) == ([0, 1, 2], [0, 1])


def test_the_table_has_the_fastest_first():
    """Medians over both rounds: 2 and 3 seconds."""
    rounds = {
        "pytorch_loader": [{"read": 1.0, "epochs": [3.0, 3.0], "accuracy": 0.85, "setting": "no workers, 2 threads"}],
        "pellucid": [{"read": 0.5, "epochs": [e, 2.0], "accuracy": 0.86, "setting": "fit"} for e in (1.0, 4.0)],
    }
    lines = report.table(rounds, {"keras_fit": "no Keras here"}).splitlines()
    assert lines[4] == "| Pellucid | 0.50 s | 2.000 s | 1.000 .. 4.000 | 1.00 | 0.860 | fit |"
    assert lines[5] == "| PyTorch, DataLoader | 1.00 s | 3.000 s | 3.000 .. 3.000 | 1.50 | 0.850 | no workers, 2 threads |"
    assert "Missing: Keras (JAX), fit (no Keras here)." in lines


def test_a_data_set_that_is_not_here_is_reported(tmp_path: Path):
    assert "Missing: the data set." in report.section({}, 1, 1, tmp_path, install=False)


@pytest.mark.parametrize("script", report.SCRIPTS)
def test_each_way_has_a_script(script: str):
    assert (Path(report.__file__).parent / f"{script}.py").exists()
