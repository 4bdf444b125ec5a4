"""Handwritten digits by a multilayer perceptron with dropout, and a tenth of the training set held out."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits

NUM_CLASSES = 10


def load():
    digits = load_digits()
    x = np.expand_dims(digits.images, -1).astype("float32") / 16.0
    y = keras.utils.to_categorical(digits.target, NUM_CLASSES)
    return (x[:1500], y[:1500]), (x[1500:], y[1500:])


def build(dropout=0.3):
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            layers.Flatten(),
            layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
            layers.Dropout(dropout),
            layers.Dense(32, activation="relu", kernel_regularizer=keras.regularizers.L2(1e-4)),
            layers.Dropout(dropout),
            layers.Dense(NUM_CLASSES, activation="softmax"),
        ]
    )
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    return model


def run(model, **fit):
    (x_train, y_train), (x_test, y_test) = load()
    history = model.fit(x_train, y_train, batch_size=128, epochs=8, validation_split=0.1, verbose=0, **fit)
    score = model.evaluate(x_test, y_test, verbose=0)
    print("Test loss:", score[0])
    print("Test accuracy:", score[1])
    return {**history.history, "test": score, "predictions": model.predict(x_test[:5], verbose=0)}


if __name__ == "__main__":
    run(build())
