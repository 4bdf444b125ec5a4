"""Initializers of matrices with a shape of their own: orthogonal, and the identity."""

from __future__ import annotations

from math import prod

import numpy as np

from pellucid.arguments import real
from pellucid.errors import ShapeError
from pellucid.initializers.initializer import Array, Initializer, RandomInitializer


class Orthogonal(RandomInitializer):
    """A random matrix whose columns (or rows, if those are fewer) are at right angles and of length ``gain``.

    It neither stretches nor shrinks what passes through, so that deep linear and recurrent networks keep their signals. All
    such matrices are equally likely: Q of the QR decomposition of a normal matrix, with the signs of R's diagonal. A
    parameter of more axes is taken as the matrix (all but the last, last).

    Args:
        gain: > 0.
        seed: see `RandomInitializer`.

    Raises:
        ShapeError: when called: the shape has fewer than two axes.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", 2014; the signs: Mezzadri 2007.

    >>> w = Orthogonal()((3, 3), "float64")
    >>> (w.T @ w).round(6) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = real("Orthogonal", "gain", gain, above=0)

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        if len(shape) < 2:
            raise ShapeError(f"Orthogonal: a parameter of two axes or more is needed. Received shape {shape}.")
        rows, columns = prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(generator.normal(size=(max(rows, columns), min(rows, columns))))
        q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)
        values: Array = self.gain * (q if rows >= columns else q.T).reshape(shape)
        return values


class Identity(Initializer):
    """Ones on the diagonal of a matrix, zeros beside it: a layer that passes on what it gets.

    Args:
        gain: what stands on the diagonal.

    Raises:
        ShapeError: when called: the shape has not two axes.

    >>> Identity()((2, 3))
    array([[1., 0., 0.],
           [0., 1., 0.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = real("Identity", "gain", gain)

    def sample(self, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise ShapeError(f"Identity: a parameter of two axes is needed. Received shape {shape}.")
        return self.gain * np.eye(*shape)
