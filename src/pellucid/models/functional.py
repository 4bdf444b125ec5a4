"""The graph of a functional model: layer calls and operations between symbolic inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from pellucid.autodiff import Parameter, Tensor, apply
from pellucid.autodiff.nest import flatten, pack_as
from pellucid.autodiff.spec import Shape
from pellucid.engine.graph import Graph, node_of
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.layer import Layer
from pellucid.layers.layer_call import LayerCall


class FunctionalGraph:
    """What a functional model was made of; replays it on a batch's tensors.

    Args:
        inputs, outputs: symbolic tensors, or structures of them.

    Raises:
        ArgumentError: an input is not the result of ``Input``, or an output depends on one that is not among ``inputs``.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.input_leaves: list[Tensor] = flatten(inputs)
        self.output_leaves: list[Tensor] = flatten(outputs)
        for tensor in [*self.input_leaves, *self.output_leaves]:
            if not isinstance(tensor, Tensor) or not tensor.is_symbolic:
                raise ArgumentError(
                    f"Model: inputs and outputs must be symbolic tensors, made from Input(...). Received {tensor!r}."
                )
        for tensor in self.input_leaves:
            if tensor.node is not None:
                raise ArgumentError(
                    f"Model: each input must be the result of Input(...). Received {tensor!r}, which is made by "
                    f"{tensor.node.op.name}."
                )
        if len({id(t) for t in self.input_leaves}) != len(self.input_leaves):
            raise ArgumentError("Model: an input is listed twice.")
        self.graph = Graph.leading_to(self.output_leaves)
        known = {id(t) for t in self.input_leaves}
        for leaf in self.graph.leaves:
            if leaf.is_symbolic and id(leaf) not in known:
                raise ArgumentError(f"Model: the outputs depend on {leaf!r}, which is not among the inputs. Add it to inputs=.")

    @property
    def layers(self) -> list[Layer]:
        """Every layer once, in the order of first calls."""
        calls = (node_of(t).op for t in self.graph.results)
        return list({id(op.layer): op.layer for op in calls if isinstance(op, LayerCall)}.values())

    @cached_property
    def inputs_of_ids(self) -> list[bool]:
        """Which inputs some layer takes as ids."""
        nodes = [node_of(t) for t in self.graph.results]
        taken = {id(n.inputs[0]) for n in nodes if isinstance(n.op, LayerCall) and n.op.layer._takes_ids}
        return [id(leaf) in taken for leaf in self.input_leaves]

    @property
    def free_parameters(self) -> list[Parameter]:
        """Parameters that operations use outside of any layer."""
        return list(self.graph.parameters)

    @property
    def output_names(self) -> list[str]:
        """An output goes by its key in a dictionary, or the name of the layer that made it; a number tells equal names apart."""
        if isinstance(self.outputs, dict) and len(self.outputs) == len(self.output_leaves):
            return list(self.outputs)
        names: list[str] = []
        for index, tensor in enumerate(self.output_leaves):
            node = tensor.node
            name = node.op.layer.name if node is not None and isinstance(node.op, LayerCall) else f"output_{index}"
            names.append(name if name not in names else f"{name}_{index}")
        return names

    @property
    def input_names(self) -> list[str]:
        """An input goes by its key in a dictionary, or by its own name."""
        if isinstance(self.inputs, dict) and len(self.inputs) == len(self.input_leaves):
            return list(self.inputs)
        return [leaf.name for leaf in self.input_leaves]

    def note_calls(self) -> None:
        """Let each layer know its calls, as it does after them: of a copy, whose layers have forgotten."""
        outputs: dict[int, list[Tensor]] = {}
        for result in self.graph.results:
            if isinstance(op := node_of(result).op, LayerCall):
                outputs.setdefault(id(op.call), []).append(result)
        for results in outputs.values():
            node = node_of(results[0])
            assert isinstance(node.op, LayerCall)
            call = node.op.call
            if len(results) == len(flatten(call.outputs)):  # all of them are used
                call.note(list(node.inputs), results)

    def ordered(self, inputs: Any) -> Any:
        """A dictionary of inputs in the order of the model's, whatever order it is in."""
        return by_names("x", inputs, self.input_names) if isinstance(inputs, Mapping) else inputs

    def replay(self, inputs: Any) -> Any:
        """The outputs for other inputs, by making the same calls again."""
        given = flatten(self.ordered(inputs))
        if len(given) != len(self.input_leaves):
            raise ShapeError(f"the model takes {len(self.input_leaves)} inputs. Received {len(given)}.")
        values: dict[int, Tensor] = {}
        for leaf, tensor in zip(self.input_leaves, given, strict=True):
            check_shape(f"the input {leaf.name!r}", leaf.shape, tensor.shape)
            values[id(leaf)] = tensor
        calls: dict[int, list[Tensor]] = {}
        for result in self.graph.results:
            node = node_of(result)
            arguments = [values.get(id(t), t) for t in node.inputs]
            if not isinstance(node.op, LayerCall):
                values[id(result)] = apply(node.op, *arguments)
                continue
            call = node.op.call
            if id(call) not in calls:
                calls[id(call)] = call.replay(arguments)
            values[id(result)] = calls[id(call)][node.op.index]
        return pack_as(self.outputs, [values[id(t)] for t in self.output_leaves])


def by_names(argument: str, given: Mapping[str, Any], names: Sequence[str]) -> list[Any]:
    """The entries of a dictionary in the order of ``names``.

    Raises:
        ArgumentError: a name is missing or not known.
    """
    if set(given) != set(names):
        known, received = sorted(map(str, names)), sorted(map(str, given))
        raise ArgumentError(f"{argument}: the dictionary's keys must be {known}. Received {received}.")
    return [given[name] for name in names]


def check_shape(what: str, expected: Shape, received: Shape) -> None:
    """Hold an input against what ``Input`` said; an open axis takes any length.

    Raises:
        ShapeError: it has another shape.
    """
    fits = len(expected) == len(received) and all(e == None or e == r for e, r in zip(expected, received, strict=True))  # noqa: E711
    if not fits:
        raise ShapeError(f"{what} must have shape {expected}. Received {received}.")
