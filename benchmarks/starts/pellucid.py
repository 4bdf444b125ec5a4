"""Pellucid: compile and fit."""

import sys

import numpy as np

import pellucid as pl

data, epochs = np.load(sys.argv[1]), int(sys.argv[2])
model = pl.Sequential([pl.Input((64,)), pl.layers.Dense(100, activation="relu"), pl.layers.Dense(10, activation="softmax")])
model.compile(pl.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
if epochs == 0:
    model.train_on_batch(data["x"][:32], data["y"][:32])
else:
    model.fit(data["x"], data["y"], batch_size=32, epochs=epochs, verbose=0)
print(np.mean(model.predict(data["x_test"], verbose=0).argmax(axis=1) == data["y_test"]) if epochs else 0.0)
