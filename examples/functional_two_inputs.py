"""A functional model with two inputs and a shared layer: do two pictures show the same digit?

Both pictures go through the same layers (one set of weights, whose gradients add up); what differs between the two
results tells whether the digits do. 93.2 % of 1000 pairs of unseen pictures are right.
"""

import numpy as np

import pellucid as pl


def pairs(images: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """``count`` pairs of pictures, half of them of the same digit; 1 where they are."""
    rng = np.random.default_rng(seed)
    first = rng.integers(len(images), size=count)
    second = rng.integers(len(images), size=count)
    for i in range(0, count, 2):
        second[i] = rng.choice(np.flatnonzero(labels == labels[first[i]]))
    same = (labels[first] == labels[second]).astype("float32")[:, None]
    return images[first], images[second], same


def build() -> pl.Model:
    left, right = pl.Input((8, 8), name="left"), pl.Input((8, 8), name="right")
    encoder = pl.Sequential(
        [
            pl.layers.Rescaling(1 / 16),
            pl.layers.Flatten(),
            pl.layers.Dense(64, activation="relu"),
            pl.layers.Dense(32),
        ],
        name="encoder",
    )
    difference = pl.ops.absolute(encoder(left) - encoder(right))
    same = pl.layers.Dense(1, activation="sigmoid", name="same")(difference)
    return pl.Model(inputs=[left, right], outputs=same)


def main(count: int = 8000, epochs: int = 12) -> float:
    """Returns the accuracy on pairs of pictures that training never saw."""
    (x_train, y_train), (x_test, y_test) = pl.datasets.digits.load_data()
    left, right, same = pairs(x_train, y_train, count, seed=0)
    pl.utils.set_random_seed(0)
    model = build()
    model.summary()
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit([left, right], same, batch_size=64, epochs=epochs, verbose=2)
    left, right, same = pairs(x_test, y_test, 1000, seed=1)
    _, accuracy = model.evaluate([left, right], same, verbose=0)
    print(f"accuracy on 1000 unseen pairs: {accuracy:.1%}")
    return accuracy


if __name__ == "__main__":
    main()
