"""residuals: scores held to scikit-learn; drawn without computing."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from pellucid.figures import residuals as figure
from pellucid.figures.picture import Settings


def test_scores_are_those_of_scikit_learn():
    random = np.random.default_rng(0)
    true = random.normal(100, 20, 50)
    answered = true + random.normal(0, 5, 50)
    data = figure.residuals(true, answered, "price")
    np.testing.assert_array_equal(data.residual, true - answered)
    expected = [f(true, answered) for f in (mean_absolute_error, root_mean_squared_error, r2_score)]
    assert [data.mae, data.rmse, data.r2] == pytest.approx(expected)


def test_a_single_number_has_no_r2():
    data = figure.residuals([1.0], [2.0])
    assert (data.mae, data.rmse) == (1, 1)
    assert np.isnan(data.r2)


def test_the_diabetes_data_is_partly_explained():
    assert figure.compute(Settings()).r2 > 0.2
    assert len(figure.compute(Settings(quick=True)).true) == 88


@pytest.mark.parametrize("target", ["price in $ of $1990", "매출", "\U00013000"])
def test_it_is_drawn_without_a_warning(tmp_path, target):
    path = tmp_path / "residuals.svg"
    figure.save(figure.residuals([1.0, 2.0, 3.0], [1.5, 2.0, 2.0], target), path, theme="dark")
    assert "<svg" in path.read_text(encoding="utf-8")


def test_the_panels_show_the_data():
    data = figure.residuals([1.0, 2.0, 3.0], [1.5, 2.0, 2.0], "price")
    beside, left = figure.PICTURE.figure(data).axes
    np.testing.assert_array_equal(beside.collections[0].get_offsets(), [[1, 1.5], [2, 2], [3, 2]])
    np.testing.assert_array_equal(left.collections[0].get_offsets(), [[1.5, -0.5], [2, 0], [2, 1]])
    assert "true price" in beside.get_xlabel()
