"""A loss of your own, a plain function of ``(y_true, y_pred)``: quantiles in place of the mean.

The pinball loss (Koenker and Bassett 1978) is least where a share q of the targets lies below the prediction:

    L = max(q e, (q - 1) e),    e = y_true - y_pred

Three outputs for q = 10, 50 and 90 % make a band around the middle: 79.8 % of 2000 unseen points lie in it, where 80 % should.
The derivative follows from the operations.
"""

import numpy as np

import pellucid as pl

QUANTILES = np.array([0.1, 0.5, 0.9], "float32")


def pinball(y_true, y_pred):
    """One value a sample: the mean over the three quantiles. Shapes: (batch, 1) and (batch, 3) -> (batch,)."""
    error = y_true - y_pred
    return pl.ops.mean(pl.ops.maximum(QUANTILES * error, (QUANTILES - 1) * error), axis=-1)


def points(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A wave whose noise grows from left to right."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 1, (count, 1))
    return x, np.sin(2 * np.pi * x) + (0.1 + x) * rng.normal(size=(count, 1))


def main(epochs: int = 60) -> float:
    """Returns the share of unseen points between the outer two quantiles."""
    pl.utils.set_random_seed(0)
    hidden = [pl.layers.Dense(32, activation="tanh") for _ in range(2)]
    model = pl.Sequential([pl.Input((1,)), *hidden, pl.layers.Dense(3)])
    model.compile(optimizer=pl.optimizers.Adam(0.01), loss=pinball)
    model.fit(*points(4000, seed=0), batch_size=100, epochs=epochs, verbose=0)

    x, y = points(2000, seed=1)
    band = model.predict(x)
    for place in (0.1, 0.9):
        low, middle, high = model.predict(np.array([[place]]))[0]
        print(f"at x = {place}: {middle:5.2f}, between {low:5.2f} and {high:5.2f}")
    inside = float(((band[:, :1] < y) & (y < band[:, 2:])).mean())
    print(f"{inside:.1%} of 2000 unseen points lie in the band; 80 % should")
    return inside


if __name__ == "__main__":
    main()
