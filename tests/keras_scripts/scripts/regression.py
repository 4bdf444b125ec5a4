"""Regression on a table of numbers: inputs scaled by the model itself, Huber's loss, stopped when it no longer improves."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_diabetes


def load():
    x, y = load_diabetes(return_X_y=True, scaled=False)
    order = np.random.default_rng(3).permutation(len(x))
    x, y = x[order].astype("float32"), (y[order] / 100).astype("float32")
    return (x[:350], y[:350]), (x[350:], y[350:])


def build():
    (x_train, _), _ = load()
    normalizer = layers.Normalization(axis=-1)
    normalizer.adapt(np.array(x_train))
    model = keras.Sequential(
        [normalizer, layers.Dense(32, activation="tanh"), layers.Dense(16, activation="tanh"), layers.Dense(1)]
    )
    model.build((None, 10))
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=0.02),
        loss=keras.losses.Huber(delta=0.5),
        metrics=[keras.metrics.MeanAbsoluteError(name="mae"), keras.metrics.RootMeanSquaredError(), "r2_score"],
    )
    return model


def run(model, **fit):
    (x_train, y_train), (x_test, y_test) = load()
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
    history = model.fit(x_train, y_train, epochs=40, validation_split=0.2, verbose=0, callbacks=[stop], **fit)
    test = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
    predictions = model.predict(x_test[:10], verbose=0).flatten()
    error = predictions - y_test[:10]
    return {**history.history, **{f"test_{name}": value for name, value in test.items()}, "error": error}


if __name__ == "__main__":
    print(run(build()))
