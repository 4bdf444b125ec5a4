"""Tensor: a spec and, when eager, an array and a link to the operation that made it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import numpy.typing as npt

from pellucid.autodiff.spec import OpenAxis, Shape, Spec
from pellucid.errors import ArgumentError, ShapeError, TraceError

if TYPE_CHECKING:
    from pellucid.autodiff.op import Op

Array = npt.NDArray[Any]

_serial = itertools.count()


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One application of an operation: the link from a result to what it was made of.

    ``serial`` counts up with every application, so sorting by it is a topological order.
    """

    op: Op
    inputs: tuple[Tensor, ...]
    label: str = ""
    saved: tuple[Array, ...] = ()  # what the operation keeps of the way forward beside inputs and output
    serial: int = field(default_factory=lambda: next(_serial))


_NUMPY_OPERATORS = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "divide",
        "power",
        "matmul",
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
    ]
)
_FUNCTIONS: dict[str, Callable[..., Tensor]] = {}
_OPERATIONS = "pellucid.ops"


def tensor_method(name: str) -> Callable[[Callable[..., Tensor]], Callable[..., Tensor]]:
    """Register a function of ``ops`` under the name by which ``Tensor``'s operators and methods call it.

    The tensor stands on a lower floor than the operations, so it knows them by name only, and the package by its name.
    """

    def register(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
        _FUNCTIONS[name] = function
        return function

    return register


def _call(name: str, *args: Any, **kwargs: Any) -> Tensor:
    function = _FUNCTIONS.get(name)
    if function is None:  # its file is imported at the first use
        function = getattr(import_module(_OPERATIONS), name)
    return function(*args, **kwargs)


class Tensor:
    """An array that remembers where it came from; or, in a trace, the promise of one.

    Args:
        spec: shape and dtype.
        array: the values; None makes the tensor symbolic.
        node: the operation that made it; None for a leaf.
        requires_grad: whether ``backward`` shall leave a gradient here.

    >>> import pellucid as pl
    >>> x = pl.tensor([1.0, 2.0, 3.0], requires_grad=True)
    >>> y = (x ** 2).sum()
    >>> y.backward()
    >>> x.grad
    array([2., 4., 6.], dtype=float32)
    """

    __slots__ = ("__weakref__", "_array", "grad", "mask", "name", "node", "requires_grad", "spec")

    def __init__(
        self,
        spec: Spec,
        array: Array | None = None,
        node: Node | None = None,
        *,
        requires_grad: bool = False,
        name: str = "",
    ) -> None:
        self.spec = spec
        self._array = array
        self.node = node
        self.requires_grad = requires_grad
        self.grad: Array | None = None
        self.name = name
        self.mask: Tensor | None = None  # of a sequence: (batch, time), false where there is no step; layers hand it on

    @property
    def shape(self) -> Shape:
        return self.spec.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.spec.dtype

    @property
    def ndim(self) -> int:
        return self.spec.ndim

    @property
    def size(self) -> int:
        return self.spec.size

    @property
    def is_symbolic(self) -> bool:
        return self._array is None

    @property
    def array(self) -> Array:
        """The values, as a NumPy array that shares memory with the tensor."""
        if self._array is None:
            raise TraceError(
                f"{self!r} is symbolic: it has a shape but no values yet. It stands for every batch that the traced program "
                "will run on. Compute with pellucid.ops, or set run_eagerly=True to run with values."
            )
        return self._array

    def numpy(self) -> Array:
        """The values as a NumPy array (``Tensor.array`` by PyTorch's and Keras' name)."""
        return self.array

    def item(self) -> Any:
        """The one value of a tensor of size 1, as a Python number."""
        return self.array.item()

    def backward(self, gradient: npt.ArrayLike | None = None) -> None:
        """Fill ``grad`` of every tensor that this one was made of and that requires a gradient.

        Args:
            gradient: dL/d(self), of this tensor's shape; 1 where the tensor is a single number.

        Gradients of leaves add up over calls, as in PyTorch; set ``x.grad = None`` to begin anew.
        """
        from pellucid.autodiff.tape import backward

        backward(self, gradient)

    # --- Python's own protocols -------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        label = f" {self.name!r}" if self.name else ""
        if self._array is None:
            return f"<{type(self).__name__}{label} {self.spec}, symbolic>"
        values = np.array2string(self._array, threshold=20, separator=", ")
        return f"{type(self).__name__}({values}, {self.spec})"

    def _refuse(self, use: str, instead: str) -> NoReturn:
        raise TraceError(
            f"{use} needs a value, and {self!r} has none while the model is traced. {instead} "
            "Or set run_eagerly=True, which runs the model call by call with values."
        )

    def __bool__(self) -> bool:
        if self._array is None:
            self._refuse("Python's if, while, and, or, not", "Choose with pellucid.ops.where(condition, a, b).")
        return bool(self._array)

    def __float__(self) -> float:
        if self._array is None:
            self._refuse("float()", "Keep computing on the tensor.")
        return float(self._array.item())

    def __int__(self) -> int:
        if self._array is None:
            self._refuse("int()", "Keep computing on the tensor, or use its shape.")
        return int(self._array.item())

    def __index__(self) -> int:
        if self._array is None:
            self._refuse("An index or a range()", "Use the tensor's shape, which is known.")
        return int(self._array.__index__())

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        if self._array is None:
            self._refuse("A NumPy function", "Use the function of that name in pellucid.ops.")
        return np.array(self._array, dtype=dtype, copy=copy)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Tensor:
        """What NumPy asks of a tensor: operators between an array and a tensor, and no more, as derivatives would be lost."""
        in_place = settings.pop("out", None)  # `array += tensor` makes the name on the left stand for a tensor
        operator = method == "__call__" and not settings and (in_place is None or in_place[0] is inputs[0])
        if operator and ufunc.__name__ in _NUMPY_OPERATORS:
            return _call(ufunc.__name__, *inputs)
        known = method == "__call__" and hasattr(import_module(_OPERATIONS), ufunc.__name__)
        instead = f"Use pellucid.ops.{ufunc.__name__}." if known else "Compose it of pellucid.ops."
        raise TraceError(
            f"numpy.{ufunc.__name__} was called on {self!r}, which would lose its derivative. {instead} Where none is needed, "
            "take tensor.numpy() of a tensor with values."
        )

    def _first_axis(self, use: str) -> int:
        if not self.shape:
            raise TypeError(f"{use} needs a tensor with at least one axis, and {self!r} has none.")
        if isinstance(self.shape[0], OpenAxis):
            self._refuse(f"{use} over the batch axis", "Use operations that work on the whole batch.")
        return self.shape[0]

    def __len__(self) -> int:
        return self._first_axis("len()")

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(self._first_axis("Iteration")))

    __hash__ = object.__hash__

    # --- operators, by name: see ``tensor_method`` --------------------------------------------------------------------

    def __add__(self, other: Any) -> Tensor:
        return _call("add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return _call("add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return _call("subtract", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return _call("subtract", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return _call("multiply", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return _call("multiply", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return _call("divide", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return _call("divide", other, self)

    def __pow__(self, other: Any) -> Tensor:
        return _call("power", self, other)

    def __rpow__(self, other: Any) -> Tensor:
        return _call("power", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return _call("matmul", self, other)

    def __rmatmul__(self, other: Any) -> Tensor:
        return _call("matmul", other, self)

    def __neg__(self) -> Tensor:
        return _call("negative", self)

    def __abs__(self) -> Tensor:
        return _call("absolute", self)

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return _call("equal", self, other)

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return _call("not_equal", self, other)

    def __lt__(self, other: Any) -> Tensor:
        return _call("less", self, other)

    def __le__(self, other: Any) -> Tensor:
        return _call("less_equal", self, other)

    def __gt__(self, other: Any) -> Tensor:
        return _call("greater", self, other)

    def __ge__(self, other: Any) -> Tensor:
        return _call("greater_equal", self, other)

    def __getitem__(self, key: Any) -> Tensor:
        return _call("getitem", self, key)

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise TypeError(
            "A tensor is not changed in place: gradients would be wrong. Build a new one with pellucid.ops.where or concatenate."
        )

    @property
    def T(self) -> Tensor:
        return _call("transpose", self)

    def reshape(self, *shape: Any) -> Tensor:
        return _call("reshape", self, shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape)

    def transpose(self, *axes: Any) -> Tensor:
        return _call("transpose", self, (axes[0] if len(axes) == 1 and isinstance(axes[0], tuple | list) else axes) or None)

    def astype(self, dtype: npt.DTypeLike) -> Tensor:
        return _call("cast", self, dtype)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return _call("sum", self, axis, keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return _call("mean", self, axis, keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return _call("max", self, axis, keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Tensor:
        return _call("min", self, axis, keepdims)


class Parameter(Tensor):
    """A leaf that a layer owns: trained by the optimizer, or state that training updates otherwise.

    A stable handle: the array behind it may move once, when a model adopts its parameters into an arena.
    """

    __slots__ = ("constraint", "is_adopted", "learnable", "regularizer", "trainable")

    def __init__(
        self, array: Array, *, name: str, trainable: bool = True, regularizer: Any = None, constraint: Any = None
    ) -> None:
        super().__init__(Spec.of(array), array, name=name)
        self.learnable = trainable  # by design: false for state such as a running mean
        self.trainable = trainable  # at present: false while its layer is frozen
        self.regularizer = regularizer  # its penalty, a function of this tensor, is added to the loss
        self.constraint = constraint  # what its values are held to after each update, a function of a tensor
        self.is_adopted = False  # whether its array lies in an arena, at an address that programs hold

    def __getstate__(self) -> Any:
        state: Any = super().__getstate__()
        return None, state[1] | {"is_adopted": False}  # a copy's array lies by itself

    @property
    def requires_grad(self) -> bool:
        return self.trainable

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        pass  # follows ``trainable``; the base class sets it on construction

    def assign(self, value: npt.ArrayLike) -> None:
        """Copy ``value`` into the parameter.

        Raises:
            ShapeError: the value has another shape.
        """
        new = np.asarray(value)
        if new.shape != self.shape:
            raise ShapeError(f"{self.name}: a value of shape {new.shape} does not fit a parameter of shape {self.shape}.")
        self.array[...] = new

    def move_to(self, array: Array) -> None:
        """Let ``array`` (of the same spec) hold the values from now on."""
        array[...] = self.array
        self._array = array


def tensor(data: Any, dtype: npt.DTypeLike | None = None, *, requires_grad: bool = False, name: str = "") -> Tensor:
    """A tensor with these values; Python floats become float32, arrays keep their dtype.

    Raises:
        ArgumentError: the data is ragged or not numeric, or a gradient is asked of integers.
    """
    leaf = as_tensor(data if dtype is None else np.asarray(data, dtype))
    if requires_grad and not leaf.spec.is_float:
        raise ArgumentError(f"tensor: requires_grad=True needs a float dtype. Received {leaf.dtype}. Pass dtype='float32'.")
    return Tensor(leaf.spec, leaf._array, requires_grad=requires_grad, name=name)


def as_tensor(value: Any) -> Tensor:
    """``value`` itself where it is a tensor, else a constant leaf with its values."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, OpenAxis):
        value._refuse()
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ArgumentError(f"Cannot make a tensor of {type(value).__name__}: {error}. Pass rows of equal length.") from None
    if array.dtype.kind not in "fiub":
        raise ArgumentError(
            f"Cannot make a tensor of {type(value).__name__} with dtype {array.dtype}. Pass integers, floats or booleans."
        )
    if array.dtype == np.float64 and not isinstance(value, np.ndarray | np.generic):
        array = array.astype(np.float32)
    return Tensor(Spec.of(array), array)
