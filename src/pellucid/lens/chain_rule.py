"""The chain rule in numbers: a derivative as the product of its local ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from pellucid.autodiff import Tensor
from pellucid.autodiff.op import gradients
from pellucid.errors import ArgumentError

_MOST_PATHS = 1000


@dataclass(frozen=True)
class Link:
    """One operation on the way from y back to x: its name, its value, and its derivative by the input that the way takes."""

    operation: str
    value: float
    derivative: float


@dataclass(frozen=True)
class ChainRule:
    r"""dy/dx as the sum, over every path from y to x, of the product of the path's local derivatives.

    dy/dx = sum over paths of  dy/du * du/dv * ... * dw/dx
    """

    paths: tuple[tuple[Link, ...], ...]

    @property
    def derivative(self) -> float:
        return float(sum(prod(link.derivative for link in path) for path in self.paths))

    def __str__(self) -> str:
        lines = []
        for path in self.paths:
            factors = " * ".join(f"{link.derivative:g}" for link in path) or "1"
            names = " <- ".join(link.operation for link in path) or "itself"
            lines.append(f"{names}:  {factors} = {prod(link.derivative for link in path):g}")
        lines.append(f"dy/dx = {self.derivative:g}")
        return "\n".join(lines)


def chain_rule(y: Tensor, x: Tensor) -> ChainRule:
    """Spell out dy/dx for eager tensors that hold one number each.

    Args:
        y: a result.
        x: a tensor that y was made of, with ``requires_grad=True``.

    Raises:
        ArgumentError: y or something on the way holds more than one number, y does not depend on x, or there are too many
        paths to read.

    >>> import pellucid as pl
    >>> x = pl.tensor(2.0, requires_grad=True)
    >>> print(chain_rule((3 * x + 1) ** 2, x))  # the outer derivative times the inner one
    PowerOf <- Add <- Multiply:  14 * 1 * 3 = 42
    dy/dx = 42
    """
    paths = []
    for path in _paths(y, x):
        paths.append(path)
        if len(paths) > _MOST_PATHS:
            raise ArgumentError(f"chain_rule: more than {_MOST_PATHS} paths lead from y to x. Use y.backward() and x.grad.")
    if not paths:
        raise ArgumentError("chain_rule: y does not depend on x. Make x with requires_grad=True before computing y from it.")
    return ChainRule(tuple(paths))


def _paths(y: Tensor, x: Tensor) -> Iterator[tuple[Link, ...]]:
    waiting: list[tuple[Tensor, tuple[Link, ...]]] = [(y, ())]
    while waiting:
        tensor, links = waiting.pop()
        if tensor is x:
            yield links
            continue
        node = tensor.node
        if node is None:
            continue
        if tensor.size != 1:
            raise ArgumentError(
                f"chain_rule: every value on the way must be one number. Received {tensor.spec} from {node.op.name}."
            )
        specs = [t.spec for t in node.inputs]
        one = np.ones(tensor.shape, tensor.dtype)
        local = gradients(node.op, one, [t.array for t in node.inputs], tensor.array, specs, tensor.spec, node.saved)
        for source, part in reversed(list(zip(node.inputs, local, strict=True))):
            if part is not None and source.requires_grad:
                if part.size != 1:
                    raise ArgumentError(f"chain_rule: every value on the way must be one number. Received {source.spec}.")
                link = Link(node.op.name, float(tensor.array.item()), float(part.item()))
                waiting.append((source, (*links, link)))
