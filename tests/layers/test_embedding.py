"""Embedding: ids to vectors, refused where there is no such vector."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import ArgumentError, DataError, ShapeError
from pellucid.layers import Dense, Embedding, Flatten

TABLE = np.arange(12, dtype=np.float32).reshape(4, 3)


def classifier(**first) -> pl.Sequential:
    pl.utils.set_random_seed(0)
    model = pl.Sequential([Embedding(4, 3, **first), Flatten(), Dense(2, activation="softmax")])
    model.compile(pl.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_rows_of_the_table_by_number():
    layer = Embedding(4, 3, weights=[TABLE])
    np.testing.assert_array_equal(layer(np.array([[3, 0]])).numpy(), TABLE[[[3, 0]]])
    np.testing.assert_array_equal(layer(np.float32([[3, 0]])).numpy(), TABLE[[[3, 0]]])  # as a model without Input hands them


def test_an_id_that_comes_twice_receives_both_gradients():
    layer = Embedding(4, 3, weights=TABLE)
    y = layer(np.array([1, 3, 1]))
    y.backward([[1.0, 2.0, 3.0], [4.0, 4.0, 4.0], [10.0, 20.0, 30.0]])
    assert layer.embeddings.grad.tolist() == [[0, 0, 0], [11, 22, 33], [0, 0, 0], [4, 4, 4]]


def test_learns_a_label_for_each_id():
    x, y = np.arange(4)[:, None].repeat(50, axis=0), (np.arange(4) % 2).repeat(50)
    model = classifier()
    model.fit(x, y, epochs=60, batch_size=10, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] == 1.0


@pytest.mark.parametrize("wrong", [4, -1, 10**12])
@pytest.mark.parametrize("eagerly", [False, True])
def test_an_id_out_of_range_is_refused_in_training(wrong, eagerly):
    x, y = np.zeros((20, 2), np.int64), np.zeros(20, np.int64)
    x[13, 1] = wrong
    model = classifier(input_shape=(2,))
    model.run_eagerly = eagerly
    with pytest.raises(DataError, match=r"Embedding: every id must be from 0 to 3.*Received -?\d+"):
        model.fit(x, y, batch_size=5, verbose=0)
    with pytest.raises(DataError, match="every id must be from 0 to 3"):
        model.predict(x)


def test_a_negative_id_does_not_count_from_the_end():
    with pytest.raises(DataError, match="Received -1"):
        Embedding(4, 3)(np.array([-1]))


def test_refuses_what_is_no_size_and_a_table_of_another_shape():
    with pytest.raises(ArgumentError, match="input_dim must be an integer >= 1"):
        Embedding(0, 3)
    with pytest.raises(ShapeError, match=r"must be \(5, 3\)"):
        Embedding(5, 3, weights=TABLE)


def test_ids_too_large_for_floats_are_refused():
    with pytest.raises(ArgumentError, match=r"Input\(shape, dtype='int64'\)"):
        Embedding(2**24 + 1, 1, embeddings_initializer="zeros")(np.float32([[1.0]]))


def graph() -> pl.Model:
    other, ids = pl.Input((2,), name="other"), pl.Input((2,), name="ids")
    return pl.Model([other, ids], Flatten()(Embedding(4, 3)(ids)) + pl.ops.sum(other, axis=1, keepdims=True))


@pytest.mark.parametrize("eagerly", [False, True])
def test_ids_that_are_not_whole_are_refused(eagerly):
    """They would be cut off: features between 0 and 1 would all be id 0."""
    x = np.zeros((20, 2), np.float32)
    nested = pl.Sequential([pl.layers.InputLayer((2,)), pl.Sequential([Embedding(4, 3)]), Flatten(), Dense(2, "softmax")])
    nested.compile("sgd", "sparse_categorical_crossentropy")
    for model in (classifier(), nested):
        model.run_eagerly = eagerly
        model.fit(x, np.zeros(20), verbose=0)
        wrong = x.copy()
        wrong[13, 1] = 0.5
        for act in (lambda m=model, w=wrong: m.fit(w, np.zeros(20), verbose=0), lambda m=model, w=wrong: m.predict(w)):
            with pytest.raises(DataError, match=r"x: values must be whole numbers.*Received 0\.5 in row 13"):
                act()
    model = graph()
    model.predict([x + 0.5, x])
    with pytest.raises(DataError, match="whole numbers"):
        model.predict([x, x + 0.5])
    with pytest.raises(DataError, match=r"Embedding: every id must be a whole number\. Received 0\.5"):
        Embedding(4, 3)(np.float32([[1.0, 0.5]]))
