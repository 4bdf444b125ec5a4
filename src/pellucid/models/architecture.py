"""Architecture: a model without its weights, as JSON can hold it, and back."""

from __future__ import annotations

import dataclasses
import inspect
import sys
from enum import Enum
from types import ModuleType
from typing import Any

import numpy as np

from pellucid import layers, ops
from pellucid.arguments import layer_name
from pellucid.autodiff import OPEN, Op, Spec, Tensor, apply
from pellucid.autodiff.nest import flatten, map_structure, pack_as
from pellucid.autodiff.spec import OpenAxis
from pellucid.configurable import plain
from pellucid.engine.graph import node_of
from pellucid.errors import ArgumentError, FileFormatError
from pellucid.layers.layer import Layer
from pellucid.layers.layer_call import LayerCall
from pellucid.models.functional import FunctionalGraph
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential

_DTYPES = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64")
_BASES: dict[Any, type[Model]] = {"Model": Model, "Sequential": Sequential}
_COMMON = ("name", "dtype", "trainable")
_GRAPH = ("inputs", "single_input", "layers", "nodes", "outputs")


def describe(layer: Layer) -> dict[str, Any]:
    """``{"class_name": ..., "config": ...}`` of a layer or model.

    Raises:
        ArgumentError: a subclass with a ``call`` of its own, which cannot be told as data, or whose arguments are not known.
    """
    layer_name(type(layer).__name__, layer.name)  # it may have been assigned since
    if isinstance(layer, Model):
        if not isinstance(layer, Sequential) and layer._functional is None:
            raise ArgumentError(
                f"{layer.name}: the architecture of {type(layer).__name__}, a subclass with its own call, is Python code and "
                "cannot be saved as data. Use save_weights, and make the model from its code before load_weights."
            )
        return {"class_name": _class_name(layer), "config": config_of(layer) if _is_plain(type(layer)) else layer.get_config()}
    return {"class_name": type(layer).__name__, "config": layer.get_config()}


def config_of(model: Model) -> dict[str, Any]:
    """The configuration of a stack or of a graph, and the further arguments of a subclass with ways of its own."""
    common = {"name": model.name, "dtype": model.dtype.name, "trainable": model.trainable, **_own_arguments(model)}
    if isinstance(model, Sequential):
        spec = model._input_spec
        entry = None if spec is None else {"shape": _shape(spec), "dtype": spec.dtype.name, "said": model._input_is_said}
        return {**common, "input": entry, "layers": [describe(one) for one in model.layers]}
    assert model._functional is not None
    return {**common, **_describe_graph(model._functional)}


def make(description: Any, cls: type[Model] | None = None) -> Layer:
    """The layer or model of a description, with new weights; a stack or graph as one of this class.

    Raises:
        FileFormatError: the description is not one. ArgumentError: a class is not known.
    """
    try:
        name, config = description["class_name"], dict(description["config"])
        if config.get("name") is not None:
            _name(config["name"])
        if name in _BASES:
            return _make_model(cls or _BASES[name], config)
        return layers.get({"class_name": name, "config": config})
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise FileFormatError(f"The description of a model is damaged: {error!r}.") from None


def _make_model(cls: type[Model], config: dict[str, Any]) -> Model:
    """The stack or graph of what `config_of` gave, as a model of this class, with new weights."""
    known = {*_COMMON, *(("input", "layers") if issubclass(cls, Sequential) else _GRAPH)}
    further = {"name": config["name"], "dtype": config["dtype"], **{n: v for n, v in config.items() if n not in known}}
    if issubclass(cls, Sequential):
        entry = config["input"]
        entries: list[Any] = [] if entry is None else [_entry(entry)]
        model: Model = cls([*entries, *map(make, config["layers"])], **further)
        if isinstance(model, Sequential):
            model._input_is_said = entry is not None and entry.get("said") is True  # files of before do not tell
    else:
        model = cls(*_make_graph(config), **further)
    model._trainable = config.get("trainable", True)  # of the model alone: each layer has brought its own
    return model


def _entry(description: dict[str, Any]) -> Tensor:
    batch, *shape = description["shape"]
    return layers.Input(tuple(shape), batch, dtype=_dtype(description["dtype"]))


def _base(cls: type[Model]) -> type[Model]:
    return Sequential if issubclass(cls, Sequential) else Model


