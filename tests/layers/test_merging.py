"""Layers that make one tensor of several: by worked arithmetic, and refused where shapes do not fit."""

from __future__ import annotations

import numpy as np
import pytest

import pellucid as pl
from pellucid import layers
from pellucid.errors import ArgumentError, ShapeError

A, B = np.float32([[1, 2], [3, 4]]), np.float32([[10, 1], [5, 8]])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("add", [[11, 3], [8, 12]]),
        ("subtract", [[-9, 1], [-2, -4]]),
        ("multiply", [[10, 2], [15, 32]]),
        ("average", [[5.5, 1.5], [4, 6]]),
        ("maximum", [[10, 2], [5, 8]]),
        ("minimum", [[1, 1], [3, 4]]),
        ("concatenate", [[1, 2, 10, 1], [3, 4, 5, 8]]),
    ],
)
def test_of_two(name: str, expected: list[list[float]]) -> None:
    assert getattr(layers, name)([A, B]).numpy().tolist() == expected


def test_dot_by_hand() -> None:
    """1*10 + 2*1 = 12, 3*5 + 4*8 = 47; as cosines 12 / sqrt(5 * 101) and 47 / sqrt(25 * 89)."""
    assert layers.dot([A, B], axes=1).numpy().tolist() == [[12], [47]]
    cosines = layers.dot([A, B], axes=1, normalize=True).numpy().ravel()
    np.testing.assert_allclose(cosines, [12 / 505**0.5, 47 / 2225**0.5], rtol=1e-6)


def test_dot_is_einsum() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 3, 4, 5)), rng.normal(size=(2, 5, 3))
    y = layers.Dot((3, 1), dtype="float64")([a, b]).numpy()
    np.testing.assert_allclose(y, np.einsum("sijk,skl->sijl", a, b), rtol=1e-12)
    y = layers.Dot((1, -1), dtype="float64")([a, b]).numpy()
    np.testing.assert_allclose(y, np.einsum("skij,slk->sijl", a, b), rtol=1e-12)


def test_a_vector_meets_each_of_a_sequence() -> None:
    sequence, vector = np.zeros((2, 3, 2), np.float32), A
    np.testing.assert_array_equal(layers.add([sequence, vector]).numpy(), np.broadcast_to(A[:, None], (2, 3, 2)))


def test_lower_case_forms_make_a_layer_of_a_functional_model() -> None:
    a, b = pl.Input((2,)), pl.Input((2,))
    model = pl.Model([a, b], layers.add([a, b], name="sum"))
    assert model.get_layer("sum").name == "sum"
    assert model.predict([A, B]).tolist() == [[11, 3], [8, 12]]


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"])
def test_shapes_that_do_not_fit(name: str) -> None:
    with pytest.raises(ShapeError, match=rf'{name} "{name.lower()}.*must be equal.*\(2, 2\), \(2, 3\)'):
        getattr(layers, name)()([A, np.zeros((2, 3), np.float32)])
    with pytest.raises(ShapeError, match="must be equal"):
        getattr(layers, name)()([pl.Input((2,)), pl.Input((3,))])


def test_one_tensor_is_no_list() -> None:
    for layer in (layers.Add(), layers.Concatenate(), layers.Dot(1)):
        with pytest.raises(ArgumentError, match=r"pass a list of tensors or arrays, \[a, b\]"):
            layer(A)


def test_numbers_of_inputs() -> None:
    with pytest.raises(ArgumentError, match=r"exactly 2 tensors\. Received 3"):
        layers.Subtract()([A, A, A])
    with pytest.raises(ArgumentError, match=r"exactly 2 tensors\. Received 1"):
        layers.Dot(1)([A])
    assert layers.Add()([A]).numpy().tolist() == A.tolist()


def test_concatenate_refuses() -> None:
    with pytest.raises(ShapeError, match=r"equal in all axes but axis 1\. Received \(2, 2\), \(3, 2\)"):
        layers.Concatenate(axis=1)([A, np.zeros((3, 2), np.float32)])
    with pytest.raises(ArgumentError, match="axis 0 is the batch"):
        layers.Concatenate(axis=0)([A, B])
    with pytest.raises(ArgumentError, match="axis 5"):
        layers.Concatenate(axis=5)([A, B])


def test_dot_refuses() -> None:
    with pytest.raises(ShapeError, match=r"must be equally long. Received shapes \(2, 2\) and \(2, 3\)"):
        layers.Dot(1)([A, np.zeros((2, 3), np.float32)])
    for axes in (0, 2, -2):
        with pytest.raises(ArgumentError, match="must be one of the axes 1 to 1, not the batch"):
            layers.Dot(axes)([A, B])
    for axes in ((1, 1, 1), 1.5, "1"):
        with pytest.raises(ArgumentError, match="Dot: axes must be"):
            layers.Dot(axes)  # type: ignore[arg-type]


def test_a_list_where_one_tensor_is_meant() -> None:
    for layer in (layers.Dense(3), layers.ReLU(), layers.Flatten(), layers.Dropout(0.5), layers.LayerNormalization()):
        with pytest.raises(ArgumentError, match=r"one tensor is needed, not a list. Received shapes \(2, 2\), \(2, 2\)\. Join"):
            layer([A, B])
    with pytest.raises(ArgumentError, match="one tensor is needed"):
        layers.Dense(3)([pl.Input((2,)), pl.Input((2,))])


THERE, LATER = [[True, False, False]], [[True, True, False]]


def masked(mask: list[list[bool]] | None) -> pl.Tensor:
    x = pl.tensor(np.ones((1, 3, 2), np.float32))
    x.mask = None if mask is None else pl.tensor(np.array(mask))
    return x


@pytest.mark.parametrize("name", ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"])
def test_a_step_is_there_if_one_of_the_tensors_has_it(name: str) -> None:
    assert getattr(layers, name)()([masked(THERE), masked(LATER)]).mask.numpy().tolist() == LATER
    assert getattr(layers, name)()([masked(THERE), masked(None)]).mask is None


def test_steps_in_a_row_keep_their_masks() -> None:
    """As in Keras, a tensor without a mask has all of its steps."""
    joined = layers.Concatenate(axis=1)
    assert joined([masked(THERE), masked(LATER)]).mask.numpy().tolist() == [THERE[0] + LATER[0]]
    assert joined([masked(THERE), masked(None)]).mask.numpy().tolist() == [THERE[0] + [True] * 3]
    assert layers.Dot(2)([masked(THERE), masked(LATER)]).mask is None


def test_a_merged_mask_reaches_the_loss() -> None:
    """Two embeddings of the same ids, summed: the hidden step's loss, however wrong, does not count."""
    ids = pl.Input((3,), dtype="int64")
    one, other = (layers.Embedding(4, 1, mask_zero=True, embeddings_initializer="ones")(ids) for _ in range(2))
    model = pl.Model(ids, layers.add([one, other]))
    model.compile("sgd", "mse")
    loss = model.evaluate(np.array([[1, 2, 0]]), np.float32([[[2], [3], [100]]]), verbose=0)
    assert loss == pytest.approx(0.5)
