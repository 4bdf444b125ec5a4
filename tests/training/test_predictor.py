"""Predictor: the answers of `predict`, from where the caller holds the data."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import pellucid as pl
from pellucid.errors import DataError, ShapeError

RNG = np.random.default_rng(3)


def dense(inputs=6):
    pl.utils.set_random_seed(1)
    return pl.Sequential([pl.Input((inputs,)), pl.layers.Dense(5, "relu"), pl.layers.Dense(3, "softmax")])


def batch(rows=4, inputs=6):
    return RNG.normal(size=(rows, inputs)).astype(np.float32)


def flat(model):
    return pl.Sequential([pl.Input((2, 3)), pl.layers.Flatten(), *model.layers])


@pytest.mark.parametrize("rows", [1, 33, 1000])  # the last is read where it lies, smaller ones are copied
def test_it_answers_as_predict_does(rows):
    model = dense()
    answer = model.predictor(batch(rows))
    for _ in range(3):
        x = batch(rows)
        np.testing.assert_array_equal(answer(x), model.predict(x, verbose=0, batch_size=rows))


def test_an_answer_is_not_overwritten_by_the_next():
    model = dense()
    answer = model.predictor(batch())
    first = answer(batch())
    kept = first.copy()
    answer(batch())
    np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("rows", [4, 1000])
def test_a_reshaped_input_is_read_in_place_too(rows):
    model = flat(dense())
    answer = model.predictor(np.zeros((rows, 2, 3), np.float32))
    assert answer._in_place is not None
    x = batch(rows).reshape(rows, 2, 3)
    np.testing.assert_array_equal(answer(x), model.predict(x, verbose=0, batch_size=rows))


@pytest.mark.parametrize("rows", [4, 1000])
def test_the_example_stays_as_it_is(rows):
    """Whether later batches are copied or read in place: the example's memory is its owner's."""
    example = batch(rows)
    kept = example.copy()
    answer = dense().predictor(example)
    answer(batch(rows))
    np.testing.assert_array_equal(example, kept)


def test_weights_may_change():
    model = dense()
    answer, x = model.predictor(batch()), batch()
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(batch(64), RNG.integers(3, size=64), verbose=0)
    np.testing.assert_array_equal(answer(x), model.predict(x, verbose=0))


class Doubling(pl.layers.Layer):
    def call(self, x):
        return pl.ops.where(x > 0, 2 * x, pl.ops.sort(x) if hasattr(pl.ops, "sort") else x)


def models():
    image = pl.Sequential([pl.Input((6,)), pl.layers.Rescaling(0.5), pl.layers.Dense(2)])
    identity = pl.Sequential([pl.Input((6,)), pl.layers.Identity()])
    double = pl.Sequential([pl.Input((6,), dtype="float64"), pl.layers.Dense(2, dtype="float64")], dtype="float64")
    return {"rescaled": image, "identity": identity, "of its own": pl.Sequential([pl.Input((6,)), Doubling()]), "float64": double}


@pytest.mark.parametrize("name", models())
@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
def test_any_model_and_dtype(name, dtype):
    model = models()[name]
    answer = model.predictor(RNG.integers(0, 9, (4, 6)).astype(dtype))
    for _ in range(2):
        x = RNG.integers(0, 9, (4, 6)).astype(dtype)
        np.testing.assert_array_equal(answer(x), model.predict(x, verbose=0))


def test_several_inputs():
    a, b = pl.Input((2,)), pl.Input((3,))
    model = pl.Model([a, b], pl.layers.Dense(1)(pl.layers.Concatenate()([a, b])))
    answer = model.predictor([np.zeros((4, 2), np.float32), np.zeros((4, 3), np.float32)])
    x = [batch(4, 2), batch(4, 3)]
    np.testing.assert_array_equal(answer(*x), model.predict(x, verbose=0))
    with pytest.raises(ShapeError, match=r"2 inputs, one argument each, in the model's order\. Received 1"):
        answer(x[0])


def test_what_does_not_fit_is_refused_and_the_next_batch_answered():
    model = dense()
    answer, x = model.predictor(batch()), batch()
    with pytest.raises(ShapeError, match=r"\(4, 6\). Received \(3, 6\)"):
        answer(batch(3))
    with pytest.raises(DataError, match=r"x must hold values of dtype float32.*Received <U1"):
        answer(np.full((4, 6), "a"))
    wrong = x.copy()
    wrong[2, 1] = np.nan
    with pytest.raises(DataError, match=r"x: values must be finite\. Received nan in row 2, position 1"):
        answer(wrong)
    np.testing.assert_array_equal(answer(x), model.predict(x, verbose=0))


@pytest.mark.parametrize("change", [lambda x: x[:, ::-1], np.asfortranarray, list, lambda x: x.astype(np.float64)])
def test_other_layouts_and_kinds_are_converted(change):
    model = dense()
    answer, x = model.predictor(batch()), batch()
    np.testing.assert_array_equal(answer(change(x)), model.predict(np.asarray(change(x), np.float32), verbose=0))


def test_threads_share_one():
    model = dense()
    answer = model.predictor(batch())
    xs = [batch() for _ in range(40)]
    expected = [model.predict(x, verbose=0) for x in xs]
    got = [None] * len(xs)

    def work(start):
        for i in range(start, len(xs), 2):
            got[i] = answer(xs[i])

    threads = [threading.Thread(target=work, args=(start,)) for start in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", ["float64", "uint8"])
def test_an_example_of_another_dtype_costs_nothing(dtype):
    model = dense()
    answer, x = model.predictor(np.zeros((4, 6), dtype)), batch()
    assert answer._in_place is not None
    np.testing.assert_array_equal(answer(x), model.predict(x, verbose=0))


def test_numbers_beyond_the_dtype_are_refused():
    with pytest.raises(DataError, match=r"x: values must lie within the range of float32"):
        dense().predictor(batch())(np.full((4, 6), 1e300))


def test_a_step_of_the_models_own_that_never_ran_before():
    class Doubled(pl.Sequential):
        def predict_step(self, data):
            return {"doubled": self(data) * 2}

    model, x = Doubled(dense().layers), batch()
    np.testing.assert_array_equal(model.predictor(x)(x)["doubled"], model.predict(x, verbose=0)["doubled"])


def test_what_a_kernel_refuses_of_a_later_batch_is_said_in_words():
    model = pl.Sequential([pl.Input((2,), dtype="int64"), pl.layers.Embedding(10, 3)])
    answer = model.predictor(np.zeros((1, 2), np.int64))
    assert answer._in_place is not None
    with pytest.raises(DataError, match=r"from 0 to 9, .* Received 12"):
        answer(np.array([[3, 12]]))


@pytest.mark.parametrize("model", [dense(), flat(dense())], ids=["dense", "reshaped"])
def test_held_against_references_when_stepped(model, monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "stepped")
    shape = (4, *model.input_shape[1:])
    answer = model.predictor(np.zeros(shape, np.float32))
    assert answer._in_place is not None
    for _ in range(2):
        x = batch().reshape(shape)
        np.testing.assert_allclose(answer(x), model(x).numpy(), rtol=1e-5)