def _is_plain(cls: type[Model]) -> bool:
    """Whether a model of this class does what its base does: a subclass may do no more than build itself, or add to it."""
    lineage = cls.__mro__[: cls.__mro__.index(_base(cls))]
    names = {name for one in lineage for name in vars(one) if name == "__call__" or not name.startswith("__")}
    return not any(hasattr(_base(cls), name) for name in names)


def _class_name(model: Model) -> str:
    cls = type(model)
    if _is_plain(cls):
        return _base(cls).__name__
    if cls.__name__ in _BASES:
        raise ArgumentError(f"{model.name}: a model class that is saved needs a name of its own. Received {cls.__name__!r}.")
    return cls.__name__


def _own_arguments(model: Model) -> dict[str, Any]:
    """What the ``__init__`` of a subclass with ways of its own takes beside what makes the stack or the graph."""
    cls = type(model)
    if _is_plain(cls):
        return {}
    parts = ["layers"] if isinstance(model, Sequential) else ["inputs", "outputs"]
    given = list(inspect.signature(cls.__init__).parameters.values())[1:]
    kinds = {p.kind for p in given}
    places = [p.name for p in given if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = [p.name for p in given if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY) and p.name not in (*parts, *_COMMON)]
    fits = places[: len(parts)] == parts or (not places and inspect.Parameter.VAR_POSITIONAL in kinds)
    takes_name = inspect.Parameter.VAR_KEYWORD in kinds or {"name", "dtype"} <= {p.name for p in given}
    if not (fits and takes_name and all(hasattr(model, name) for name in named)):
        raise ArgumentError(
            f"{model.name}: {cls.__name__} changes what a model does, so a file names the class and its arguments. Its __init__ "
            f"must take ({', '.join(parts)}, ..., **settings) and keep each argument of its own as an attribute of that name; "
            "or write get_config and from_config. Or use save_weights."
        )
    return {name: plain(getattr(model, name)) for name in named}


def _describe_graph(functional: FunctionalGraph) -> dict[str, Any]:
    number: dict[int, int] = {id(t): i for i, t in enumerate(functional.input_leaves)}
    held = functional.layers
    place = {id(layer): i for i, layer in enumerate(held)}
    calls: dict[int, int] = {}
    nodes: list[dict[str, Any]] = []
    for result in functional.graph.results:
        node = node_of(result)
        inputs = [_reference(t, number) for t in node.inputs]
        if isinstance(node.op, LayerCall):
            first = id(node.op.call) not in calls
            calls.setdefault(id(node.op.call), len(nodes))
            entry: dict[str, Any] = {"call": calls[id(node.op.call)], "index": node.op.index}
            if first:
                entry |= {
                    "layer": place[id(node.op.layer)],
                    "inputs": pack_as(node.op.arguments, inputs),
                    "training": node.op.training,
                    **({"settings": node.op.settings} if node.op.settings else {}),
                }
        else:
            entry = {"op": type(node.op).__name__, "settings": _settings(node.op), "inputs": inputs}
        number[id(result)] = len(number)
        nodes.append(entry)
    return {
        "inputs": map_structure(lambda t: {"name": t.name, "shape": _shape(t.spec), "dtype": t.dtype.name}, functional.inputs)
        if not isinstance(functional.inputs, Tensor)
        else [{"name": functional.inputs.name, "shape": _shape(functional.inputs.spec), "dtype": functional.inputs.dtype.name}],
        "single_input": isinstance(functional.inputs, Tensor),
        "layers": [describe(layer) for layer in held],
        "nodes": nodes,
        "outputs": map_structure(lambda t: number[id(t)], functional.outputs),
    }


def _reference(tensor: Tensor, number: dict[int, int]) -> Any:
    if id(tensor) in number:
        return number[id(tensor)]
    if not tensor.is_symbolic and tensor.ndim == 0:
        return {"constant": tensor.item(), "dtype": tensor.dtype.name}
    raise ArgumentError(
        f"A functional model that uses the array {tensor!r} outside of any layer cannot be saved. Hold it in a layer."
    )


def _settings(op: Op) -> dict[str, Any]:
    if getattr(ops, type(op).__name__, None) is not type(op):
        raise ArgumentError(
            f"A functional model that uses {type(op).__name__}, an operation of your own, outside of any layer cannot be saved. "
            "Call it in a layer that pellucid.layers.register() made known."
        )
    return _plain_fields(op) if dataclasses.is_dataclass(op) else {}


