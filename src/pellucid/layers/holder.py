"""Holder: parameters of its own, and layers and parameters held as attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from pellucid.autodiff import Parameter
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError

if TYPE_CHECKING:
    from pellucid.layers.layer import Layer

Array = npt.NDArray[Any]

_NOT_HELD = frozenset({"_parameters", "_noted", "_added_losses"})  # the layer's own weights, and notes of its calls


class Holder:
    """The half of a `Layer` that holds: layers and parameters among its attributes, in lists, tuples and dictionaries, too."""

    name: str
    built: bool
    _trainable: bool
    _parameters: list[Parameter]

    def _entries_held(self) -> Iterator[tuple[str, Layer | Parameter]]:
        """Layers and parameters held by this one, each with the key under which it is held."""
        for attribute, value in vars(self).items():
            if isinstance(value, _HOLDING) and attribute not in _NOT_HELD:  # few are; each step asks
                yield from _held_in(attribute, value)

    def _children(self) -> Iterator[tuple[str, Layer]]:
        """Layers held by this one, each with the key under which it is held."""
        for key, held in self._entries_held():
            if not isinstance(held, Parameter):
                yield key, held

    def _placed(self, *, loose: bool) -> Iterator[tuple[str, Parameter]]:
        """Parameters with their places, its own and then those of the layers held: made by ``add_weight``, or held loose."""
        if not loose:
            yield from ((p.name.rpartition("/")[2], p) for p in self._parameters)
        for key, held in self._entries_held():
            if not isinstance(held, Parameter):
                yield from ((f"{key}/{place}", p) for place, p in held._placed(loose=loose))
            elif loose:
                yield key, held

    def _all_placed(self) -> Iterator[tuple[str, Parameter]]:
        """Those that are held loose come last, so an attribute that lists a layer's weights once more takes none from it."""
        yield from self._placed(loose=False)
        yield from self._placed(loose=True)

    def _own(self) -> list[Parameter]:
        """What counts as this one's and as no layer's that it holds."""
        inner = {id(p) for _, child in self._children() for p in child.weights}
        loose = [held for _, held in self._entries_held() if isinstance(held, Parameter) and id(held) not in inner]
        return list({id(p): p for p in (*self._parameters, *loose)}.values())

    def _key_of(self, child: Layer) -> str:
        for key, layer in self._children():
            if layer is child:
                return key
        return f"{type(child).__name__} made in call"

    @property
    def weights(self) -> list[Parameter]:
        """All parameters, the layer's own first, each once."""
        return list({id(p): p for _, p in self._all_placed()}.values())

    def named_weights(self) -> dict[str, Parameter]:
        """All parameters by their place: the keys under which layers are held, then the parameter's own name or key.

        Raises:
            ArgumentError: two have the same place, so that a file could hold one of them only.
        """
        named: dict[str, Parameter] = {}
        seen: set[int] = set()
        for place, parameter in self._all_placed():
            if id(parameter) in seen:
                continue
            if place in named:
                raise ArgumentError(
                    f"{self.name}: two parameters are found as {place!r}, {named[place].name!r} and {parameter.name!r}: a file "
                    "could hold one of them only. Give one another name, or hold it as an attribute or under a key of its own."
                )
            seen.add(id(parameter))
            named[place] = parameter
        return named

    @property
    def trainable_weights(self) -> list[Parameter]:
        return [p for p in self.weights if p.trainable]

    @property
    def non_trainable_weights(self) -> list[Parameter]:
        return [p for p in self.weights if not p.trainable]

    @property
    def variables(self) -> list[Parameter]:
        """``weights`` by another name of Keras'."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Parameter]:
        """``trainable_weights`` by another name of Keras'."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Parameter]:
        """``non_trainable_weights`` by another name of Keras'."""
        return self.non_trainable_weights

    @property
    def trainable(self) -> bool:
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        """Freeze (False) or thaw (True) this layer and all that it holds; a compiled model follows at its next ``fit``."""
        self._trainable = bool(value)
        for parameter in self._own():
            parameter.trainable = parameter.learnable and self._trainable
        for _, child in self._children():
            child.trainable = value

    def trainable_state(self) -> tuple[Any, ...]:
        """What is trained at present, to compare: a layer's flag counts by itself, as batch normalization heeds it."""
        held = list(self._entries_held())
        own = (*self._parameters, *(entry for _, entry in held if isinstance(entry, Parameter)))
        inner = (entry.trainable_state() for _, entry in held if not isinstance(entry, Parameter))
        return (self._trainable, *((id(p), p.trainable) for p in own), *inner)

    def get_weights(self) -> list[Array]:
        """Copies of all parameters' values."""
        return [p.array.copy() for p in self.weights]

    def set_weights(self, weights: list[npt.ArrayLike]) -> None:
        """Set all parameters, in the order of ``get_weights``; nothing is changed where one does not fit.

        Raises:
            ShapeError: the number of arrays or a shape is wrong.
        """
        values = [np.asarray(w) for w in weights]
        own = self.weights
        if len(values) != len(own):
            raise ShapeError(f"{self.name}: {len(own)} arrays of weights are needed. Received {len(values)}. Is the model built?")
        for parameter, value in zip(own, values, strict=True):
            if parameter.shape != value.shape:
                raise ShapeError(f"{parameter.name}: the shape must be {parameter.shape}. Received {value.shape}.")
        for parameter, value in zip(own, values, strict=True):
            parameter.assign(value)

    def count_params(self) -> int:
        """Number of single numbers in all parameters, biases included."""
        if not self.built:
            raise NotBuiltError(
                f"{self.name}: its parameters exist once it has seen an input shape. Call it, or pass input_shape."
            )
        return sum(p.size for p in self.weights)


_HOLDING = (Holder, Parameter, list, tuple, dict)


def _held_in(key: str, value: Any) -> Iterator[tuple[str, Layer | Parameter]]:
    if isinstance(value, Holder | Parameter):
        yield key, cast("Layer | Parameter", value)
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _held_in(f"{key}/{index}", entry)
    elif isinstance(value, dict):
        for name, entry in value.items():
            yield from _held_in(f"{key}/{name}", entry)
