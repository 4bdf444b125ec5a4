"""A ticket system: three kinds of input, two things to predict, each with a loss and a weight of its own."""

import keras
import numpy as np
from keras import layers

NUM_TAGS, NUM_WORDS, NUM_DEPARTMENTS, LENGTH = 6, 50, 4, 8


def load():
    rng = np.random.default_rng(11)
    title = rng.integers(NUM_WORDS, size=(320, LENGTH), dtype="int32")
    body = rng.integers(NUM_WORDS, size=(320, 2 * LENGTH), dtype="int32")
    tags = rng.integers(2, size=(320, NUM_TAGS)).astype("float32")
    priority = ((title < 10).mean(axis=1) + tags[:, 0] / 2 > 0.5).astype("float32")[:, None]
    department = (tags[:, 1:3] @ [1, 2]).astype(int)
    x = {"title": title, "body": body, "tags": tags}
    return x, {"priority": priority, "department": keras.utils.to_categorical(department, NUM_DEPARTMENTS)}


def build():
    title_input = keras.Input(shape=(LENGTH,), dtype="int32", name="title")
    body_input = keras.Input(shape=(2 * LENGTH,), dtype="int32", name="body")
    tags_input = keras.Input(shape=(NUM_TAGS,), name="tags")
    words = layers.Embedding(NUM_WORDS, 16, name="words")  # shared by title and body
    title_features = layers.Flatten()(words(title_input))
    body_features = layers.Lambda(lambda t: keras.ops.mean(t, axis=1), output_shape=(16,))(words(body_input))
    x = layers.concatenate([title_features, body_features, tags_input])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(NUM_DEPARTMENTS, name="department")(x)
    model = keras.Model(inputs=[title_input, body_input, tags_input], outputs={"priority": priority, "department": department})
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "department": 0.2},
        metrics={"priority": [keras.metrics.BinaryAccuracy(threshold=0.0)], "department": ["accuracy", "mse"]},
    )
    return model


def run(model, **fit):
    x, y = load()
    history = model.fit(x, y, epochs=6, batch_size=32, verbose=0, **fit)
    outputs = model.predict({name: values[:3] for name, values in x.items()}, verbose=0)
    return {
        **history.history,
        **outputs,
        **{f"test_{k}": v for k, v in model.evaluate(x, y, verbose=0, return_dict=True).items()},
    }


if __name__ == "__main__":
    print(run(build()))
