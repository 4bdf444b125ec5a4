"""Bidirectional: a recurrent layer over the sequence and another one over it backwards."""

from __future__ import annotations

from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.autodiff.nest import flatten
from pellucid.configurable import serialize
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer
from pellucid.layers.rnn import RNN, by_position

_MODES = ("concat", "sum", "mul", "ave", None)


class Bidirectional(Layer):
    """Two recurrent layers on one sequence, one of them backwards, so that each step knows what comes after it.

    Args:
        layer: the recurrent layer.
        merge_mode: how outputs are joined: "concat" along the features, "sum", "mul", "ave"; None gives both.
        backward_layer: the other layer; one like ``layer`` with weights of its own where absent.
        settings: see `Layer`.

    When called, ``initial_state`` is the list of the forward layer's states, then the backward layer's; with ``return_state``
    they are returned in that order. As in Keras, of sequences the outputs of steps that the mask hides are 0.

    Raises:
        ArgumentError: a layer is not recurrent, both run the same way, or they differ in what they return.

    Source: Schuster and Paliwal, "Bidirectional recurrent neural networks", 1997.

    >>> import numpy as np, pellucid as pl
    >>> pl.layers.Bidirectional(pl.layers.GRU(4, return_sequences=True))(np.zeros((2, 5, 3))).shape
    (2, 5, 8)
    """

    def __init__(self, layer: Any, merge_mode: str | None = "concat", backward_layer: Any = None, **settings: Any) -> None:
        super().__init__(**settings)
        from pellucid.layers import get

        forward = get(layer)
        if not isinstance(forward, RNN):
            raise ArgumentError(f"Bidirectional: layer must be recurrent, such as LSTM(8). Received {layer!r}.")
        if merge_mode not in _MODES:
            raise ArgumentError(f"Bidirectional: merge_mode must be one of {_MODES}. Received {merge_mode!r}.")
        if backward_layer is None:
            config = forward.get_config()
            changed = {"go_backwards": not forward.go_backwards, "name": f"backward_{forward.name}"}
            backward: Layer = type(forward).from_config({**config, **changed})
        else:
            backward = get(backward_layer)
        if not isinstance(backward, RNN) or backward.go_backwards == forward.go_backwards:
            raise ArgumentError(
                "Bidirectional: backward_layer must be recurrent and run the other way than layer: set its go_backwards. "
                f"Received {backward!r}."
            )
        for name in ("return_sequences", "return_state", "stateful"):
            if getattr(forward, name) != getattr(backward, name):
                raise ArgumentError(f"Bidirectional: both layers must have the same {name}.")
        self.forward_layer, self.backward_layer = forward, backward
        for each in (forward, backward):
            each.in_order_of_time = True
            each.zero_output_for_mask = each.return_sequences
        self.merge_mode = merge_mode

    def __call__(
        self,
        inputs: Any,
        *more: Any,
        training: bool | None = None,
        initial_state: Any = None,
        mask: Any = None,
        **settings: Any,
    ) -> Any:
        return super().__call__(inputs, *by_position(self.name, more, initial_state, mask), training=training, **settings)

    def call(
        self,
        inputs: Tensor,
        initial_state: Any = None,
        given_mask: Tensor | None = None,
        mask: Tensor | None = None,
        training: bool = False,
    ) -> Any:
        mask = mask if given_mask is None else given_mask
        states = flatten(initial_state)
        half = len(self.forward_layer.state_sizes) if states else 0
        run: dict[str, Any] = {"mask": mask, "training": training}
        ahead = self.forward_layer(inputs, initial_state=states[:half] or None, **run)
        back = self.backward_layer(inputs, initial_state=states[half:] or None, **run)
        (y, *last), (y_back, *last_back) = (p if isinstance(p, tuple) else (p,) for p in (ahead, back))
        merged = self._merge(y, y_back)
        if isinstance(merged, Tensor):
            merged.mask = y.mask
        parts = (*(merged if isinstance(merged, tuple) else (merged,)), *last, *last_back)
        return parts if len(parts) > 1 else parts[0]

    def _merge(self, ahead: Tensor, back: Tensor) -> Any:
        if self.merge_mode is None:
            return ahead, back
        if self.merge_mode == "concat":
            return ops.concatenate([ahead, back], axis=-1)
        if self.merge_mode == "mul":
            return ahead * back
        return ops.rescale(ahead + back, 0.5) if self.merge_mode == "ave" else ahead + back

    def reset_states(self) -> None:
        """Let the next batch begin with states of zeros."""
        self.forward_layer.reset_states()
        self.backward_layer.reset_states()

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "layer": serialize(self.forward_layer),
            "merge_mode": self.merge_mode,
            "backward_layer": serialize(self.backward_layer),
        }
