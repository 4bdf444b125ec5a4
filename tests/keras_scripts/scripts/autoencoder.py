"""An autoencoder that takes noise away: encoder and decoder are models, and so is what they make together."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits


def load():
    x = (load_digits().data[:600] / 16).astype("float32")
    noise = np.random.default_rng(0).normal(scale=0.3, size=x.shape)
    return x, np.clip(x + noise, 0.0, 1.0).astype("float32")


def build():
    image = keras.Input(shape=(64,))
    code = layers.Dense(12, activation="relu", activity_regularizer=keras.regularizers.L1(1e-4), name="code")(
        layers.Dense(32, activation="relu")(image)
    )
    encoder = keras.Model(image, code, name="encoder")
    given = keras.Input(shape=(12,))
    decoder = keras.Model(
        given, layers.Dense(64, activation="sigmoid")(layers.Dense(32, activation="relu")(given)), name="decoder"
    )
    autoencoder = keras.Model(image, decoder(encoder(image)), name="autoencoder")
    autoencoder.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=["mse"])
    return autoencoder


def run(model, **fit):
    clean, noisy = load()
    history = model.fit(
        noisy[:500], clean[:500], epochs=6, batch_size=50, validation_data=(noisy[500:], clean[500:]), verbose=0, **fit
    )
    codes = model.get_layer("encoder").predict(clean[:4], verbose=0)
    images = model.get_layer("decoder").predict(codes, verbose=0)
    return {**history.history, "codes": codes, "images": images}


if __name__ == "__main__":
    run(build())
