"""What the figures of sequences show, held in their data."""

from functools import cache

import numpy as np
import pytest

from pellucid.figures import attention_map, exploding, text_samples, through_time, unrolled
from pellucid.figures.picture import Settings


@cache
def computed(figure):
    return figure.compute(Settings())


def test_unrolled_each_number_follows_from_those_beside_it():
    data = computed(unrolled)
    h = np.zeros(3)
    for x, state in zip(data.x, data.state, strict=True):
        h = np.tanh(x @ data.kernel + h @ data.recurrent_kernel)
        np.testing.assert_allclose(state, h, rtol=1e-6)
    assert data.loss == pytest.approx(0.5 * (data.output - unrolled.TARGET) ** 2)
    for t in range(3):  # dL/dh_t = (dL/dh_{t+1} (1 - h_{t+1}^2)) W^T
        back = (data.gradient[t + 1] * (1 - data.state[t + 1] ** 2)) @ data.recurrent_kernel.T
        np.testing.assert_allclose(data.gradient[t], back, rtol=1e-5)
        outer = np.outer(data.state[t], data.gradient[t + 1] * (1 - data.state[t + 1] ** 2))
        np.testing.assert_allclose(data.contribution[t + 1], outer, rtol=1e-5, atol=1e-8)
    assert not data.contribution[0].any()


def test_through_time_what_vanishes_is_not_learned_and_what_is_kept_is():
    data = computed(through_time)
    first, last = data.norm[:, 0], data.loss[:, -1]
    assert (data.norm[:, -1] == 1).all()
    assert (first[:3] < 1e-3).all()
    assert (first[3:] > 1e-3).all()
    assert (last[:3] > 0.5).all()
    assert (last[3:] < 0.1).all()


def test_exploding_clipping_stays_near_and_learns():
    data = computed(exploding)
    far = np.abs(data.plain[-1] - data.plain[0]).max()
    assert far > 5
    steps = np.linalg.norm(np.diff(data.clipped, axis=0), axis=1)
    assert steps.max() <= 0.2 * (1 + 1e-9)  # rate times bound
    assert data.norm[0].max() > 10
    assert data.loss[1, -10:].max() < 0.1 < np.log(4) < np.median(data.loss[0, -40:])


def test_attention_each_row_is_a_mean_and_the_year_is_looked_for_where_it_stands():
    data = computed(attention_map)
    assert data.right > 0.9
    for read, written, weights in zip(data.read, data.written, data.weights, strict=True):
        assert weights.shape == (10, len(read))
        np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
        assert read[-4:] == written[:4]
        assert weights[2:4].argmax(axis=1).tolist() == [len(read) - 2, len(read) - 1]  # the year's last two digits


def test_text_samples_perplexity_falls():
    data = computed(text_samples)
    assert (np.diff(data.perplexity) < 0).all()
    assert data.perplexity[0] == pytest.approx(data.letters, rel=0.1)  # nothing is known yet
    assert data.perplexity[-1] < 8
    assert len({len(sample) for sample in data.sample}) == 1
