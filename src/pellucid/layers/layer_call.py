"""The call of a layer on symbolic tensors, noted so that a functional model can make it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.autodiff import Node, Op, Spec, Tensor
from pellucid.autodiff.nest import flatten, map_structure, pack_as
from pellucid.errors import NotBuiltError

if TYPE_CHECKING:
    from pellucid.layers.layer import Layer


class NotCalledError(NotBuiltError, AttributeError):
    """A layer has no symbolic input and output, or several."""


class EndOfCall:
    """``layer.input`` and ``layer.output``: the symbolic tensors of the layer's one call in a functional model or a stack.

    An attribute of that name which a subclass sets stands before it.
    """

    def __init__(self, place: int, doc: str) -> None:
        self.place = place
        self.__doc__ = doc

    def __get__(self, layer: Layer | None, owner: type | None = None) -> Any:
        return self if layer is None else layer._ends()[self.place]


class LayerCall(Op):
    """One output of one call of a layer; stands where an operation stands in a functional model's graph.

    A functional model replays it with other tensors (a batch's, or a trace's), so it is never computed itself.
    Calls with several outputs are told apart by ``index``; they share ``call``.
    """

    def __init__(
        self, layer: Layer, arguments: Any, training: bool | None, outputs: Any, settings: dict[str, Any] | None = None
    ) -> None:
        self.layer = layer
        self.arguments = arguments
        self.training = training
        self.settings = settings or {}  # plain arguments of ``call`` by name
        self.outputs = outputs  # structure of specs
        self.index = 0
        self.call: LayerCall = self

    @classmethod
    def record(
        cls, layer: Layer, arguments: tuple[Any, ...], training: bool | None, settings: dict[str, Any] | None = None
    ) -> Any:
        """Note the call, and return symbolic tensors in the structure that the layer's ``call`` returns."""
        outputs = layer.infer_outputs(*map_structure(lambda t: t.spec, arguments), **(settings or {}))
        first = cls(layer, map_structure(lambda _: 0, arguments), training, outputs, settings)
        leaves = tuple(flatten(arguments))
        tensors = []
        for index, spec in enumerate(flatten(outputs)):
            op = first if index == 0 else first._output(index)
            tensors.append(Tensor(spec, None, Node(op, leaves, layer.name), name=layer.name))
        return first.note(list(leaves), tensors)

    def note(self, inputs: list[Tensor], outputs: list[Tensor]) -> Any:
        """Let the layer know what it was called on and what it gave; the latter, in its structure."""
        arguments, result = pack_as(self.arguments, inputs), pack_as(self.outputs, outputs)
        self.layer._noted.append((arguments[0] if len(arguments) == 1 else list(arguments), result))
        return result

    def _output(self, index: int) -> LayerCall:
        other = LayerCall(self.layer, self.arguments, self.training, self.outputs, self.settings)
        other.index, other.call = index, self
        return other

    def replay(self, inputs: list[Tensor]) -> list[Tensor]:
        """Make the call again on other tensors; all its outputs."""
        arguments = pack_as(self.arguments, inputs)
        return flatten(self.layer(*arguments, training=self.training, **self.settings))

    @property
    def name(self) -> str:
        return f"call of {self.layer.name}"

    def infer(self, *inputs: Spec) -> Spec:
        specs = pack_as(self.arguments, list(inputs))
        spec: Spec = flatten(self.layer.infer_outputs(*specs, **self.settings))[self.index]
        return spec

    def forward(self, xp: Any, *inputs: Any) -> Any:
        raise TypeError(f"{self.name} belongs to a functional model's graph and is replayed by it, not computed.")
