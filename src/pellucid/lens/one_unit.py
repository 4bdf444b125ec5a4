"""One unit of a layer in numbers: what it multiplies and adds, and where its gradient goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.arguments import integer
from pellucid.autodiff import Tensor
from pellucid.autodiff.op import gradients
from pellucid.engine.graph import node_of
from pellucid.errors import ArgumentError, IndexRangeError
from pellucid.lens.layer_calls import LayerCall, Layered, call_named, computed_calls
from pellucid.lens.unit_table import table
from pellucid.ops.convolution import Convolution
from pellucid.ops.fused_activation import FusedActivation
from pellucid.ops.linear import Linear
from pellucid.ops.pooling import Pooling

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class OneUnit:
    r"""The arithmetic of one unit; printed, a table of the real numbers.

        z = sum of patch * kernel + bias        y = f(z)

        dL/dkernel = dL/dz patch        dL/dbias = dL/dz        dL/dpatch = dL/dz kernel        dL/dz = dL/dy f'(z)

    Args:
        layer: its name.
        unit: place in the layer's output: (row, column, channel), or (k,) in a dense layer.
        operation: "Convolution", "Linear", "MaxPooling" and so on.
        corner: row and column of the input where the patch begins, less than 0 where that is padding; None in a dense layer.
        patch: what the unit sees, 0 for padding: (height, width, channels), or (inputs,) in a dense layer.
        kernel: its weights, of the patch's shape. Pooling has none, so here stands dy/dpatch: for the greatest number 1 where it
            is, for the mean 1 / places; the products add up to y all the same.
        products: patch * kernel.
        bias: 0 where there is none.
        z: sum of the products, plus the bias.
        activation: names of what is done to z, in order; none for y = z.
        y: the unit's value.
        dy, dz: dL/dy as asked for, and dL/dz for this unit. (A softmax passes some on to the other units as well.)
        dkernel, dbias, dpatch: what this unit adds to the gradient of each; dkernel is None where nothing is learned.
    """

    layer: str
    unit: tuple[int, ...]
    operation: str
    corner: tuple[int, int] | None
    patch: Array
    kernel: Array
    products: Array
    bias: float
    z: float
    activation: tuple[str, ...]
    y: float
    dy: float
    dz: float
    dkernel: Array | None
    dbias: float | None
    dpatch: Array

    def __str__(self) -> str:
        return table(self)


def one_unit(model: Layered, x: Any, layer: Any, unit: int | Sequence[int], gradient: float = 1.0) -> OneUnit:
    """Spell out one unit of a convolution, a pooling or a dense layer, forward and backward.

    Of a layer that does several of these (a separable convolution) the last is shown.

    Args:
        model: any.
        x: one sample, with or without a batch axis of 1.
        layer: by name, path or itself.
        unit: its place in the layer's output without the batch axis; negative numbers count from the end.
        gradient: dL/dy, what arrives at this unit from above.

    Raises:
        ArgumentError: there is no such layer, x is not one sample, or the layer's sums are of another kind.
        IndexRangeError: there is no such unit.

    >>> import numpy as np, pellucid as pl
    >>> model = pl.Sequential([pl.Input((2, 2, 1)), pl.layers.Conv2D(1, 2, activation="relu", name="conv")])
    >>> model.set_weights([np.array([1.0, 0.0, -1.0, 2.0]).reshape(2, 2, 1, 1), [0.5]])
    >>> print(one_unit(model, np.array([[3.0, 1.0], [2.0, 4.0]]).reshape(2, 2, 1), "conv", (0, 0, 0)))
    conv, unit (0, 0, 0): Convolution of 2 x 2 places from row 0, column 0
    <BLANKLINE>
    patch   kernel   products
    3 1      1  0     3  0
    2 4   x -1  2  = -2  8
    <BLANKLINE>
    sum of the products           9
    bias                        0.5
    z                           9.5
    y = relu of z               9.5
    <BLANKLINE>
    Back: dL/dy = 1, so dL/dz = 1 = dL/dbias
    <BLANKLINE>
    dL/dkernel = dL/dz patch   dL/dpatch = dL/dz kernel
    3 1                         1  0
    2 4                        -1  2
    """
    call = call_named(computed_calls(model, _one_sample(model, x)), layer)
    output = call.outputs[0]
    place = _place(call, unit, output.shape[1:])
    made = _made_within(call)
    main = next((t for t in reversed(made) if isinstance(node_of(t).op, Convolution | Linear | Pooling)), None)
    if main is None or main.size != output.size:
        raise ArgumentError(
            f"one_unit: {call.name!r} makes its output otherwise than by a convolution, a pooling or a product with a bias. Pass "
            "a layer that does."
        )
    after = [t for t in made if node_of(t).serial > node_of(main).serial]
    flat = int(np.ravel_multi_index((0, *place), output.shape))
    index = tuple(int(i) for i in np.unravel_index(flat, main.shape))
    dmain = _gradient_of(main, output, (0, *place), gradient, after)
    seen = _Seen.of(main, index)
    z = float(seen.products.sum() + seen.bias)
    fused: FusedActivation = getattr(node_of(main).op, "activation", FusedActivation.LINEAR)
    dz = float(fused.backward(np, dmain, main.array)[index])
    learned = not isinstance(node_of(main).op, Pooling)
    names = [] if fused is FusedActivation.LINEAR else [fused.value]
    names += [node_of(t).op.name.lower() for t in after if node_of(t).op.name != "Reshape"]
    return OneUnit(
        layer=call.name,
        unit=place,
        operation=node_of(main).op.name,
        corner=seen.corner,
        patch=seen.patch,
        kernel=seen.kernel,
        products=seen.products,
        bias=seen.bias,
        z=z,
        activation=tuple(names),
        y=float(output.array[(0, *place)]),
        dy=float(gradient),
        dz=dz,
        dkernel=dz * seen.patch if learned else None,
        dbias=dz if learned else None,
        dpatch=dz * seen.kernel,
    )


def _one_sample(model: Layered, x: Any) -> Array:
    sample = np.asarray(x)
    known = model._input_shapes()
    if known and sample.ndim == len(known[0]) - 1:
        sample = sample[None]
    if not sample.ndim or len(sample) != 1:
        raise ArgumentError(f"one_unit: x must be one sample. Received shape {np.shape(x)}. Pass x[:1].")
    return sample


def _place(call: LayerCall, unit: int | Sequence[int], shape: tuple[int, ...]) -> tuple[int, ...]:
    indices = unit if isinstance(unit, list | tuple | np.ndarray) else (unit,)
    given = tuple(integer("one_unit", "each index of unit", i) for i in indices)
    if len(given) != len(shape) or not all(-n <= i < n for i, n in zip(given, shape, strict=True)):
        raise IndexRangeError(f"one_unit: {call.name!r} has units up to {tuple(n - 1 for n in shape)}. Received {unit!r}.")
    return tuple(i % n for i, n in zip(given, shape, strict=True))


def _made_within(call: LayerCall) -> list[Tensor]:
    """The results that a call made of its inputs and that lead to its first output, in the order of computation."""
    given = {id(t) for t in call.inputs}
    found: dict[int, Tensor] = {}
    waiting = [call.outputs[0]]
    while waiting:
        tensor = waiting.pop()
        if tensor.node is not None and id(tensor) not in given and id(tensor) not in found:
            found[id(tensor)] = tensor
            waiting.extend(tensor.node.inputs)
    return sorted(found.values(), key=lambda t: node_of(t).serial)


def _gradient_of(main: Tensor, output: Tensor, place: tuple[int, ...], gradient: float, after: Sequence[Tensor]) -> Array:
    """dL/d(main) where L depends on one unit of the output alone; no parameter's gradient is touched."""
    seed = np.zeros(output.shape, output.dtype)
    seed[place] = gradient
    arriving: dict[int, Array] = {id(output): seed}
    for result in reversed(after):
        grad = arriving.pop(id(result), None)
        if grad is None:
            continue
        for source, part in zip(node_of(result).inputs, _local(result, grad), strict=True):
            if part is not None:
                arriving[id(source)] = arriving[id(source)] + part if id(source) in arriving else part
    return arriving[id(main)]


