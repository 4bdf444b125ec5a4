"""Each network at small-image scale learns the small digits, which need no download."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

import pellucid as pl
from pellucid import networks
from pellucid.cli.main import app
from pellucid.datasets import digits
from pellucid.errors import ArgumentError
from tests.support.small_mnist import write_small_mnist


@pytest.mark.parametrize(
    ("name", "epochs", "accuracy"),
    [("resnet18:4", 4, 0.85), ("vgg-small:8,16,bn", 4, 0.9)],
)
def test_by_name(name: str, epochs: int, accuracy: float) -> None:
    (x, y), (x_test, y_test) = digits.load_data()
    pl.utils.set_random_seed(1)
    model = networks.build(name, (8, 8), 10)
    model.compile(pl.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    losses = model.fit(x.astype(np.float32) / 16, y, batch_size=32, epochs=epochs, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 3
    assert model.evaluate(x_test.astype(np.float32) / 16, y_test, verbose=0)[1] > accuracy


def test_the_command_trains_on_digits(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Images of 8 x 8, for a net that was made for 32 x 32."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["train", "digits", "--model", "lenet5", "--epochs", "1"])
    assert result.exit_code == 0, result.output


def test_an_image_that_does_not_fit_ends_the_command_with_the_arithmetic(tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["train", "digits", "--model", "resnet18:none"])
    assert result.exit_code != 0
    assert "width must be a positive integer. Received 'none'" in " ".join(result.output.split())


def test_the_command_with_a_schedule_and_augmentation(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """The rate has fallen to nearly 0 at the end: half of it after half of the run; and the pictures move."""
    monkeypatch.chdir(tmp_path)
    command = ["train", "digits", "--model", "simple-cnn", "--epochs", "2", "--schedule", "cosine", "--augment", "shift,zoom"]
    result = CliRunner().invoke(app, [*command, "--learning-rate", "0.002"])
    assert result.exit_code == 0, result.output
    model = pl.load_model(next(tmp_path.glob("runs/digits-001/model*")))
    assert [layer.name for layer in model.layers[1:5]] == ["rescaling", "channels", "shift", "zoom"]
    rate = model.optimizer.learning_rate
    assert float(rate) < 1e-8
    for wrong, message in (
        (["--augment", "flop"], "augment: 'flop' is not known. Did you mean 'flip'"),
        (["--schedule", "linear"], "schedule: 'linear' is not known. Known: cosine"),
    ):
        refused = CliRunner().invoke(app, ["train", "digits", *wrong])
        assert refused.exit_code != 0
        assert message in " ".join(refused.output.split())


def test_augmentation_is_for_images() -> None:
    with pytest.raises(ArgumentError, match=r"augment: It takes images"):
        networks.build("linear", (7,), 3, augment="flip")
    with pytest.raises(ArgumentError, match="each name once"):
        networks.augmentation("flip,flip", (8, 8))


@pytest.mark.parametrize("name", ["lenet5:original", "simple-cnn", "vgg-small:2,2,bn", "resnet18:2"])
def test_on_images_of_fashion_mnist_s_form(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """Forty images in files of its format: every network takes 28 x 28."""
    monkeypatch.chdir(tmp_path)
    folder = write_small_mnist(tmp_path / "fashion-mnist", list(range(10)) * 4, list(range(10)))
    command = ["train", "fashion-mnist", "--model", name, "--epochs", "1", "--data-dir", str(folder), "--quiet"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 0, result.output
    again = CliRunner().invoke(app, ["summary", "runs/fashion-mnist-001"])
    assert again.exit_code == 0, again.output
