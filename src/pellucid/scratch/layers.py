"""Layers with ``forward`` and ``backward``: what backpropagation is made of, an operation and its memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Op, Spec
from pellucid.autodiff.op import gradients
from pellucid.errors import NotBuiltError
from pellucid.ops import Linear, softmax
from pellucid.ops import Relu as ReluOp
from pellucid.ops import Sigmoid as SigmoidOp
from pellucid.ops import SoftmaxCrossEntropy as SoftmaxCrossEntropyOp
from pellucid.scratch.arrays import Array, floats, targets_for


class _Remembered:
    """An operation of the engine that remembers what it was last called on, so that it can go back."""

    def __init__(self, op: Op) -> None:
        self.op = op
        self.inputs: tuple[Array, ...] | None = None
        self.output: Array | None = None

    def forward(self, *inputs: Array) -> Array:
        self.inputs, self.output = inputs, self.op(*inputs).numpy()
        return self.output

    def backward(self, dout: npt.ArrayLike, layer: str) -> list[Array | None]:
        """dL/d(input) for each input."""
        if self.inputs is None or self.output is None:
            raise NotBuiltError(f"{layer}.backward: there is nothing to go back through yet. Call forward first.")
        dy = np.broadcast_to(floats(dout), self.output.shape)
        specs = [Spec.of(array) for array in self.inputs]
        return gradients(self.op, dy, self.inputs, self.output, specs, Spec.of(self.output))


class _Activation:
    """An elementwise layer: one input, no parameters."""

    def __init__(self, op: Op) -> None:
        self._memory = _Remembered(op)

    @property
    def out(self) -> Array | None:
        """What ``forward`` last gave."""
        return self._memory.output

    def forward(self, x: npt.ArrayLike) -> Array:
        """f(x), elementwise."""
        return self._memory.forward(floats(x))

    def backward(self, dout: npt.ArrayLike) -> Array:
        """dL/dx from ``dout`` = dL/dy."""
        (dx,) = self._memory.backward(dout, type(self).__name__)
        assert dx is not None
        return dx


class Sigmoid(_Activation):
    """``y = 1 / (1 + e^-x)`` and ``dL/dx = dL/dy y (1 - y)``; see `pellucid.ops.Sigmoid`.

    (The diary's listing computes dx but ends without ``return dx``, so that its ``backward`` gives None.)

    >>> layer = Sigmoid()
    >>> layer.forward(np.array([0.0])), layer.backward(np.array([1.0]))  # 1/2, and 1/2 (1 - 1/2)
    (array([0.5]), array([0.25]))
    """

    def __init__(self) -> None:
        super().__init__(SigmoidOp())


class Relu(_Activation):
    """``y = max(x, 0)`` and ``dL/dx = dL/dy`` where x is positive, else 0; see `pellucid.ops.Relu`.

    >>> layer = Relu()
    >>> layer.forward(np.array([-1.0, 2.0])), layer.backward(np.array([5.0, 5.0]))
    (array([0., 2.]), array([0., 5.]))
    """

    def __init__(self) -> None:
        super().__init__(ReluOp())


class Affine:
    r"""``y = x W + b``; backwards ``dx = dy W^T``, ``dW = x^T dy``, ``db = sum of dy over the batch``.

    Shapes: x (N, ...) is taken as (N, inputs), so that images need not be flattened; or (inputs,), one sample. W (inputs,
    outputs), b (outputs,). ``backward`` leaves dW and db behind and returns dx in the shape of x.

    >>> layer = Affine(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.0, 1.0]))
    >>> layer.forward(np.array([[1.0, 1.0]]))
    array([[4., 7.]])
    >>> layer.backward(np.array([[1.0, 0.0]]))
    array([[1., 3.]])
    >>> layer.dW, layer.db
    (array([[1., 0.],
           [1., 0.]]), array([1., 0.]))
    """

    def __init__(self, W: npt.ArrayLike, b: npt.ArrayLike) -> None:
        self.W, self.b = floats(W), floats(b)
        self.dW: Array | None = None
        self.db: Array | None = None
        self._memory = _Remembered(Linear())
        self._shape: tuple[int, ...] = ()

    def forward(self, x: npt.ArrayLike) -> Array:
        """x W + b."""
        x = floats(x)
        self._shape = x.shape
        return self._memory.forward(x.reshape(len(x), -1) if x.ndim > 2 else x, self.W, self.b)

    def backward(self, dout: npt.ArrayLike) -> Array:
        """dL/dx from ``dout`` = dL/dy; dL/dW and dL/db are kept as ``dW`` and ``db``."""
        dx, self.dW, self.db = self._memory.backward(dout, "Affine")
        assert dx is not None
        return dx.reshape(self._shape)


class SoftmaxWithLoss:
    r"""Softmax, and its mean cross-entropy over the batch.

        y = softmax(x)        L = -1/N sum_n sum_k t_nk log y_nk        dL/dx = (y - t) / N

    Softmax and logarithm in one (`pellucid.ops.SoftmaxCrossEntropy`), so that a hopeless prediction has a finite loss without
    the 1e-7 of `cross_entropy_error`.

    Shapes: x (N, classes) or (classes,); t one-hot of the shape of x, or labels. ``y`` holds the probabilities.

    >>> layer = SoftmaxWithLoss()
    >>> round(layer.forward(np.array([[0.0, 0.0]]), np.array([1])), 6)  # log 2
    0.693147
    >>> layer.backward()
    array([[ 0.5, -0.5]])
    """

    def __init__(self) -> None:
        self.loss: float | None = None
        self.y: Array | None = None
        self.t: Array | None = None
        self._memory = _Remembered(SoftmaxCrossEntropyOp())

    def forward(self, x: npt.ArrayLike, t: npt.ArrayLike) -> float:
        """The loss."""
        x = floats(x)
        self.t = targets_for(x.shape, t, x.dtype)
        self.y = softmax(x).numpy()
        self.loss = float(self._memory.forward(x, self.t).mean())
        return self.loss

    def backward(self, dout: float = 1.0) -> Array:
        """dL/dx."""
        samples: Any = self._memory.output
        dx, _ = self._memory.backward(dout / (samples.size if samples is not None else 1), "SoftmaxWithLoss")
        assert dx is not None
        return dx
