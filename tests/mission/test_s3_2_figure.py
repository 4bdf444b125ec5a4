"""S3.2, the figure: all optimizers on MultiLayerNet(784, [100] * 4, 10), the same batches, by one command."""

import numpy as np
import pytest
from typer.testing import CliRunner

from pellucid.cli.main import app
from pellucid.figures import optimizers
from pellucid.figures.picture import Settings


def test_s3_2_one_command_draws_it(tmp_path):
    file = tmp_path / "optimizers.svg"
    done = CliRunner().invoke(app, ["figures", "optimizers", "--quick", "--out", str(file)])
    assert done.exit_code == 0, done.output
    assert file.read_bytes().startswith(b"<?xml")


def test_s3_2_batches_of_128_two_thousand_times_for_all_five():
    assert (optimizers.BATCH_SIZE, optimizers.ITERATIONS) == (128, 2000)
    data = optimizers.compute(Settings(quick=True))
    assert data.name == ("SGD", "Momentum", "AdaGrad", "RMSprop", "Adam")
    assert len(set(data.loss[:, 0].tolist())) == 1  # the same weights and the same first batch
    last = dict(zip(data.name, data.smoothed[:, -1], strict=True))
    assert max(last, key=last.get) == "SGD"
    assert (data.smoothed[:, -1] < data.smoothed[:, 0]).all()


def test_s3_2_smoothing_is_a_weighted_mean_of_eleven_neighbours():
    data = optimizers.compute(Settings(quick=True))
    weights = np.kaiser(11, 2)
    for raw, smooth in zip(data.loss, data.smoothed, strict=True):
        assert smooth[30] == pytest.approx(np.average(raw[25:36], weights=weights))
