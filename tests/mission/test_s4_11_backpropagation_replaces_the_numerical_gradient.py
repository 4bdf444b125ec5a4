"""S4.11: backpropagation gives the numerical gradient, much faster; the ratio of the times is reported."""

import numpy as np

import pellucid as pl
from pellucid.autodiff import as_tensor
from pellucid.lens import compare_gradients
from pellucid.losses import SparseCategoricalCrossentropy


def test_s4_11_both_agree_and_the_ratio_is_reported(capsys):
    pl.utils.set_random_seed(0)
    generator = np.random.default_rng(0)
    x, labels = generator.standard_normal((10, 12)), generator.integers(0, 3, 10)
    model = pl.Sequential(
        [pl.layers.Dense(8, activation="sigmoid", input_dim=12, dtype="float64"), pl.layers.Dense(3, dtype="float64")],
        dtype="float64",
    )
    loss = SparseCategoricalCrossentropy(from_logits=True)

    evaluations = 0

    def evaluate():
        nonlocal evaluations
        evaluations += 1
        return loss(as_tensor(labels), model(x))

    result = compare_gradients(evaluate, model.trainable_weights)

    assert result.worst < 1e-8  # h^2 = 1e-12 from the series, eps / h = 2e-10 from rounding
    numbers = 12 * 8 + 8 + 8 * 3 + 3
    assert evaluations == 1 + 2 * numbers  # backpropagation goes through the model once, the numerical gradient twice a number
    print(result)
    report = capsys.readouterr().out
    assert "times as long" in report
    assert f"{result.speed_ratio:,.0f}" in report
