"""Is a short text about the sea? Words embedded and averaged over those that are there."""

import keras
import numpy as np
from keras import layers, ops

SEA = ["ship", "wave", "salt", "harbour", "sail", "tide", "anchor", "gull"]
LAND = ["field", "barn", "plough", "wheat", "hedge", "tractor", "sheep", "soil"]
OTHER = ["the", "a", "of", "and", "we", "saw", "old", "new", "big", "small"]
LENGTH = 10


def load():
    rng = np.random.default_rng(2)
    vocabulary = {word: number for number, word in enumerate(["", *OTHER, *SEA, *LAND])}  # 0 pads
    x, y = np.zeros((300, LENGTH), "int32"), rng.integers(2, size=300)
    for row, label in zip(x, y, strict=True):
        words = [*rng.choice(SEA if label else LAND, 2), *rng.choice(OTHER, rng.integers(1, LENGTH - 1)), rng.choice(SEA + LAND)]
        row[: len(words[:LENGTH])] = [vocabulary[word] for word in words[:LENGTH]]
    return x, y, len(vocabulary)


class MeanOfWords(layers.Layer):
    """The mean over the words that are there; (batch, words, features) and (batch, words) to (batch, features)."""

    def call(self, vectors, tokens):
        there = ops.expand_dims(ops.cast(ops.not_equal(tokens, 0), "float32"), -1)
        return ops.sum(vectors * there, axis=1) / ops.sum(there, axis=1)


def build():
    _, _, words = load()
    tokens = keras.Input(shape=(LENGTH,), dtype="int32")
    vectors = layers.Embedding(words, 8)(tokens)
    x = MeanOfWords()(vectors, tokens)
    x = layers.Dense(16)(x)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    model = keras.Model(tokens, layers.Dense(1, activation="sigmoid")(x))
    model.compile(
        optimizer=keras.optimizers.Adagrad(0.1), loss=keras.losses.BinaryFocalCrossentropy(gamma=1.5), metrics=["accuracy"]
    )
    return model


def run(model, **fit):
    x, y, _ = load()
    return model.fit(x, y, batch_size=32, epochs=8, validation_split=0.2, verbose=0, **fit).history


if __name__ == "__main__":
    print(run(build()))
