"""Real handwritten digits, as in Keras: train, validate while training, test once. 96.1 % of 359 test images are right.

No download: the 1,797 images are in scikit-learn. Run ``python examples/digits.py``.
"""

import pellucid as pl


def main(epochs: int = 40) -> float:
    """Train a small network and return its accuracy on the test set, which training never sees."""
    (x_train, y_train), (x_test, y_test) = pl.datasets.digits.load_data()

    pl.utils.set_random_seed(1)
    model = pl.Sequential(
        [
            pl.Input((8, 8)),
            pl.layers.Rescaling(1 / 16),  # the images stay bytes in memory
            pl.layers.Flatten(),
            pl.layers.Dense(100, activation="relu"),
            pl.layers.Dropout(0.2),
            pl.layers.Dense(10, activation="softmax"),
        ]
    )
    model.summary()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    stop = pl.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    history = model.fit(x_train, y_train, batch_size=32, epochs=epochs, validation_split=0.1, callbacks=[stop], verbose=2)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"{len(history.history['loss'])} epochs; on {len(x_test)} test images: loss {loss:.4f}, accuracy {accuracy:.1%}")
    return accuracy


if __name__ == "__main__":
    main()
