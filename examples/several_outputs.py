"""Two pictures in, two answers out: the sum of two handwritten digits, and which of them is the larger one.

Both answers stand on one encoder, each has a loss and a weight of its own, and arrays go by name. 92.9 % of sums and
97.7 % of comparisons are right on 1000 pairs of unseen pictures; nobody ever told it what a single digit is.
"""

import numpy as np

import pellucid as pl


def pairs(images: np.ndarray, labels: np.ndarray, count: int, seed: int) -> tuple[dict, dict]:
    """``count`` pairs of pictures with what there is to know about them."""
    left, right = np.random.default_rng(seed).integers(len(images), size=(2, count))
    digits = labels.astype(int)
    y = {"sum": digits[left] + digits[right], "left_is_larger": (digits[left] > digits[right]).astype("float32")}
    return {"left": images[left], "right": images[right]}, y


def build() -> pl.Model:
    inputs = {name: pl.Input((8, 8), name=name) for name in ("left", "right")}
    encoder = pl.Sequential(
        [pl.layers.Rescaling(1 / 16), pl.layers.Flatten(), pl.layers.Dense(128, activation="relu"), pl.layers.Dense(32, "relu")],
        name="encoder",
    )
    both = pl.layers.Concatenate()([encoder(inputs["left"]), encoder(inputs["right"])])
    both = pl.layers.Dense(128, activation="relu")(both)
    outputs = {
        "sum": pl.layers.Dense(19, activation="softmax", name="sum")(both),
        "left_is_larger": pl.layers.Dense(1, activation="sigmoid", name="left_is_larger")(both),
    }
    return pl.Model(inputs, outputs)


def main(count: int = 20000, epochs: int = 15) -> dict[str, float]:
    """Returns the scores on pairs of pictures that training never saw."""
    (x_train, y_train), (x_test, y_test) = pl.datasets.digits.load_data()
    pl.utils.set_random_seed(0)
    model = build()
    model.compile(
        optimizer="adam",
        loss={"sum": "sparse_categorical_crossentropy", "left_is_larger": "binary_crossentropy"},
        loss_weights={"sum": 1.0, "left_is_larger": 0.5},
        metrics={"sum": ["accuracy"], "left_is_larger": ["accuracy"]},
    )
    model.fit(*pairs(x_train, y_train, count, seed=0), batch_size=64, epochs=epochs, verbose=0)
    scores = model.evaluate(*pairs(x_test, y_test, 1000, seed=1), verbose=0, return_dict=True)
    print(f"sums right: {scores['sum_accuracy']:.1%}, comparisons right: {scores['left_is_larger_accuracy']:.1%}")
    return scores


if __name__ == "__main__":
    main()
