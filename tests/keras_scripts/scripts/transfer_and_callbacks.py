"""Fine-tuning: a body trained on digits 0 to 4, frozen under a new head for 5 to 9, then trained on gently; callbacks watch."""

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits


class LossHistory(keras.callbacks.Callback):
    """Keeps every batch's loss, and stops when it is small enough."""

    def on_train_begin(self, logs=None):
        self.losses = []

    def on_train_batch_end(self, batch, logs=None):
        self.losses.append(logs["loss"])

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < 1.0:
            self.model.stop_training = True


def load():
    x, y = load_digits(return_X_y=True)
    x = (x / 16).astype("float32")
    low = y < 5
    return (x[low], y[low]), (x[~low], y[~low] - 5)


def build():
    body = keras.Sequential(name="body")
    body.add(keras.Input((64,)))
    body.add(layers.Dense(48, activation="relu"))
    body.add(layers.Dense(24, activation="relu"))
    inputs = keras.Input((64,), name="pixels")
    model = keras.Model(inputs, layers.Dense(5, activation="softmax", name="head")(body(inputs)))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def run(model, **fit):
    (x_low, y_low), (x_high, y_high) = load()
    watcher = LossHistory()
    first = model.fit(x_low, y_low, epochs=9, batch_size=64, verbose=0, callbacks=[watcher], **fit)

    body = model.get_layer("body")
    body.trainable = False
    new = layers.Dense(5, name="new_head", kernel_initializer="zeros")
    tuned = keras.Sequential([body, new])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    tuned.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    frozen = tuned.fit(x_high, y_high, epochs=4, batch_size=64, verbose=0, **fit)

    body.trainable = True
    tuned.compile(keras.optimizers.Adam(1e-4), loss, metrics=["accuracy"])
    rate = keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5 if epoch else lr)
    fine = tuned.fit(x_high, y_high, epochs=3, batch_size=64, verbose=0, callbacks=[rate], **fit)
    return {
        **first.history,
        "batches": np.array(watcher.losses),
        **{f"frozen_{name}": values for name, values in frozen.history.items()},
        **{f"fine_{name}": values for name, values in fine.history.items()},
    }


if __name__ == "__main__":
    run(build())
