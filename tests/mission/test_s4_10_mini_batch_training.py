"""S4.10: mini-batches on real digits: the loss falls over the iterations, both accuracies rise together over the epochs.

The lecture's 10,000 iterations are drawn by the figures; here it is 3,000, which is as many as it takes to see it.
"""

from __future__ import annotations

import numpy as np

import pellucid as pl
from pellucid.datasets import digits
from pellucid.scratch import SGD, TwoLayerNet, train_mini_batches


def test_s4_10_loss_over_iterations_and_accuracies_over_epochs():
    """1,438 digits in batches of 100 are 14 iterations an epoch: 214 epochs and their beginning."""
    pl.utils.set_random_seed(0)
    (x_train, t_train), (x_test, t_test) = ((x.reshape(len(x), -1) / 16, t) for x, t in digits.load_data())
    network = TwoLayerNet(input_size=64, hidden_size=20, output_size=10)
    curves = train_mini_batches(network, x_train, t_train, x_test, t_test, SGD(lr=0.3), iterations=3_000, batch_size=100)

    assert curves.losses.shape == (3_000,)
    assert curves.iterations_per_epoch == 14
    assert curves.train_accuracies.shape == curves.test_accuracies.shape == (215,)

    assert 2.2 < curves.losses[:10].mean() < 2.4  # log 10: it knows nothing yet
    assert curves.losses[900:1000].mean() < curves.losses[:100].mean()
    assert curves.losses[-100:].mean() < 0.15
    assert curves.train_accuracies[0] < 0.25
    assert curves.train_accuracies[-1] > 0.97
    assert curves.test_accuracies[-1] > 0.93
    # The two curves lie nearly on each other: it is not learning by heart.
    assert np.abs(curves.train_accuracies - curves.test_accuracies).max() < 0.06
