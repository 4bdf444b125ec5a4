"""Einstein's sum: products of tensors, summed over the axes that the result does not name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from string import ascii_letters
from typing import Any

import numpy as np

from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ArgumentError, ShapeError
from pellucid.ops.dtypes import together


@dataclass(frozen=True)
class Einsum(Op):
    """A sum of products, with a letter for each axis: "ij,jk->ik" is the product of matrices.

        y[output's letters] = sum over all other letters of  x_1[its letters] x_2[its letters] ...

    The gradient of an input is the sum of the same kind with y's gradient in the input's place; along axes that the input alone
    names it is the same everywhere. The equation is explicit, and names no letter twice in one operand.
    """

    equation: str

    @property
    def terms(self) -> tuple[list[str], str]:
        """The letters of each input, and of the output."""
        inputs, _, output = self.equation.partition("->")
        return inputs.split(","), output

    def infer(self, *xs: Spec) -> Spec:
        inputs, output = self.terms
        lengths: dict[str, Any] = {}
        if len(inputs) != len(xs):
            raise ArgumentError(f"equation {self.equation!r} is for {len(inputs)} tensors. Received {len(xs)}.")
        for letters, x in zip(inputs, xs, strict=True):
            if len(letters) != x.ndim:
                raise ShapeError(f"equation {self.equation!r}: {letters!r} names {len(letters)} axes. Received {x}.")
            for letter, n in zip(letters, x.shape, strict=True):
                if lengths.setdefault(letter, n) != n:
                    shapes = ", ".join(str(s.shape) for s in xs)
                    raise ShapeError(f"equation {self.equation!r}: axes {letter!r} differ in length. Received shapes {shapes}.")
        return Spec(tuple(lengths[letter] for letter in output), np.result_type(*(x.dtype for x in xs)))

    def forward(self, xp: Any, *xs: Any) -> Any:
        return xp.einsum(self.equation, *xs, optimize=True)

    def backward(self, xp: Any, grad: Any, xs: tuple[Any, ...]) -> Any:
        inputs, output = self.terms
        return tuple(self._gradient(xp, i, grad, xs, inputs, output) for i in range(len(xs)))

    def _gradient(self, xp: Any, place: int, grad: Any, xs: tuple[Any, ...], inputs: list[str], output: str) -> Any:
        own = inputs[place]
        others = [(letters, x) for i, (letters, x) in enumerate(zip(inputs, xs, strict=True)) if i != place]
        known = set(output).union(*(letters for letters, _ in others))
        shared = "".join(letter for letter in own if letter in known)
        terms = ",".join([output, *(letters for letters, _ in others)])
        d = xp.einsum(f"{terms}->{shared}", grad, *(x for _, x in others), optimize=True)
        wide = tuple(slice(None) if letter in known else None for letter in own)
        return xp.broadcast_to(d[wide], xs[place].shape)


def einsum(equation: str, *operands: Any) -> Tensor:
    """Products of tensors, summed over the axes that the result does not name.

    Args:
        equation: a letter for each axis, "ij,jk->ik"; without "->", the result has the letters that occur once, in the order
            of the alphabet. "..." stands for all further axes, of equal lengths in all operands that have them.
        operands: as many tensors as terms.

    Raises:
        ArgumentError: the equation cannot be read, or names a letter twice in one operand (a diagonal) or in the result.
        ShapeError: an operand has other axes than its term, or lengths differ.

    >>> import pellucid as pl
    >>> pl.ops.einsum("ij,jk->ik", [[1.0, 2.0]], [[3.0], [4.0]]).numpy()
    array([[11.]], dtype=float32)
    >>> pl.ops.einsum("...i->...", [[1.0, 2.0], [3.0, 4.0]]).numpy()
    array([3., 7.], dtype=float32)
    """
    if not operands:
        raise ArgumentError("einsum: at least one tensor is needed.")
    tensors = together(*operands)
    return Einsum(_explicit(equation, [t.ndim for t in tensors]))(*tensors)


def _explicit(equation: str, ndims: list[int]) -> str:
    """The equation with letters for "..." and with a result."""
    if not isinstance(equation, str):
        raise ArgumentError(f"einsum: the equation must be a text, such as 'ij,jk->ik'. Received {equation!r}.")
    text = equation.replace(" ", "")
    left, arrow, output = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ndims):
        raise ArgumentError(f"einsum: {equation!r} is for {len(terms)} tensors. Received {len(ndims)}.")
    free = [letter for letter in ascii_letters if letter not in text]
    several = [n - len(term) + 3 for term, n in zip(terms, ndims, strict=True) if "..." in term]
    if len(set(several)) > 1 or any(n < 0 for n in several) or max(several, default=0) > len(free):
        raise ShapeError(f"einsum: '...' in {equation!r} must stand for as many axes in each operand. Received {several}.")
    dots = "".join(free[: several[0]]) if several else ""
    terms = [term.replace("...", dots) for term in terms]
    if not arrow:
        counts = Counter("".join(terms))
        output = dots + "".join(sorted(letter for letter, n in counts.items() if n == 1 and letter not in dots))
    output = output.replace("...", dots)
    for term in (*terms, output):
        if not all(letter in ascii_letters for letter in term) or len(set(term)) < len(term):
            raise ArgumentError(f"einsum: each term of {equation!r} must be letters, each once. Received {term!r}.")
    if not set(output) <= set("".join(terms)):
        raise ArgumentError(f"einsum: the result of {equation!r} names an axis that no operand has.")
    return f"{','.join(terms)}->{output}"
