"""Op: one differentiable operation, and how it is applied to tensors."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pellucid.autodiff.budget import take
from pellucid.autodiff.context import current_context
from pellucid.autodiff.observation import Applied, current_observer
from pellucid.autodiff.spec import Spec, promote
from pellucid.autodiff.tensor import Array, Node, Parameter, Tensor, as_tensor
from pellucid.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer, Call


class Op(ABC):
    r"""One differentiable operation: its shape rule, its equation, its derivative.

    Write a subclass (a frozen dataclass where it has settings) with

    - ``infer(self, *specs) -> Spec``: the output's shape and dtype, or an error that a person can act on;
    - ``forward(self, xp, *arrays) -> array``: the equation on the array namespace ``xp`` (NumPy);
    - ``backward(self, xp, grad, ...)``: given ``grad`` = dL/dy, the derivative with respect to each input: one array, or a
      tuple with one entry an input (None where there is none). Its further parameters name what it needs: a parameter of
      ``forward`` by the same name, ``y`` for the output, ``NAME_spec`` for the spec alone. What is not named is not kept.
      A gradient may have the broadcast shape; it is summed back to the input's. An op without ``backward`` ends the gradient
      where its output is not a float, and is an error otherwise.

    Where the derivative needs more of the way forward than inputs and output (a recurrent layer's gates, where a maximum was),
    ``saves`` names it: ``forward`` then returns ``(y, *saved)``, ``infer_saved`` gives their specs, ``backward`` may name them.

    Optionally, ``bind_forward`` and ``bind_backward`` give calls of compiled kernels, its fast twin.

    >>> import pellucid as pl
    >>> class Cube(pl.Op):
    ...     def infer(self, x): return x
    ...     def forward(self, xp, x): return x ** 3
    ...     def backward(self, xp, grad, x): return grad * 3 * x ** 2
    >>> x = pl.tensor([1.0, 2.0], requires_grad=True)
    >>> Cube()(x).sum().backward()
    >>> x.grad
    array([ 3., 12.], dtype=float32)
    """

    parameters: ClassVar[tuple[str, ...]] = ()  # forward's inputs by name
    variadic: ClassVar[bool] = False  # forward(xp, *xs): any number of inputs, one name
    saves: ClassVar[tuple[str, ...]] = ()  # what forward returns after y, kept for backward
    needs: ClassVar[tuple[str, ...]] = ()  # what backward names
    differentiable: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        forward = list(inspect.signature(cls.forward).parameters.values())[2:]
        cls.parameters = tuple(p.name for p in forward)
        cls.variadic = any(p.kind is p.VAR_POSITIONAL for p in forward)
        cls.differentiable = cls.backward is not Op.backward
        if cls.differentiable:
            cls.needs = tuple(inspect.signature(cls.backward).parameters)[3:]
            known = {*cls.parameters, *(f"{p}_spec" for p in cls.parameters), "y", "y_spec", *cls.saves}
            strange = [name for name in cls.needs if name not in known]
            if strange and cls.forward is not Op.forward:  # a family's common backward may stand without its forward
                raise TypeError(f"{cls.__name__}.backward names {strange}, but it can only name some of {sorted(known)}.")

    @abstractmethod
    def infer(self, *inputs: Any) -> Spec:
        """The output's spec for inputs of these specs."""

    def infer_saved(self, *inputs: Any) -> tuple[Spec, ...]:
        """The specs of what ``saves`` names, for inputs of these specs."""
        return ()

    @abstractmethod
    def forward(self, xp: Any, *inputs: Any) -> Any:
        """The equation; with ``saves``, a tuple of the output and what is saved."""

    def backward(self, xp: Any, grad: Any, *needed: Any, **kwargs: Any) -> Any:
        """The derivative: dL/dx for every input, from ``grad`` = dL/dy and what it names."""
        raise TypeError(
            f"{self.name} has no derivative, but the loss depends on its float output. Give it a backward method, or cut "
            "the gradient with pellucid.ops.stop_gradient."
        )

    def bind_forward(self, *inputs: Buffer, y: Buffer) -> Sequence[Call] | None:
        """Kernel calls that fill ``y``, or None where there is no twin for these specs.

        An operation with ``saves`` takes ``saved`` as well: buffers to fill, or none where no gradient will be asked for.
        """
        return None

    def bind_backward(
        self, grad: Buffer, *needed: Any, into: Sequence[Buffer | None], accumulate: Sequence[bool]
    ) -> Sequence[Call] | None:
        """Kernel calls that write (or, with ``accumulate``, add) the gradient of each input ``into`` its buffer.

        ``needed`` are the buffers (or specs) that ``backward`` names, in its order; ``into`` has None for an input
        whose gradient nobody asks for. None where there is no twin for these specs.
        """
        return None

    accumulates: ClassVar[bool] = False
    """Whether the twin can add into a gradient; where not, the plan adds through a temporary buffer."""

    stops_gradient: ClassVar[bool] = False
    """Whether the output counts as a constant: it requires no gradient, whatever the inputs do."""

    aliases_input: ClassVar[bool] = False
    """Whether the output is the first input's memory under another shape, so that no work is needed."""

    @property
    def name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        return f"{self.name}()"  # a dataclass names its settings instead

    def __call__(self, *inputs: Any) -> Tensor:
        return apply(self, *inputs)


def apply(op: Op, *inputs: Any) -> Tensor:
    """Apply ``op`` to tensors, arrays or numbers: compute at once, or, among symbolic tensors, note that it is to be done.

    Infinity and NaN arise as IEEE 754 says, without NumPy's warnings: log(0) is -inf.
    """
    tensors = as_tensors(*inputs)
    context = current_context()
    symbolic = any(t.is_symbolic for t in tensors) or (
        context is not None and context.symbolic and any(isinstance(t, Parameter) for t in tensors)
    )
    label = "/".join(context.label) if context else ""
    try:
        spec = op.infer(*(t.spec for t in tensors))
    except ArgumentError as error:
        place = f' in "{label}"' if label else ""
        raise type(error)(f"{op.name}{place}: {error}") from None
    requires_grad = spec.is_float and not op.stops_gradient and any(t.requires_grad for t in tensors)
    if symbolic:
        take(label)
        return Tensor(spec, None, Node(op, tensors, label), requires_grad=requires_grad)
    with np.errstate(all="ignore"):
        array, *saved = compute(op, [t.array for t in tensors])
    node = Node(op, tensors, label, tuple(saved)) if requires_grad else None
    result = Tensor(Spec.of(array), array, node, requires_grad=requires_grad)
    if (observer := current_observer()) is not None:
        observer(Applied(op, label, tensors, result, tuple(saved)))
    return result


def compute(op: Op, inputs: Sequence[Any]) -> list[Array]:
    """The output, then what ``op.saves`` names."""
    values = op.forward(np, *inputs)
    if not op.saves:
        return [np.asarray(values)]
    if not isinstance(values, tuple) or len(values) != 1 + len(op.saves):
        raise TypeError(f"{op.name}.forward must return the output and {', '.join(op.saves)}.")
    return [np.asarray(value) for value in values]


def as_tensors(*inputs: Any) -> tuple[Tensor, ...]:
    """Inputs as tensors; a Python number takes the dtype of its company, so that ``x * 2`` stays float32.

    A NumPy float64 number (``np.sqrt(2)``) is a Python float and counts as one. A float among integers becomes float32.
    """
    if not any(isinstance(v, int | float) for v in inputs):
        return tuple(as_tensor(v) for v in inputs)
    company = [as_tensor(v) for v in inputs if not isinstance(v, int | float)]
    dtype = promote(*(t.dtype for t in company)) if company else None

    def convert(value: Any) -> Tensor:
        if dtype is None or isinstance(value, bool) or not isinstance(value, int | float):
            return as_tensor(value)
        kind = float if isinstance(value, float) else int
        fits = dtype.kind == "f" or (kind is int and dtype.kind in "iu")
        return as_tensor(np.asarray(value, dtype if fits else (np.float32 if kind is float else np.int64)))

    return tuple(convert(v) for v in inputs)


@np.errstate(all="ignore")
def gradients(
    op: Op,
    grad: Array,
    inputs: Sequence[Array],
    y: Array | None,
    specs: Sequence[Spec],
    y_spec: Spec,
    saved: Sequence[Array] = (),
) -> list[Array | None]:
    """``op.backward`` with what it names, normalised to one array of the input's shape (or None) for each input.

    ``inputs`` and ``y`` may hold None where ``op.needs`` does not name them.
    """
    result = op.backward(np, grad, **needed_by(op, inputs, y, specs, y_spec, saved))
    parts = list(result) if isinstance(result, tuple) else [result]
    if len(parts) != len(inputs):
        raise TypeError(f"{op.name}.backward returned {len(parts)} gradients for {len(inputs)} inputs.")
    return [None if p is None else unbroadcast(np.asarray(p), spec) for p, spec in zip(parts, specs, strict=True)]


def needed_by(
    op: Op, inputs: Sequence[Any], y: Any, specs: Sequence[Spec], y_spec: Spec, saved: Sequence[Any] = ()
) -> dict[str, Any]:
    """What ``op.backward`` names, in its order, taken from what stands for its inputs and output: arrays, or buffers."""
    available: dict[str, Any] = {"y": y, "y_spec": y_spec, **dict(zip(op.saves, saved, strict=True))}
    if op.variadic:
        available[op.parameters[-1]] = tuple(inputs)
        available[f"{op.parameters[-1]}_spec"] = tuple(specs)
    else:
        for name, value, spec in zip(op.parameters, inputs, specs, strict=True):
            available[name] = value
            available[f"{name}_spec"] = spec
    return {name: available[name] for name in op.needs}


def unbroadcast(grad: Array, spec: Spec) -> Array:
    """Sum ``grad`` over the axes along which an input of ``spec`` was broadcast."""
    if grad.shape != spec.shape:
        if grad.ndim < spec.ndim:
            raise ShapeError(f"a gradient of shape {grad.shape} does not fit an input of shape {spec.shape}")
        grad = grad.sum(axis=tuple(range(grad.ndim - spec.ndim)))
        stretched = tuple(i for i, n in enumerate(spec.shape) if n == 1 and grad.shape[i] != 1)
        grad = grad.sum(axis=stretched, keepdims=True) if stretched else grad
        if grad.shape != spec.shape:
            raise ShapeError(f"a gradient of shape {grad.shape} does not fit an input of shape {spec.shape}")
    return grad if grad.dtype == spec.dtype else grad.astype(spec.dtype)
