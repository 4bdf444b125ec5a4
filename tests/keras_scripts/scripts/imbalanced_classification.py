"""Two classes of which one is rare: weights by class, and metrics that do not hide the rare one."""

import keras
import numpy as np
from keras import layers


def load():
    rng = np.random.default_rng(7)
    fraud = rng.random(2000) < 0.04
    x = rng.normal(size=(2000, 12)) + fraud[:, None] * np.linspace(0, 1.2, 12)
    x, y = x.astype("float32"), fraud.astype("uint8")[:, None]
    mean, std = x[:1600].mean(axis=0), x[:1600].std(axis=0)
    x = (x - mean) / std
    return (x[:1600], y[:1600]), (x[1600:], y[1600:])


def build():
    model = keras.Sequential(
        [
            keras.Input(shape=(12,)),
            layers.Dense(32, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dropout(0.0),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    metrics = [
        keras.metrics.FalseNegatives(name="fn"),
        keras.metrics.FalsePositives(name="fp"),
        keras.metrics.TrueNegatives(name="tn"),
        keras.metrics.TruePositives(name="tp"),
        keras.metrics.Precision(name="precision"),
        keras.metrics.Recall(name="recall"),
        keras.metrics.AUC(name="prc", curve="PR"),
    ]
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="binary_crossentropy", metrics=metrics)
    return model


def run(model, **fit):
    (x_train, y_train), validation = load()
    counts = np.bincount(y_train[:, 0])
    print(f"Positive samples in training data: {counts[1]} ({100 * counts[1] / len(y_train):.2f} % of total)")
    class_weight = {0: 1.0 / counts[0], 1: 1.0 / counts[1]}
    history = model.fit(
        x_train,
        y_train,
        batch_size=256,
        epochs=10,
        verbose=0,
        validation_data=validation,
        class_weight={label: weight * len(y_train) / 2 for label, weight in class_weight.items()},
        **fit,
    )
    return history.history


if __name__ == "__main__":
    run(build())
