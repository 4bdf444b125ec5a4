"""A rate that falls along a cosine with decay of weights and their average; then one that falls when progress stops."""

import keras
import numpy as np
from keras import layers

EPOCHS, BATCH = 8, 40


def load():
    rng = np.random.default_rng(5)
    x = rng.uniform(-1, 1, (400, 4)).astype("float32")
    y = np.sin(3 * x[:, :1]) * x[:, 1:2] + 0.05 * rng.normal(size=(400, 1)).astype("float32")
    return (x[:320], y[:320]), (x[320:], y[320:])


def build():
    (x_train, _), _ = load()
    steps = EPOCHS * len(x_train) // BATCH
    schedule = keras.optimizers.schedules.CosineDecay(0.0, steps - 10, warmup_target=0.02, warmup_steps=10, alpha=0.05)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=0.01, use_ema=True, ema_momentum=0.9, clipnorm=1.0)
    inputs = keras.Input((4,))
    x = layers.Dense(32, activation="gelu")(inputs)
    x = layers.LayerNormalization()(x)
    x = layers.Dense(32, activation="gelu")(x)
    x = layers.BatchNormalization()(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(optimizer, "mean_squared_error")
    return model


def run(model, **fit):
    (x_train, y_train), validation = load()
    common = {"batch_size": BATCH, "validation_data": validation, "verbose": 0, **fit}
    first = model.fit(x_train, y_train, epochs=EPOCHS, **common)
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True, global_clipnorm=2.0), "mean_squared_error")
    callbacks = [
        keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=1, min_delta=1e-3, min_lr=1e-4),
        keras.callbacks.TerminateOnNaN(),
    ]
    second = model.fit(x_train, y_train, epochs=EPOCHS, callbacks=callbacks, **common)
    return {**first.history, **{f"second_{name}": values for name, values in second.history.items()}}


if __name__ == "__main__":
    print(run(build()))
