"""What the figures of plain functions show, held to arithmetic. Rows S4.4, S4.6 and S4.7 have theirs under tests/mission."""

import numpy as np
import pytest

from pellucid.figures import cost, initializers, log, ravine, rounding, tangents
from pellucid.figures.picture import Settings


def test_cost_is_a_parabola_with_its_minimum_at_1():
    data = cost.compute(Settings())
    np.testing.assert_allclose(data.marked_cost, [14 / 3, 0, 14 / 3])  # (1 + 4 + 9) / 3, twice
    assert data.weight[data.cost.argmin()] == pytest.approx(1)
    np.testing.assert_allclose(data.cost, 14 / 3 * (data.weight - 1) ** 2, atol=1e-12)


def test_log_rises_through_0_at_1_and_its_negative_is_the_example_s_loss():
    data = log.compute(Settings())
    assert (np.diff(data.log) > 0).all()
    assert (data.log < 0).sum() == (data.x < 1).sum()
    np.testing.assert_allclose(data.marked_loss, [2.302585, 0.510826, 0], atol=5e-7)


def test_tangents_have_the_lecture_s_slopes_and_touch_from_below():
    data = tangents.compute(Settings())
    assert data.slope.tolist() == [0.1999999999990898, 0.2999999999986347]
    above = data.y - data.lines  # 0.01 (x - at)^2: a convex function lies above its tangents
    np.testing.assert_allclose(above, 0.01 * (data.x - data.at[:, None]) ** 2, atol=1e-9)


def test_of_the_wide_differences_the_central_one_is_parallel_to_the_tangent():
    data = tangents.compute(Settings())
    assert data.central_slope == pytest.approx(0.3)
    assert data.forward_slope == pytest.approx(0.38)  # 0.02 * 10 + 0.1 + 0.01 * 8


def test_the_best_steps_lie_where_theory_has_them():
    data = rounding.compute(Settings())
    eps = np.finfo(float).eps
    for error, best in ((data.forward, eps ** (1 / 2)), (data.central, eps ** (1 / 3))):
        assert best / 30 < data.step[error.argmin()] < best * 30
    assert data.central.min() < data.forward.min() / 100


def test_the_right_branches_fall_as_h_and_as_h_squared():
    data = rounding.compute(Settings())
    wide = data.step > 1e-4
    np.testing.assert_allclose(data.forward[wide], data.forward_cut[wide], rtol=0.25)
    np.testing.assert_allclose(data.central[wide], data.central_cut[wide], rtol=0.06)


def test_with_the_bad_step_nothing_is_left():
    data = rounding.compute(Settings())
    assert data.bad_step == 1e-50
    assert data.bad_slope == 0
    assert data.bad_error == pytest.approx(np.cos(1))
    gone = data.step < 1e-17
    np.testing.assert_allclose(data.forward[gone], np.cos(1))


def test_in_the_ravine_sgd_follows_its_closed_form_from_wall_to_wall():
    data = ravine.compute(Settings())
    k = np.arange(31)
    sgd = data.path[data.name.index("SGD")]
    np.testing.assert_allclose(sgd, np.stack([-7 * (1 - 0.095) ** k, 2 * (1 - 1.9) ** k], axis=1), atol=1e-12)
    assert (np.sign(sgd[1:, 1]) != np.sign(sgd[:-1, 1])).all()


def test_in_the_ravine_momentum_runs_past_and_adagrad_and_rmsprop_do_not():
    data = ravine.compute(Settings())
    furthest = dict(zip(data.name, data.path[:, :, 0].max(axis=1), strict=True))
    assert furthest["Momentum"] > 0.5
    assert furthest["AdaGrad"] < 0
    assert furthest["RMSprop"] < 0
    assert (data.value[:, -1] < data.value[:, 0] / 10).all()


def test_first_weights_keep_the_signal_or_lose_it():
    data = initializers.compute(Settings())
    np.testing.assert_allclose(data.share.sum(axis=2), 1)
    rows = list(zip(data.activation, data.start, strict=True))
    wide, narrow, glorot = (rows.index(("sigmoid", start)) for start in ("$\\sigma = 1$", "$\\sigma = 0.01$", "Glorot"))
    assert (data.share[wide][:, [0, -1]].sum(axis=1) > 0.5).all()  # at 0 and at 1, where the slope vanishes
    np.testing.assert_allclose(data.mean[narrow], 0.5, atol=0.05)
    assert (data.deviation[narrow] < 0.03).all()
    assert (data.deviation[glorot] > 3 * data.deviation[narrow]).all()


def test_relu_halves_the_signal_s_power_unless_he_doubles_it():
    data = initializers.compute(Settings())
    rows = list(zip(data.activation, data.start, strict=True))
    kept = data.deviation[:, -1] / data.deviation[:, 0]
    # sqrt(1/2) a layer, four times; each layer of 100 units strays by chance from what it does on average.
    assert 0.1 < kept[rows.index(("ReLU", "Glorot"))] < 0.5
    assert 0.5 < kept[rows.index(("ReLU", "He"))] < 2
    assert kept[rows.index(("ReLU", "$\\sigma = 0.01$"))] < 1e-3
