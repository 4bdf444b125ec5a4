"""Columns of a table, some numbers and some categories: who is at risk? A functional model with an input a column."""

import io

import keras
import numpy as np
import pandas as pd
from keras import layers

NUMBERS = ["age", "pressure", "cholesterol"]
CATEGORIES = {"pain": ["none", "typical", "atypical"], "smoker": ["no", "yes"]}


def csv_file():
    """A table made up by a rule with chance: 400 people."""
    rng = np.random.default_rng(0)
    age, pressure, cholesterol = rng.normal([55, 130, 240], [9, 17, 45], (400, 3)).round().T
    pain, smoker = rng.integers(3, size=400), rng.integers(2, size=400)
    score = (age - 55) / 9 + (pressure - 130) / 30 + (pain == 1) * 1.5 + smoker * 0.8 - 0.8
    risk = (rng.random(400) < 1 / (1 + np.exp(-score))).astype(int)
    rows = zip(age, pressure, cholesterol, pain, smoker, risk, strict=True)
    lines = [f"{a},{p},{c},{CATEGORIES['pain'][k]},{CATEGORIES['smoker'][s]},{r}" for a, p, c, k, s, r in rows]
    return io.StringIO("\n".join(["age,pressure,cholesterol,pain,smoker,risk", *lines]))


def load():
    frame = pd.read_csv(csv_file(), keep_default_na=False)
    for column, vocabulary in CATEGORIES.items():
        frame[column] = frame[column].map(vocabulary.index)
    validation = frame.sample(frac=0.2, random_state=1337)
    return frame.drop(validation.index), validation


def columns(frame):
    numbers = {name: frame[name].to_numpy("float32") for name in NUMBERS}
    categories = {name: frame[name].to_numpy("int32") for name in CATEGORIES}
    return {**numbers, **categories}, frame["risk"].to_numpy("float32")


def build():
    x, _ = columns(load()[0])
    inputs, encoded = {}, []
    for name in NUMBERS:
        inputs[name] = keras.Input(shape=(1,), name=name)
        normalizer = layers.Normalization(name=f"{name}_scaled")
        normalizer.adapt(x[name].reshape(-1, 1))
        encoded.append(normalizer(inputs[name]))
    for name, vocabulary in CATEGORIES.items():
        inputs[name] = keras.Input(shape=(1,), name=name, dtype="int32")
        embedded = layers.Embedding(len(vocabulary), 2, name=f"{name}_embedded")(inputs[name])
        encoded.append(layers.Flatten()(embedded))
    features = layers.Concatenate()(encoded)
    hidden = layers.Dense(32, activation="relu")(features)
    hidden = layers.Dropout(0.0)(hidden)
    output = layers.Dense(1, activation="sigmoid")(hidden)
    model = keras.Model(inputs=inputs, outputs=output)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC(name="auc")])
    return model


def run(model, **fit):
    train, validation = load()
    x, y = columns(train)
    history = model.fit(x, y, batch_size=32, epochs=10, validation_data=columns(validation), verbose=0, **fit)
    sample = {"age": 60.0, "pressure": 145.0, "cholesterol": 233.0, "pain": 1, "smoker": 1}
    probability = model.predict({name: np.array([value]) for name, value in sample.items()}, verbose=0)
    print(f"This person is at risk with a probability of {100 * probability[0][0]:.1f} percent.")
    return {**history.history, "probability": probability}


if __name__ == "__main__":
    run(build())
