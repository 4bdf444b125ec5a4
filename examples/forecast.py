"""Forecasting a chaotic series 15 steps ahead: a GRU's error is 0.004, a straight line's 0.107, that of "as it is now" 0.362.

The Mackey-Glass series nearly repeats and never does. From the last 50 values that 15 steps later is to be told. Errors are
root mean squares on the series' last quarter, which comes after all that was learned.
"""

import numpy as np

import pellucid as pl
from pellucid.datasets.sequence_tasks import mackey_glass
from pellucid.numerics import least_squares

SEEN, AHEAD = 50, 15


def main(epochs: int = 15) -> dict[str, float]:
    """Returns each way's error on values that come after those learned from."""
    series = mackey_glass(4000)
    x = np.lib.stride_tricks.sliding_window_view(series, SEEN)[:-AHEAD]
    y = series[SEEN + AHEAD - 1 :]
    split = 3000 - AHEAD  # no answer to learn lies among what is to be told
    x_train, y_train, x_test, y_test = x[:split], y[:split], x[3000:], y[3000:]

    pl.utils.set_random_seed(0)
    model = pl.Sequential(
        [
            pl.Input((SEEN, 1)),
            pl.layers.Normalization(mean=x_train.mean(), variance=x_train.var(), axis=None),
            pl.layers.GRU(32),
            pl.layers.Dense(1),
        ]
    )
    steps = epochs * -(-len(x_train) // 32)
    model.compile(pl.optimizers.Adam(pl.optimizers.schedules.CosineDecay(0.01, steps)), "mse")
    model.fit(x_train[:, :, None], y_train, batch_size=32, epochs=epochs, verbose=2)

    line = least_squares(x_train.astype(np.float64), y_train.astype(np.float64))
    answers = {
        "as it is now": x_test[:, -1],
        "straight line through 50 values": x_test @ line.w + line.b,
        "GRU": model.predict(x_test[:, :, None], verbose=0)[:, 0],
    }
    errors = {name: float(np.sqrt(np.mean((answer - y_test) ** 2))) for name, answer in answers.items()}
    for name, error in errors.items():
        print(f"{name:32} error {error:.3f}")
    return errors


if __name__ == "__main__":
    main()
