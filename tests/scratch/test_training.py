"""Mini-batch training written out: what is counted, what is noted, what is learned."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ShapeError
from pellucid.scratch import SGD, TwoLayerNet, train_mini_batches


class Counting(SGD):
    updates = 0

    def update(self, params, grads):
        self.updates += 1
        super().update(params, grads)


def clusters(count: int = 60):
    generator = np.random.default_rng(4)
    t = generator.integers(0, 3, count)
    return 3 * np.eye(3, 4)[t] + generator.normal(size=(count, 4)), t


def test_an_update_and_a_loss_an_iteration_and_accuracies_an_epoch():
    """60 samples in batches of 20 are 3 iterations an epoch; 10 iterations pass the end of 3 epochs."""
    x, t = clusters()
    optimizer, seen = Counting(0.1), []
    curves = train_mini_batches(
        TwoLayerNet(4, 5, 3), x, t, x[:10], t[:10], optimizer, 10, 20, on_epoch=lambda *epoch: seen.append(epoch)
    )
    assert optimizer.updates == len(curves.losses) == 10
    assert curves.iterations_per_epoch == 3
    assert [epoch for epoch, _, _ in seen] == [0, 1, 2, 3]
    np.testing.assert_array_equal(curves.train_accuracies, [train for _, train, _ in seen])
    np.testing.assert_array_equal(curves.test_accuracies, [test for _, _, test in seen])


def test_it_learns_and_the_last_accuracy_is_that_of_the_network():
    x, t = clusters()
    network = TwoLayerNet(4, 10, 3, weight_init_std=0.5, seed=0)
    curves = train_mini_batches(network, x, t, x, t, SGD(0.5), 300, 20)
    assert curves.losses[-20:].mean() < 0.5 * curves.losses[:5].mean()
    assert curves.train_accuracies[-1] == network.accuracy(x, t) > 0.9


def test_the_same_seed_draws_the_same_batches():
    x, t = clusters()
    runs = []
    for _ in range(2):
        pl.utils.set_random_seed(6)
        runs.append(train_mini_batches(TwoLayerNet(4, 5, 3), x, t, x, t, SGD(0.1), 10, 7).losses)
    np.testing.assert_array_equal(*runs)


def test_lengths_that_differ_are_refused():
    x, t = clusters()
    with pytest.raises(ShapeError, match="x_test and t_test must be of one length"):
        train_mini_batches(TwoLayerNet(4, 5, 3), x, t, x, t[1:], SGD())
