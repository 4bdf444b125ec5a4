"""Operations that keep something of the way forward for their derivative: eager and planned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pellucid as pl
from pellucid.autodiff import Op, Spec, tensor


class Largest(Op):
    """The greatest of each row, and, saved, the place where it was."""

    saves = ("place",)

    def infer(self, x: Spec) -> Spec:
        return x.with_shape(x.shape[:-1])

    def infer_saved(self, x: Spec) -> tuple[Spec, ...]:
        return (Spec(x.shape[:-1], np.int64),)

    def forward(self, xp: Any, x: Any) -> Any:
        place = xp.argmax(x, axis=-1)
        return xp.take_along_axis(x, place[..., None], axis=-1)[..., 0], place

    def backward(self, xp: Any, grad: Any, x_spec: Spec, place: Any) -> Any:
        return grad[..., None] * (xp.arange(x_spec.shape[-1]) == place[..., None])


def test_the_tape_hands_back_what_was_saved() -> None:
    x = tensor([[1.0, 3.0], [5.0, 2.0]], requires_grad=True)
    y = Largest()(x)
    (y * [10.0, 100.0]).sum().backward()
    assert y.numpy().tolist() == [3, 5]
    assert x.grad is not None
    assert x.grad.tolist() == [[0, 10], [100, 0]]


class Pooled(pl.Model):
    def __init__(self) -> None:
        super().__init__()
        self.dense = pl.layers.Dense(4)

    def call(self, inputs: Any) -> Any:
        return Largest()(self.dense(inputs))[:, None]


@pytest.mark.parametrize("eagerly", [False, True])
def test_a_model_trains_with_it(eagerly: bool) -> None:
    """One step of descent on (max_j w_j)^2: the greatest weight alone goes from w to w - rate * 2 w."""
    model = Pooled()
    model.build((None, 1))
    kernel, bias = np.array([[1.0, 3.0, -2.0, 0.5]]), np.zeros(4)
    model.set_weights([kernel, bias])
    model.compile(pl.optimizers.SGD(0.1), "mse", run_eagerly=eagerly)
    assert model.evaluate([[1.0]], [[0.0]], verbose=0) == 9.0
    assert model.predict([[1.0]]).tolist() == [[3.0]]
    model.fit([[1.0]], [[0.0]], verbose=0)
    trained = model.get_weights()[0]
    assert trained[0, [0, 2, 3]].tolist() == [1.0, -2.0, 0.5]
    assert trained[0, 1] == pytest.approx(3.0 - 0.1 * 2 * 3.0)


def test_a_derivative_may_name_inputs_outputs_and_what_is_saved_only() -> None:
    with pytest.raises(TypeError, match=r"names \['elsewhere'\], but it can only name some of .*'place'"):

        class Wrong(Largest):
            def backward(self, xp: Any, grad: Any, elsewhere: Any) -> Any:
                return grad


def test_forward_must_return_what_it_promises_to_save() -> None:
    class Forgetful(Largest):
        def forward(self, xp: Any, x: Any) -> Any:
            return xp.max(x, axis=-1)

    with pytest.raises(TypeError, match=r"Forgetful\.forward must return the output and place"):
        Forgetful()(tensor([[1.0]]))
