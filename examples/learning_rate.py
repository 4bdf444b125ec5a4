"""Which learning rate? A short trial finds one, and a schedule goes up to it and down again.

On digits, with momentum, in five epochs: 93.9 % of the test images right with the usual rate of 0.01, as many with the suggested
0.039, and 96.4 % with one cycle (Smith 2018) up to it and down again. The trial trains a copy for 100 steps while the rate rises;
the model itself stays as it was.
"""

import pellucid as pl


def build(learning_rate) -> pl.Model:
    pl.utils.set_random_seed(0)
    model = pl.Sequential(
        [
            pl.Input((8, 8)),
            pl.layers.Rescaling(1 / 16),
            pl.layers.Flatten(),
            pl.layers.Dense(64, activation="relu"),
            pl.layers.Dense(64, activation="relu"),
            pl.layers.Dense(10, activation="softmax"),
        ]
    )
    optimizer = pl.optimizers.SGD(learning_rate, momentum=0.9)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def main(epochs: int = 5) -> dict[str, float]:
    """Returns the accuracy on the test set by way of choosing the rate."""
    (x_train, y_train), (x_test, y_test) = pl.datasets.digits.load_data()
    trial = pl.find_learning_rate(build(0.01), x_train, y_train)
    print(trial)
    steps = epochs * -(-len(x_train) // 32)
    rates = {
        "the default, 0.01": 0.01,
        f"the suggested {trial.suggestion:.2g}": trial.suggestion,
        f"one cycle up to {trial.suggestion:.2g}": pl.optimizers.schedules.OneCycle(trial.suggestion, steps),
    }
    found = {}
    for name, rate in rates.items():
        model = build(rate)
        model.fit(x_train, y_train, batch_size=32, epochs=epochs, verbose=0)
        found[name] = model.evaluate(x_test, y_test, verbose=0)[1]
        print(f"{name}: {found[name]:.1%} of the test images right")
    return found


if __name__ == "__main__":
    main()
