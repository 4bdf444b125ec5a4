"""RandomLayer: what layers have in common that draw random numbers while a model trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import integer, is_integer
from pellucid.autodiff import Tensor, current_context
from pellucid.errors import ArgumentError
from pellucid.layers.layer import Layer
from pellucid.random.streams import stream_key


class RandomLayer(Layer):
    """Base of the layers whose output depends on chance while training.

    The numbers depend on the seed, the layer's place in the model, the training step and the sample's place in the epoch; not
    on threads or on what ran before.

    Args:
        seed: in place of the model's; None follows that.
        layer: see `Layer`.
    """

    def __init__(self, seed: int | None = None, **layer: Any) -> None:
        super().__init__(**layer)
        self.seed = None if seed is None else integer(type(self).__name__, "seed", seed, at_least=0)

    def stream(self, kind: str) -> tuple[int, Tensor]:
        """The key of this layer's random numbers, and the clock by which they change."""
        context = current_context()
        assert context is not None  # a layer always runs in one
        assert context.clock is not None
        return stream_key(context.seed if self.seed is None else self.seed, kind, *context.path), context.clock

    def shared_mask(self, inputs: Tensor, noise_shape: Sequence[int | None], rate: float, kind: str) -> Tensor:
        """Ones, and zeros with probability ``rate``, of the shape of the mask: 1 where one decision serves a whole axis.

        Raises:
            ArgumentError: ``noise_shape`` does not fit the input.
        """
        shape = inputs.shape
        fits = len(noise_shape) == len(shape) and all(n in (None, 1) or n == m for n, m in zip(noise_shape, shape, strict=True))
        if not fits:
            raise ArgumentError(
                f'{type(self).__name__} "{self.name}": noise_shape must have for each axis of the input 1 (one decision for all '
                f"of it), its length, or None for that. Received {tuple(noise_shape)} for shape {shape}."
            )
        part = inputs[tuple(slice(0, 1) if n == 1 else slice(None) for n in noise_shape)]
        key, clock = self.stream(kind)
        return ops.rescale(ops.dropout(ops.ones_like(part), rate, key, clock), 1 - rate)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "seed": self.seed}


def noise_shape_argument(owner: str, noise_shape: Any) -> tuple[int | None, ...] | None:
    """A ``noise_shape`` as a tuple.

    Raises:
        ArgumentError: it is something else than positive integers and None.
    """
    if noise_shape is None:
        return None
    if not isinstance(noise_shape, list | tuple) or not all(n is None or is_integer(n, at_least=1) for n in noise_shape):
        raise ArgumentError(
            f"{owner}: noise_shape must be a tuple with a length or None for each axis, such as (None, 1, 64). "
            f"Received {noise_shape!r}."
        )
    return tuple(None if n is None else int(n) for n in noise_shape)
