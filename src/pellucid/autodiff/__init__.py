"""What operations are written in: specs, ops, tensors, the tape and the trace."""

from pellucid.autodiff.context import CallContext, call_context, current_context
from pellucid.autodiff.observation import Applied, observing
from pellucid.autodiff.op import Op, apply, as_tensors
from pellucid.autodiff.spec import OPEN, Spec, promote
from pellucid.autodiff.tape import backward
from pellucid.autodiff.tensor import Node, Parameter, Tensor, as_tensor, tensor

__all__ = [
    "OPEN",
    "Applied",
    "CallContext",
    "Node",
    "Op",
    "Parameter",
    "Spec",
    "Tensor",
    "apply",
    "as_tensor",
    "as_tensors",
    "backward",
    "call_context",
    "current_context",
    "observing",
    "promote",
    "tensor",
]
