"""Lambda: a function of tensors as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from pellucid import ops
from pellucid.autodiff.nest import flatten, map_structure
from pellucid.autodiff.spec import Shape
from pellucid.configurable import plain
from pellucid.errors import ArgumentError, ShapeError, unknown_name
from pellucid.layers.layer import Layer

F = TypeVar("F", bound=Callable[..., Any])

_functions: dict[str, Callable[..., Any]] = {}


class Lambda(Layer):
    """A function, composed of operations, between layers.

    It may hold no parameters: write a `Layer` for that. A model with it can be saved where the function has a name that the
    reader of the file knows, too: one of ``pellucid.ops``, or one that `Lambda.register` made known. A file holds names and
    settings only, never code.

    Differs from Keras: nothing of a function but its name is ever stored; ``mask`` is not there. ``output_shape`` need not be
    said, since tracing tells it; where it is said, it is held to.

    Args:
        function: of a tensor (or of the structure that the layer is called with); may take ``training``.
        output_shape: of one sample, to be held to; None for whatever comes out.
        arguments: further ones of the function, by name.
        layer: see `Layer`.

    Raises:
        ArgumentError: the function is none, or, when saved, has no such name.
        ShapeError: when called: the output is not of ``output_shape``.

    >>> import pellucid as pl
    >>> pl.layers.Lambda(lambda x: x ** 2)([[1.0, 3.0]]).numpy()
    array([[1., 9.]], dtype=float32)
    """

    def __init__(
        self,
        function: Any,
        output_shape: Sequence[int | None] | None = None,
        arguments: Mapping[str, Any] | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(**layer)
        self.function: Callable[..., Any] = _find(function) if isinstance(function, str) else function
        if not callable(self.function):
            raise ArgumentError(f"Lambda: function must be a function of a tensor. Received {function!r}.")
        if output_shape is not None and (callable(output_shape) or not isinstance(output_shape, Sequence)):
            raise ArgumentError(
                f"Lambda: output_shape must be a tuple, without the batch axis. Received {output_shape!r}. It may be left out."
            )
        self.output_shape = None if output_shape is None else tuple(output_shape)
        self.arguments = dict(arguments or {})
        self._function_takes_training = "training" in _parameters(self.function)

    @staticmethod
    def register(function: F) -> F:
        """Decorator that makes a function known by its name, so that a stored model can name it.

        Raises:
            ArgumentError: it is a ``lambda``, which has no name.

        >>> import pellucid as pl
        >>> @pl.layers.Lambda.register
        ... def squared(x):
        ...     return x ** 2
        >>> pl.layers.Lambda(squared).get_config()["function"]
        'squared'
        """
        name = getattr(function, "__name__", "<lambda>")
        if not name.isidentifier() or name in ops.__all__:
            raise ArgumentError(f"Lambda.register: the function needs a name of its own: def name(x): ... Received {name!r}.")
        _functions[name] = function
        return function

    def call(self, inputs: Any, training: bool = False) -> Any:
        mode = {"training": training} if self._function_takes_training else {}
        outputs = self.function(inputs, **self.arguments, **mode)
        if self.output_shape is not None:
            for y in flatten(outputs):
                self._hold_to(self.output_shape, y.shape[1:])
        return outputs

    def _hold_to(self, expected: Sequence[int | None], found: Shape) -> None:
        if len(expected) != len(found) or any(e is not None and e != n for e, n in zip(expected, found, strict=True)):
            raise ShapeError(
                f'Lambda "{self.name}": output_shape is {tuple(expected)}, but the function makes samples of shape {found}. '
                "Leave output_shape out, or change one of them."
            )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "function": _name_of(self.function),
            "output_shape": None if self.output_shape is None else list(self.output_shape),
            "arguments": map_structure(plain, self.arguments),
        }


def _parameters(function: Callable[..., Any]) -> Mapping[str, Any]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # a built-in
        return {}


def _name_of(function: Callable[..., Any]) -> str:
    name = str(getattr(function, "__name__", ""))
    if _functions.get(name) is function or (name in ops.__all__ and getattr(ops, name) is function):
        return name
    raise ArgumentError(
        f"Lambda: {name or function!r} has no name that a stored model could use: files hold names, never code. "
        "Write it with def, decorate it with pellucid.layers.Lambda.register, and import it before loading; or use save_weights."
    )


def _find(name: str) -> Callable[..., Any]:
    if name in _functions:
        return _functions[name]
    if name in ops.__all__ and not isinstance(getattr(ops, name), type):
        function: Callable[..., Any] = getattr(ops, name)
        return function
    raise unknown_name("Lambda: function", name, [*_functions, *(n for n in ops.__all__ if n.islower())])
