"""Keras on JAX: compile and fit."""

import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np

data, epochs = np.load(sys.argv[1]), int(sys.argv[2])
layers = [keras.Input((64,)), keras.layers.Dense(100, activation="relu"), keras.layers.Dense(10, activation="softmax")]
model = keras.Sequential(layers)
model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
if epochs == 0:
    model.train_on_batch(data["x"][:32], data["y"][:32])
else:
    model.fit(data["x"], data["y"], batch_size=32, epochs=epochs, verbose=0)
print(np.mean(model.predict(data["x_test"], verbose=0).argmax(axis=1) == data["y_test"]) if epochs else 0.0)
