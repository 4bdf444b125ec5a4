"""S4.10, the two figures: the loss over mini-batches, and the accuracy on training and test data at each epoch."""

import numpy as np
import pytest

from pellucid.figures import mini_batches
from pellucid.figures.picture import Settings


@pytest.fixture(scope="module")
def data():
    return mini_batches.compute(Settings(quick=True))


def test_s4_10_ten_thousand_iterations_unless_quick():
    assert mini_batches.ITERATIONS == 10_000


def test_s4_10_the_loss_begins_at_guessing_and_falls(data):
    assert data.loss[0] == pytest.approx(np.log(10), abs=0.05)
    assert data.smoothed[-1] < 0.5 * data.smoothed[0]
    assert data.loss.shape == data.smoothed.shape


def test_s4_10_both_accuracies_rise_together_from_a_tenth(data):
    epochs = -(-len(data.loss) // data.iterations_per_epoch)
    assert data.iterations_per_epoch == data.source.count // 100
    for accuracy in (data.train_accuracy, data.test_accuracy):
        assert len(accuracy) == epochs
        assert accuracy[0] == pytest.approx(0.1, abs=0.05)
        assert accuracy[-1] > 0.7
    assert abs(data.train_accuracy[-1] - data.test_accuracy[-1]) < 0.1
