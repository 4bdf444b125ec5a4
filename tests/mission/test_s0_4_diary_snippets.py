"""S0.4: the diary's Keras snippets run with only the import lines changed; its counts of parameters, put right."""

import numpy as np
import pytest

from pellucid.layers import Dense
from pellucid.models import Sequential


def test_s0_4_weights_and_parameters_of_the_quiz():
    model = Sequential()
    model.add(Dense(5, activation="relu", input_dim=2))
    model.add(Dense(3, activation="softmax"))
    hidden, output = model.layers
    assert hidden.kernel.size == 10  # lines between 2 inputs and 5 nodes
    assert hidden.count_params() == 15  # and a bias for each of the 5 nodes: 2 x 5 + 5, where the diary says 12
    assert output.count_params() == 5 * 3 + 3
    assert model.count_params() == 33


def test_s0_4_without_bias():
    model = Sequential([Dense(5, activation="relu", input_dim=2, use_bias=False)])
    assert model.count_params() == 10


def test_s0_4_summary_spells_out_the_arithmetic():
    model = Sequential()
    model.add(Dense(5, activation="relu", input_dim=2))
    model.add(Dense(3, activation="softmax"))
    lines = []
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "2 x 5 + 5 = 15" in text
    assert "5 x 3 + 3 = 18" in text
    assert "33 parameters" in text


@pytest.mark.parametrize("loss", ["categorical_crossentropy", "sparse_categorical_crossentropy"])
def test_s0_4_the_exercise_trains(loss):
    generator = np.random.default_rng(1)
    centres = 4 * generator.standard_normal((5, 32))
    labels = generator.integers(0, 5, 300)
    X = (centres[labels] + generator.standard_normal((300, 32))).astype(np.float32)
    y = np.eye(5, dtype=np.float32)[labels] if loss == "categorical_crossentropy" else labels

    A = 64
    B = 32
    C = 256
    D = 5

    model = Sequential(
        [
            Dense(A, activation="sigmoid", input_dim=B),
            Dense(C, activation="sigmoid"),
            Dense(D, activation="softmax"),
        ]
    )

    lossFunction = loss
    batch_size = 50

    model.compile(optimizer="sgd", loss=lossFunction, metrics=["acc"])

    results = model.fit(X, y, batch_size=batch_size, epochs=100, verbose=0)

    assert set(results.history) == {"loss", "acc"}
    assert len(results.history["loss"]) == 100
    assert results.history["loss"][-1] < 0.5 * results.history["loss"][0]
    assert results.history["acc"][-1] > 0.95
    assert model.count_params() == (32 * 64 + 64) + (64 * 256 + 256) + (256 * 5 + 5)