def _plain(value: Any) -> Any:
    """A setting of an operation as JSON can hold it; what JSON has no word for becomes a dictionary."""
    if isinstance(value, Enum):
        return {"class_name": type(value).__name__, "value": value.value}
    if dataclasses.is_dataclass(value):
        return {"class_name": type(value).__name__, "fields": _plain_fields(value)}
    if isinstance(value, OpenAxis):
        return {"open": int(value) // int(OPEN)}
    if isinstance(value, np.dtype | type):
        return {"dtype": np.dtype(value).name}
    return [_plain(v) for v in value] if isinstance(value, tuple | list) else value


def _plain_fields(value: Any) -> dict[str, Any]:
    return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}


def _setting(value: Any, module: ModuleType) -> Any:
    """The inverse of `_plain`; classes are looked for in the operation's own module, and are settings only."""
    if isinstance(value, list):
        return tuple(_setting(v, module) for v in value)
    if not isinstance(value, dict):
        return value
    if "open" in value:
        return OpenAxis(_whole(value["open"]) * int(OPEN))
    if "dtype" in value:
        return _dtype(value["dtype"])
    cls = getattr(module, value["class_name"], None)
    if isinstance(cls, type) and issubclass(cls, Enum):
        return cls(value["value"])
    if isinstance(cls, type) and dataclasses.is_dataclass(cls) and not issubclass(cls, Op):
        return cls(**{name: _setting(v, module) for name, v in value["fields"].items()})
    raise FileFormatError(f"{value['class_name']!r} is not a setting of an operation.")


def _make_graph(config: dict[str, Any]) -> tuple[Any, Any]:
    """The inputs and outputs of a functional model."""
    inputs = _map_inputs(config["inputs"])
    values: list[Tensor] = flatten(inputs)
    held = [make(d) for d in config["layers"]]
    outputs_of: dict[int, list[Tensor]] = {}
    for index, entry in enumerate(config["nodes"]):
        if "op" in entry:
            values.append(apply(_op(entry), *(_resolve(r, values) for r in entry["inputs"])))
            continue
        if entry["call"] not in outputs_of:
            arguments = map_structure(lambda r: _resolve(r, values), entry["inputs"])
            settings = {str(name): value for name, value in entry.get("settings", {}).items()}
            outputs_of[index] = flatten(held[entry["layer"]](*arguments, training=entry["training"], **settings))
        values.append(outputs_of[entry["call"]][entry["index"]])
    outputs = map_structure(lambda number: values[number], config["outputs"])
    return inputs[0] if config["single_input"] else inputs, outputs


def _map_inputs(structure: Any) -> Any:
    if isinstance(structure, dict) and {"name", "shape", "dtype"} <= set(structure):
        return Tensor(Spec(structure["shape"], _dtype(structure["dtype"])), name=_name(structure["name"]))
    if isinstance(structure, dict):
        return {key: _map_inputs(value) for key, value in structure.items()}
    return [_map_inputs(value) for value in structure]


def _resolve(reference: Any, values: list[Tensor]) -> Any:
    if isinstance(reference, dict):
        dtype, value = _dtype(reference["dtype"]), reference["constant"]
        if not isinstance(value, bool | int | float):
            raise FileFormatError(f"A constant of a model must be a number. Received {value!r:.80}.")
        return Tensor(Spec((), dtype), np.asarray(value, dtype))
    return values[_whole(reference)]


def _dtype(name: Any) -> np.dtype[Any]:
    """A type of numbers; NumPy knows others, such as Python objects, by name, too."""
    if name not in _DTYPES:
        raise FileFormatError(f"{name!r:.80} is no type of numbers. Known: {', '.join(_DTYPES)}.")
    return np.dtype(str(name))


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise FileFormatError(f"A number of a tensor or an axis must be an integer >= 0. Received {value!r:.80}.")
    return value


def _name(value: Any) -> str:
    try:
        return layer_name("model", value)
    except ArgumentError as error:
        raise FileFormatError(str(error)) from None


def _op(entry: dict[str, Any]) -> Op:
    cls = getattr(ops, entry["op"], None)
    if not (isinstance(cls, type) and issubclass(cls, Op)):
        raise FileFormatError(f"The operation {entry['op']!r} is not one of pellucid.ops.")
    module = sys.modules[cls.__module__]
    return cls(**{name: _setting(v, module) for name, v in entry["settings"].items()})


def _shape(spec: Spec) -> list[int | None]:
    return [None if n == None else int(n) for n in spec.shape]  # noqa: E711
