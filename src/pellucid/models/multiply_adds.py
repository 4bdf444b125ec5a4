"""How much arithmetic a model does for one sample: the multiplications, each with its addition, of its products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pellucid.autodiff import Node, Tensor
from pellucid.engine.graph import Graph, node_of
from pellucid.ops import Convolution, Linear, MatMul, ScaledDotProductAttention, TransposedConvolution
from pellucid.ops.scan import Scan


def multiply_adds(outputs: Iterable[Tensor]) -> Counter[str]:
    """The multiply-adds that lead to traced outputs, by the label of the layer that asked for them.

    Counted are products of weights or of tensors: convolutions (with what padding multiplies), dense layers, both kernels of a
    recurrent layer at each step, attention. What is done number by number (biases, activations, normalization, pooling) is not.
    """
    counts: Counter[str] = Counter()
    for result in Graph.leading_to(outputs).results:
        node = node_of(result)
        counts[node.label] += of_node(node, result.shape)
    return counts


def of_node(node: Node, shape: Sequence[int]) -> int:
    """The multiply-adds of one operation with an output of this shape."""
    op, inputs = node.op, [t.spec for t in node.inputs]
    size = 1
    for n in shape:
        size *= n
    if isinstance(op, Convolution):
        w = inputs[1].shape
        return size * w[0] * w[1] * w[2]
    if isinstance(op, TransposedConvolution):
        w = inputs[1].shape
        return inputs[0].size * w[0] * w[1] * w[2]
    if isinstance(op, Linear | MatMul):
        return size * inputs[0].shape[-1]
    if isinstance(op, Scan):
        batch, steps = inputs[0].shape[:2]
        return batch * steps * sum(inputs[op.parameters.index(kernel)].size for kernel in ("k", "w"))
    if isinstance(op, ScaledDotProductAttention):
        q, k, v = inputs[:3]
        return q.shape[0] * q.shape[1] * k.shape[1] * (q.shape[2] + v.shape[2])
    return 0
