"""Layer calls: what goes into each layer of a model and comes out of it, with values or as a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from pellucid.autodiff import CallContext, Spec, Tensor, as_tensor, call_context
from pellucid.autodiff.nest import flatten
from pellucid.errors import ArgumentError, NotBuiltError, unknown_name


class Layered(Protocol):
    """As much of a model as the lens knows; this floor lies below the models."""

    name: str
    dtype: np.dtype[Any]
    _seen: Any  # the shapes of a sample, where data has told them

    @property
    def layers(self) -> list[Any]: ...
    def pack_inputs(self, leaves: list[Any]) -> Any: ...
    def input_dtypes(self, count: int) -> list[np.dtype[Any]]: ...
    def _input_shapes(self) -> Sequence[tuple[int, ...]]: ...
    def __call__(self, inputs: Any) -> Any: ...


@dataclass(frozen=True)
class LayerCall:
    """One call of a layer.

    Args:
        name: the names of the layers that hold it and its own, with slashes: "block/conv"; a second call has "#2" after it.
        layer: what was called.
        inputs, outputs: tensors, the leaves where there are several.
    """

    name: str
    layer: Any
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


def traced_calls(model: Layered, input_shape: Sequence[int] | None = None) -> tuple[list[Tensor], list[LayerCall]]:
    """The symbolic inputs, of one sample, and every call of a layer on them, in the order in which they end.

    Args:
        model: built, or with an ``input_shape``.
        input_shape: of one sample, where the model does not know it.

    Raises:
        NotBuiltError: the shape of the input is not known.
    """
    known = [tuple(shape[1:]) for shape in model._input_shapes()] or list(model._seen or [])
    shapes = known if input_shape is None else [tuple(input_shape)]
    if not shapes:
        raise NotBuiltError(
            f"{model.name}: the shape of its input is not known. Pass that of one sample, input_shape=(28, 28, 1)."
        )
    dtypes = model.input_dtypes(len(shapes))
    inputs = [Tensor(Spec((1, *shape), dtype)) for shape, dtype in zip(shapes, dtypes, strict=True)]
    context = CallContext(symbolic=True, clock=Tensor(Spec((2,), np.int64), name="clock"))
    return inputs, _calls(model, inputs, context)


def computed_calls(model: Layered, x: Any) -> list[LayerCall]:
    """Every call of a layer on samples, with values and links for gradients, in the order in which they end; in inference.

    Args:
        x: as in ``predict``: an array, or a list of them.
    """
    arrays = list(x) if isinstance(x, list | tuple) and all(isinstance(part, np.ndarray) for part in x) else [x]
    dtypes = model.input_dtypes(len(arrays))
    inputs = [as_tensor(np.asarray(a, dtype)) for a, dtype in zip(arrays, dtypes, strict=True)]
    for tensor in inputs:
        tensor.requires_grad = tensor.spec.is_float
    return _calls(model, inputs, CallContext(clock=as_tensor(np.zeros(2, np.int64))))


def _calls(model: Layered, inputs: list[Tensor], context: CallContext) -> list[LayerCall]:
    found: list[LayerCall] = []
    numbers: dict[str, int] = {}

    def note(layer: Any, arguments: tuple[Any, ...], outputs: Any) -> None:
        name = "/".join(context.label[1:])
        if not name:  # the model itself
            return
        numbers[name] = numbers.get(name, 0) + 1
        number = f"#{numbers[name]}" if numbers[name] > 1 else ""
        leaves = [as_tensor(leaf) for leaf in flatten(outputs)]
        found.append(LayerCall(name + number, layer, tuple(flatten(arguments)), tuple(leaves)))

    context.watcher = note
    with call_context(context):
        model(model.pack_inputs(list(inputs)))
    return found


def call_named(calls: Sequence[LayerCall], layer: Any) -> LayerCall:
    """The first call of a layer.

    Args:
        layer: the layer, its path ("block/conv") or, where one alone is called so, its own name.

    Raises:
        ArgumentError: there is none, or several layers have the name.
    """
    if not isinstance(layer, str):
        found = [call for call in calls if call.layer is layer]
        if not found:
            raise ArgumentError(f"layer: the model does not call {layer!r}. Its layers: {', '.join(c.name for c in calls)}.")
        return found[0]
    for call in calls:
        if call.name == layer:
            return call
    found = [call for call in calls if call.name.rpartition("/")[2] == layer]
    if not found:
        raise unknown_name("layer", layer, [call.name for call in calls])
    if len({id(call.layer) for call in found}) > 1:
        raise ArgumentError(f"layer: several layers are named {layer!r}: {', '.join(call.name for call in found)}. Pass a path.")
    return found[0]
