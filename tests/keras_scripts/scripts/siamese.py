"""Two digits, one encoder, a distance; a contrastive loss written as a function, and a metric beside it."""

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits


def load():
    x, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(4)
    left, right = rng.integers(len(x), size=(2, 500))
    same = np.flatnonzero(rng.random(500) < 0.4)
    right[same] = [rng.choice(np.flatnonzero(y == y[i])) for i in left[same]]
    x = (x / 16).astype("float32")
    return x[left], x[right], (y[left] != y[right]).astype("float32")


def euclidean_distance(vectors):
    x, y = vectors
    return ops.sqrt(ops.maximum(ops.sum(ops.square(x - y), axis=1, keepdims=True), 1e-7))


def contrastive_loss(margin=1.0):
    """0 is 'the same', 1 is 'different': far apart is good for these, but not further than the margin."""

    def loss(y_true, y_pred):
        return ops.mean((1 - y_true) * ops.square(y_pred) + y_true * ops.square(ops.maximum(margin - y_pred, 0)), axis=-1)

    return loss


def build():
    encoder = keras.Sequential(
        [keras.Input((64,)), layers.Dense(32, activation="tanh"), layers.BatchNormalization(), layers.Dense(8, activation="tanh")]
    )
    left, right = keras.Input((64,)), keras.Input((64,))
    distance = layers.Lambda(euclidean_distance, output_shape=(1,))([encoder(left), encoder(right)])
    output = layers.Dense(1, activation="sigmoid")(layers.BatchNormalization()(distance))
    model = keras.Model(inputs=[left, right], outputs=output)
    model.compile(loss=contrastive_loss(margin=1), optimizer="RMSprop", metrics=["accuracy"])
    return model


def run(model, **fit):
    left, right, different = load()
    validation = ([left[400:], right[400:]], different[400:])
    return model.fit(
        [left[:400], right[:400]], different[:400], validation_data=validation, batch_size=16, epochs=5, verbose=0, **fit
    ).history


if __name__ == "__main__":
    print(run(build()))
