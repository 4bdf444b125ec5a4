"""What the figures that train show, on quick data. Rows S2.1, S3.2 and S4.10 have theirs under tests/mission."""

import numpy as np
import pytest

from pellucid.errors import ArgumentError
from pellucid.figures import descents, ensemble, few_samples, overfitting, regularization, samples
from pellucid.figures.picture import Settings
from pellucid.random.seed import get_seed, set_seed

QUICK = Settings(quick=True)


def test_the_larger_network_learns_more_by_heart():
    data = overfitting.compute(QUICK)
    gap = data.validation - data.train
    assert data.large.train[-1] < data.small.train[-1]
    assert gap[-1] > gap[0] + 0.1
    assert data.train[-1] == data.large.train[-1]


def test_early_stopping_is_the_same_training_cut_off():
    data = regularization.compute(QUICK)
    stopped = data.early_stopping
    epochs = len(stopped.train)
    np.testing.assert_array_equal(stopped.train, data.none.train[:epochs])
    assert stopped.best == data.none.validation[:epochs].argmin()
    assert epochs in (stopped.best + 1 + regularization.PATIENCE, len(data.none.train))


def test_dropout_and_weight_decay_hold_the_training_loss_up_and_the_gap_down():
    data = regularization.compute(QUICK)
    gap = data.none.validation[-1] - data.none.train[-1]
    for remedy in (data.dropout, data.weight_decay):
        assert remedy.train[-1] > data.none.train[-1]
        assert remedy.validation[-1] - remedy.train[-1] < gap


def test_thinned_networks_are_better_together():
    data = ensemble.compute(QUICK)
    # Cross-entropy is convex in the scores, so by Jensen the mean is never worse than the members are on average.
    assert data.mean_loss[-1] < data.single_loss.mean()
    assert data.mean_loss[-1] < data.mean_loss[0]
    assert data.whole_loss < data.single_loss.min()
    assert data.whole_accuracy > data.single_accuracy.mean()


def test_descents_begin_alike_and_see_as_many_samples_as_they_say():
    data = descents.compute(QUICK)
    everything, batch, one = data.ways
    assert [way.batch_size for way in data.ways] == [data.source.count, 32, 1]
    assert len({way.loss[0] for way in data.ways}) == 1
    assert (np.diff(everything.loss) < 0).all()  # the gradient of all samples leads down at this rate
    assert (np.diff(one.loss) > 0).any()  # that of one often does not
    assert batch.loss[-1] < 0.6 * batch.loss[0]
    for way in data.ways:
        assert (np.diff(way.seconds) > 0).all()


def test_a_fifth_of_the_few_labels_are_wrong_and_validation_is_clean():
    """Held against the digits themselves: the pictures of the few, looked up in the whole training set."""
    few, whole = few_samples.load(QUICK), samples.load(QUICK).train
    where = {picture.tobytes(): label for picture, label in zip(whole.x, whole.y, strict=True)}
    wrong = [where[picture.tobytes()] != label for picture, label in zip(few.train.x, few.train.y, strict=True)]
    assert sum(wrong) == 60
    assert all(where[picture.tobytes()] == label for picture, label in zip(few.validation.x, few.validation.y, strict=True))


def test_a_seed_gives_the_same_figure_and_leaves_the_process_s_seed_alone():
    set_seed(5)
    first, again = (ensemble.compute(QUICK).mean_loss for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert get_seed() == 5
    other = ensemble.compute(Settings(quick=True, seed=1)).mean_loss
    assert not np.array_equal(first, other)


def test_data_sets_by_name():
    assert samples.load(Settings(dataset="digits")).source().name == "digits"
    with pytest.raises(ArgumentError, match=r"dataset: 'minst' is not known. Did you mean 'mnist'"):
        samples.load(Settings(dataset="minst"))
