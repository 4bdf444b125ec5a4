"""RandomContrast and RandomBrightness: images in another light by chance while a model trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid import ops
from pellucid.arguments import real
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError
from pellucid.layers.augmentation import Augmentation, factor_range


class _RandomLight(Augmentation):
    """What both have in common: the range of values that images have, and are held to; a factor of two ends."""

    factor: tuple[float, float]

    def __init__(self, value_range: Sequence[float], seed: int | None, **layer: Any) -> None:
        super().__init__(seed, **layer)
        owner = type(self).__name__
        ends = tuple(value_range) if isinstance(value_range, list | tuple) else ()
        if len(ends) != 2 or not real(owner, "value_range", ends[0]) < real(owner, "value_range", ends[1]):
            raise ArgumentError(
                f"{owner}: value_range must be two numbers, the least and the greatest value of an image, such as (0, 1). "
                f"Received {value_range!r}."
            )
        self.value_range = (float(ends[0]), float(ends[1]))

    def of_each(self, images: Tensor, kind: str, low: float, high: float) -> Tensor:
        """One number for each image, to stand beside its values."""
        return ops.reshape(self.draw(kind, images, low, high), (images.shape[0], 1, 1, 1))

    def within_range(self, images: Tensor) -> Tensor:
        return ops.clip(images, *self.value_range)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "value_range": list(self.value_range), "factor": list(self.factor)}


class RandomContrast(_RandomLight):
    """While training, each image's values drawn to or from their mean by chance; otherwise the identity.

        y = (x - mean) f + mean        f from 1 - lower to 1 + upper; mean of each channel of each image

    and what leaves ``value_range`` is put at its end.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        factor: (lower, upper), each from 0 to 1; f is (f, f), as Keras documents it (its version 3 has taken (0, f)).
        value_range: the least and the greatest value of an image; (0, 1) for images that were divided by 255.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> x = np.array([0.25, 0.75]).reshape(1, 1, 2, 1)
    >>> pl.layers.RandomContrast((0.0, 0.0), (0, 1))(x, training=True).numpy().ravel()
    array([0.25, 0.75], dtype=float32)
    """

    def __init__(
        self,
        factor: float | tuple[float, float],
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(value_range, seed, **layer)
        ends = tuple(factor) if isinstance(factor, list | tuple) else (factor, factor)
        if len(ends) != 2:
            raise ArgumentError(f"RandomContrast: factor must be a number, or two, lower and upper. Received {factor!r}.")
        lower, upper = (real("RandomContrast", "factor", end, at_least=0, at_most=1) for end in ends)
        self.factor = (lower, upper)

    def changed(self, images: Tensor) -> Tensor:
        lower, upper = self.factor
        mean = ops.mean(images, axis=(1, 2), keepdims=True)
        return self.within_range((images - mean) * self.of_each(images, "contrast", 1 - lower, 1 + upper) + mean)


class RandomBrightness(_RandomLight):
    """While training, each image made lighter or darker by chance; otherwise the identity.

        y = x + f (greatest - least)        f from the factor's one end to the other

    and what leaves ``value_range``, least to greatest, is put at its end.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        factor: two ends from -1 (black) to 1 (white); f is (-f, f).
        value_range: the least and the greatest value of an image; (0, 1) for images that were divided by 255.
        seed: in place of the model's; None follows that.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> x = np.array([0.25, 0.75]).reshape(1, 1, 2, 1)
    >>> pl.layers.RandomBrightness((0.5, 0.5), (0, 1))(x, training=True).numpy().ravel()
    array([0.75, 1.  ], dtype=float32)
    """

    def __init__(
        self,
        factor: float | tuple[float, float],
        value_range: Sequence[float] = (0, 255),
        seed: int | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(value_range, seed, **layer)
        self.factor = factor_range("RandomBrightness", "factor", factor, -1, 1)

    def changed(self, images: Tensor) -> Tensor:
        low, high = self.factor
        reach = self.value_range[1] - self.value_range[0]
        return self.within_range(images + self.of_each(images, "brightness", low * reach, high * reach))
