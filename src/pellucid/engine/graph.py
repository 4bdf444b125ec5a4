"""Graph: the operations of a trace, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pellucid.autodiff import Node, Parameter, Tensor


@dataclass(frozen=True)
class Graph:
    """What leads from leaves to results: every operation once, in the order in which the trace made them."""

    results: tuple[Tensor, ...]
    """The output of each operation; its ``node`` says which operation and from what."""
    parameters: tuple[Parameter, ...]
    leaves: tuple[Tensor, ...]
    """Inputs and constants."""

    @classmethod
    def leading_to(cls, targets: Iterable[Tensor]) -> Graph:
        """All that ``targets`` are made of. What leads to none of them is left out, and so never computed."""
        seen: dict[int, Tensor] = {}
        waiting = list(targets)
        while waiting:
            tensor = waiting.pop()
            if id(tensor) not in seen:
                seen[id(tensor)] = tensor
                if tensor.node is not None:
                    waiting.extend(tensor.node.inputs)
        results = sorted((t for t in seen.values() if t.node is not None), key=lambda t: node_of(t).serial)
        parameters = [t for t in seen.values() if isinstance(t, Parameter)]
        leaves = [t for t in seen.values() if t.node is None and not isinstance(t, Parameter)]
        return cls(tuple(results), tuple(parameters), tuple(leaves))

    def __str__(self) -> str:
        names = {id(t): f"%{i}" for i, t in enumerate(self.results)}

        def name(tensor: Tensor) -> str:
            return names.get(id(tensor)) or tensor.name or str(tensor.spec)

        def line(tensor: Tensor) -> str:
            node = node_of(tensor)
            return f"{name(tensor)}: {tensor.spec} = {node.op.name}({', '.join(map(name, node.inputs))})  # {node.label}"

        return "\n".join(line(t) for t in self.results)


def node_of(tensor: Tensor) -> Node:
    """The node of a tensor that is known to be a result."""
    assert tensor.node is not None
    return tensor.node
