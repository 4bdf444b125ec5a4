"""Sequential: a stack of layers, each fed by the one before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from weakref import WeakMethod

import numpy as np

from pellucid.autodiff import OPEN, Spec, Tensor, current_context
from pellucid.autodiff.nest import flatten
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, NotBuiltError, ShapeError
from pellucid.layers.input import InputLayer
from pellucid.layers.layer import Layer, automatic_name
from pellucid.layers.layer_call import NotCalledError
from pellucid.models.functional import check_shape
from pellucid.models.model import Model


class Sequential(Model):
    """A linear stack of layers.

    Args:
        layers: in order; may begin with ``Input(shape)``. Without it, or an ``input_shape`` on the first layer, the model is
            built when it first sees data.
        name: for messages and summaries.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.Input((2,)), pl.layers.Dense(5, activation="relu"), pl.layers.Dense(3, activation="softmax")])
    >>> model.count_params()  # 2 * 5 + 5 and 5 * 3 + 3
    33
    """

    def __init__(self, layers: Iterable[Any] | None = None, *, name: str | None = None, **layer: Any) -> None:
        super().__init__(name=name, **layer)
        self._stack: list[Layer] = []
        self._input_spec: Spec | None = None
        self._input_is_said = False  # by Input or a first layer, so that data are held against it; else the first data tell it
        self._chain: list[Tensor] = []  # symbolic: the input, then what each layer gives; made when asked for
        if isinstance(layers, Layer | Tensor):
            raise ArgumentError(f"{self.name}: pass the layers as a list, [Dense(10)]. Received {layers!r}.")
        for entry in layers or ():
            self._append(entry)
        self._build_if_known()

    def add(self, layer: Any) -> None:
        """Put a layer on top.

        Raises:
            ArgumentError: it is not a layer, or is in the stack already.
        """
        self._append(layer)
        self._build_if_known()

    def pop(self) -> Layer:
        """Take the top layer off."""
        if not self._stack:
            raise ArgumentError(f"{self.name}: there is no layer to pop.")
        self._changed()
        layer = self._stack.pop()
        layer._note = None
        return layer

    def _append(self, entry: Any) -> None:
        if isinstance(entry, Tensor) and entry.is_symbolic and entry.node is None:
            if self._stack or self._input_spec is not None:
                raise ArgumentError(f"{self.name}: Input(...) must come first, and once.")
            self._input_spec, self._input_is_said = entry.spec, True
            return
        if not isinstance(entry, Layer):
            raise ArgumentError(f"{self.name}: each entry must be a layer, made with brackets: Dense(10). Received {entry!r}.")
        if any(entry is layer for layer in self._stack):
            raise ArgumentError(
                f"{self.name}: {entry.name!r} is in the stack already. To share a layer, use the functional Model."
            )
        declared = entry._declared_input_shape
        if declared is not None and not self._stack and self._input_spec is None:
            self._input_spec, self._input_is_said = Spec((None, *declared), entry.dtype), True
        self._stack.append(entry)
        entry._note = WeakMethod(self._ends)  # else a stack and its layers would hold each other
        self._changed()
        self.built = False

    def _changed(self) -> None:
        self._forget_trainer()
        self._output_specs = None
        old = {id(t) for t in self._chain}
        for layer in self._stack:
            layer._noted = [call for call in layer._noted if not (isinstance(call[1], Tensor) and id(call[1]) in old)]
        self._chain = []

    def _build_if_known(self) -> None:
        if self._input_spec is not None and self._stack:
            self.infer_outputs(self._input_spec)

    @property
    def layers(self) -> list[Layer]:
        return list(self._stack)

    def _ends(self) -> tuple[Any, Any]:
        """The input and the output of the stack as symbolic tensors; layers in it know theirs from then on.

        Raises:
            NotBuiltError: the shape of the input is not known yet, or there is no layer.
        """
        if self._input_spec is None or not self._stack:
            raise NotCalledError(
                f"{self.name}: inputs and outputs exist once the input's shape is known. Begin with Input(shape)."
            )
        if not self._chain:
            self._chain = [Tensor(self._input_spec, name=automatic_name(InputLayer))]
            for layer in self._stack:
                self._chain.append(layer(self._chain[-1]))
        return self._chain[0], self._chain[-1]

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of the input, batch axis included."""
        if self._input_spec is None:
            raise NotBuiltError(f"{self.name}: the input shape is known once the model has seen data, or from Input(shape).")
        return self._input_spec.shape

    def build(self, input_shape: Any) -> None:
        """Make the layers' parameters for inputs of this shape, batch axis included."""
        one_input = isinstance(input_shape, tuple | list) and not any(isinstance(n, tuple | list) for n in input_shape)
        if self._input_spec is None and one_input:  # of several, call tells that they are too many
            self._input_spec = Spec((None, *input_shape[1:]), self.dtype)
        if current_context() is None:  # asked for by the user; else the stack is just about to be called
            self._build_if_known()

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_chain": []}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for layer in self._stack:
            layer._note = WeakMethod(self._ends)

    def get_config(self) -> dict[str, Any]:
        from pellucid.models.architecture import config_of

        return config_of(self)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        from pellucid.models.architecture import make

        return make({"class_name": "Sequential", "config": config}, cls)

    def call(self, inputs: Any) -> Any:
        if not self._stack:
            raise NotBuiltError(f"{self.name}: add a layer first.")
        if not isinstance(inputs, Tensor):
            raise ShapeError(
                f"{self.name}: a Sequential takes one input. Received {len(flatten(inputs))}. For several, use "
                "Model(inputs, outputs)."
            )
        if self._input_is_said and self._input_spec is not None:
            check_shape(f"{self.name}: the input", self._input_spec.shape, inputs.shape)
        for layer in self._stack:
            inputs = layer(inputs)
        return inputs

    @property
    def _takes_ids(self) -> bool:
        return next((layer._takes_ids for layer in self._stack if not isinstance(layer, InputLayer)), False)

    def _inputs_of_ids(self, count: int) -> list[bool]:
        return [self._takes_ids] * count

    def _ordered(self, x: Any) -> Any:
        return x  # one input, whatever a dictionary calls it

    def _input_shapes(self) -> Sequence[Shape]:
        return [self._input_spec.shape] if self._input_spec is not None else []

    @property
    def _batch_axis(self) -> int:
        return OPEN if self._input_spec is None else self._input_spec.shape[0]

    def input_dtypes(self, count: int) -> list[np.dtype[Any]]:
        spec = self._input_spec
        return [self.dtype if spec is None or spec.is_float else spec.dtype] * count
