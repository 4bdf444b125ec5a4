"""Folding: where nothing is trained, batch normalization and activation go into the product before them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.autodiff import Node, Op, Spec, Tensor
from pellucid.engine.graph import Graph, node_of
from pellucid.engine.planned_step import Step
from pellucid.ops.batch_normalization import Normalize
from pellucid.ops.concatenate import Concatenate
from pellucid.ops.convolution import Convolution
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.getitem import GetItem, Slice
from pellucid.ops.linear import Linear
from pellucid.ops.relu import Relu
from pellucid.ops.reshape import Reshape
from pellucid.ops.sigmoid import Sigmoid
from pellucid.ops.tanh import Tanh

_ACTIVATIONS: dict[type[Op], FusedActivation] = {
    Relu: FusedActivation.RELU,
    Sigmoid: FusedActivation.SIGMOID,
    Tanh: FusedActivation.TANH,
}


@dataclass(frozen=True)
class _Product:
    """A convolution or dense product, folded with what follows, to be made with or without an activation."""

    op: Convolution | Linear
    x: Tensor
    w: Tensor
    b: Tensor
    label: str
    shape: tuple[int, ...]  # of what follows: a line's product is one of images of height 1

    def made(self, activation: FusedActivation, label: str = "") -> Tensor:
        y = _made(replace(self.op, activation=activation), f"{self.label}{label}", self.x, self.w, self.b)
        return y if y.shape == self.shape else _made(Reshape(self.shape), self.label, y)


def folded(step: Step) -> Step:
    r"""The step with each normalization by remembered moments gone into the product that it follows, if nothing else uses that.

        gamma ((x w + b) - mu) s + beta  =  x (gamma s w) + (gamma (b - mu) s + beta)        s = 1 / sqrt(v + epsilon)

    Both brackets on the right are themselves normalizations: of the kernel with mean and beta 0, and of the bias. They are
    computed in each step, so weights that are assigned meanwhile count. An activation that follows, and that the product can
    apply itself, goes along. Where the kernel has more numbers than the output, as with a single sample, all stays as it is:
    that is less work.
    """
    targets = [*step.outputs, *(total.tensor for total in step.totals), *(value for _, value in step.states)]
    graph = Graph.leading_to(targets)
    uses = Counter(id(t) for result in graph.results for t in node_of(result).inputs) + Counter(map(id, targets))
    products: dict[int, _Product] = {}
    new: dict[int, Tensor] = {}
    for result in graph.results:
        node = node_of(result)
        product = _product_before(result, uses) if isinstance(node.op, Normalize) else None
        before = products.get(id(node.inputs[0])) if type(node.op) in _ACTIVATIONS and uses[id(node.inputs[0])] == 1 else None
        if product is not None:
            x = new.get(id(product.x), product.x)
            products[id(result)] = product = replace(product, x=x)
            new[id(result)] = product.made(FusedActivation.LINEAR)
        elif before is not None:
            new[id(result)] = before.made(_ACTIVATIONS[type(node.op)], f" + {_name(node.label)}")
        elif any(id(t) in new for t in node.inputs):
            new[id(result)] = _made(node.op, node.label, *(new.get(id(t), t) for t in node.inputs))
    if not products:
        return step

    def now(tensor: Tensor) -> Tensor:
        return new.get(id(tensor), tensor)

    return replace(
        step,
        outputs=[now(t) for t in step.outputs],
        totals=[replace(total, tensor=now(total.tensor)) for total in step.totals],
        states=[(parameter, now(value)) for parameter, value in step.states],
    )


def _product_before(result: Tensor, uses: Counter[int]) -> _Product | None:
    """The product that a normalization follows, with kernel and bias normalized; None where it cannot go into one."""
    node = node_of(result)
    op, (y, moments, gamma, beta) = node.op, node.inputs
    assert isinstance(op, Normalize)
    if y.node is not None and isinstance(y.node.op, Reshape) and y.shape[-1] == y.node.inputs[0].shape[-1] and uses[id(y)] == 1:
        y = y.node.inputs[0]
    source = y.node
    if source is None or not isinstance(source.op, Convolution | Linear) or uses[id(y)] != 1:
        return None
    x, w, b = source.inputs
    if source.op.activation is not FusedActivation.LINEAR or w.size > y.size or result.dtype != y.dtype:
        return None
    label, zeros = node.label, _constant(np.zeros((1, *b.shape), b.dtype))
    deviations = _made(Concatenate(0), label, zeros, _made(GetItem((Slice(1, 2),)), label, moments))
    kernel = _made(Normalize(op.epsilon), label, w, deviations, gamma, _constant(np.zeros(b.shape, b.dtype)))
    line = _made(Reshape((1, *b.shape)), label, b)
    bias = _made(Reshape(b.shape), label, _made(Normalize(op.epsilon), label, line, moments, gamma, beta))
    return _Product(source.op, x, kernel, bias, f"{source.label} + {_name(label)}", result.shape)


def _name(label: str) -> str:
    return label.rpartition("/")[2]


def _made(op: Op, label: str, *inputs: Tensor) -> Tensor:
    return Tensor(op.infer(*(t.spec for t in inputs)), None, Node(op, inputs, label), requires_grad=False)


def _constant(array: Any) -> Tensor:
    return Tensor(Spec.of(array), array, requires_grad=False)