def _local(result: Tensor, grad: Array) -> list[Array | None]:
    node = node_of(result)
    arrays, specs = [t.array for t in node.inputs], [t.spec for t in node.inputs]
    return gradients(node.op, grad, arrays, result.array, specs, result.spec, node.saved)


@dataclass(frozen=True, eq=False)
class _Seen:
    """What one element of an operation's output is the sum of."""

    corner: tuple[int, int] | None
    patch: Array
    kernel: Array
    bias: float

    @property
    def products(self) -> Array:
        return self.patch * self.kernel

    @classmethod
    def of(cls, result: Tensor, index: tuple[int, ...]) -> _Seen:
        node = node_of(result)
        op, x = node.op, node.inputs[0].array.astype(np.float64)
        if isinstance(op, Linear):
            w, b = (t.array.astype(np.float64) for t in node.inputs[1:])
            return cls(None, x[index[:-1]], w[:, index[-1]], float(b[index[-1]]))
        if isinstance(op, Convolution):
            w, b = (t.array.astype(np.float64) for t in node.inputs[1:])
            size = (w.shape[0], w.shape[1])
            corner = _corner(index, op.strides, op.padding)
            group = index[3] // (w.shape[3] // op.groups)
            channels = slice(group * w.shape[2], (group + 1) * w.shape[2])
            patch = _patch(x[0][..., channels], corner, size, op.dilation)
            return cls(corner, patch, w[..., index[3]], float(b[index[3]]))
        assert isinstance(op, Pooling)
        one = np.zeros(result.shape, result.dtype)
        one[index] = 1
        share = _local(result, one)[0]
        assert share is not None
        corner = _corner(index, op.strides, op.padding)
        channel = slice(index[3], index[3] + 1)
        patch, weights = (_patch(image[0][..., channel], corner, op.size, (1, 1)) for image in (x, share.astype(np.float64)))
        return cls(corner, patch, weights, 0.0)


def _corner(index: tuple[int, ...], strides: Sequence[int], padding: Sequence[Sequence[int]]) -> tuple[int, int]:
    return index[1] * strides[0] - padding[0][0], index[2] * strides[1] - padding[1][0]


def _patch(image: Array, corner: tuple[int, int], size: tuple[int, int], dilation: tuple[int, int]) -> Array:
    """A window of an image (height, width, channels), 0 where it reaches beyond."""
    rows, columns = (start + d * np.arange(n) for start, n, d in zip(corner, size, dilation, strict=True))
    inside = np.outer((rows >= 0) & (rows < image.shape[0]), (columns >= 0) & (columns < image.shape[1]))
    patch: Array = image[np.ix_(rows.clip(0, image.shape[0] - 1), columns.clip(0, image.shape[1] - 1))]
    return np.where(inside[..., None], patch, 0.0)
