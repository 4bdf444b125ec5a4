"""Two moons that no straight line parts: 96.5 % of unseen points right, and the boundary drawn into two_moons.png."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import make_moons

import pellucid as pl


def draw(model: pl.Model, x: np.ndarray, y: np.ndarray, path: Path) -> None:
    """The plane in shades of the model's probability, the points in it, and the boundary where the probability is a half."""
    side = np.linspace(-2, 3, 200)
    plane = np.stack(np.meshgrid(side, side), axis=-1)
    probability = model.predict(plane.reshape(-1, 2)).reshape(200, 200)
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.contourf(side, side, probability, levels=20, cmap="PuOr", vmin=-0.4, vmax=1.4)  # pale, for the points
    axes.contour(side, side, probability, levels=[0.5], colors="black")
    for label, marker, color in ((0, "o", "#a6611a"), (1, "^", "#5e3c99")):
        axes.scatter(*x[y == label].T, s=12, marker=marker, color=color, edgecolors="white", linewidths=0.4)
    axes.set(xlim=(-1.6, 2.6), ylim=(-1.2, 1.7), xlabel="$x_0$", ylabel="$x_1$", title="Two moons, parted by 2 x 16 units")
    figure.savefig(path, dpi=150)


def main(path: str = "two_moons.png") -> float:
    """Returns the accuracy on points that training never saw."""
    x, y = make_moons(1500, noise=0.2, random_state=0)
    pl.utils.set_random_seed(0)
    hidden = [pl.layers.Dense(16, activation="tanh") for _ in range(2)]
    model = pl.Sequential([pl.Input((2,)), *hidden, pl.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=pl.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:500], y[:500], batch_size=25, epochs=60, verbose=0)
    _, accuracy = model.evaluate(x[500:], y[500:], verbose=0)
    draw(model, x[:500], y[:500], Path(path))
    print(f"accuracy on 1000 unseen points: {accuracy:.1%}; the boundary is in {path}")
    return accuracy


if __name__ == "__main__":
    main()
