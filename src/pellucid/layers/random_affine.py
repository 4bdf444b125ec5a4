"""RandomFlip, RandomRotation, RandomZoom and RandomTranslation: images moved by chance while a model trains."""

from __future__ import annotations

import math
from typing import Any

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.errors import ArgumentError, unknown_name
from pellucid.layers.augmentation import AffineAugmentation, Terms, factor_range

_MODES = ("horizontal", "vertical", "horizontal_and_vertical")

Factor = float | tuple[float, float]


class RandomFlip(AffineAugmentation):
    """While training, each image turned over by chance, every second on average; otherwise the identity.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        mode: "horizontal" exchanges left and right, "vertical" top and bottom, "horizontal_and_vertical" does each by a draw of
            its own.
        seed: in place of the model's; None follows that.
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: the mode is not known.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> y = pl.layers.RandomFlip("horizontal", seed=1)(np.tile([[[[1.0], [2.0]]]], (100, 1, 1, 1)), training=True).numpy()
    >>> sorted({tuple(row) for row in y[:, 0, :, 0].tolist()})
    [(1.0, 2.0), (2.0, 1.0)]
    """

    def __init__(
        self, mode: str = "horizontal_and_vertical", seed: int | None = None, data_format: str | None = None, **layer: Any
    ) -> None:
        super().__init__("nearest", "nearest", seed, 0.0, data_format, **layer)
        if mode not in _MODES:
            raise unknown_name("mode", mode, _MODES)
        self.mode = mode

    def turn(self, images: Tensor) -> Terms:
        rows = self._sign("flip_rows", images) if "vertical" in self.mode.split("_") else 1.0
        columns = self._sign("flip_columns", images) if "horizontal" in self.mode.split("_") else 1.0
        return rows, 0.0, 0.0, 0.0, columns, 0.0

    def _sign(self, kind: str, images: Tensor) -> Tensor:
        """1 or -1 for each image."""
        return ops.rescale(self.draw(kind, images, 0, 2, whole=True), -2.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {"mode": self.mode, **{k: v for k, v in config.items() if k not in ("fill_mode", "interpolation", "fill_value")}}


class RandomRotation(AffineAugmentation):
    """While training, each image turned about its middle by a random angle; otherwise the identity.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        factor: the angle's two ends in full turns, counter-clockwise: (-0.1, 0.2) is -36 to 72 degrees; f is (-f, f).
        fill_mode: what lies outside of the image: "reflect", "constant", "wrap" or "nearest"; see `ops.AffineSampling`.
        interpolation: "bilinear" or "nearest".
        seed: in place of the model's; None follows that.
        fill_value: for the fill mode "constant".
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None]
    >>> pl.layers.RandomRotation((0.25, 0.25))(x, training=True).numpy().round(4)[0, :, :, 0]
    array([[2., 4.],
           [1., 3.]], dtype=float32)
    """

    def __init__(
        self,
        factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **layer)
        self.factor = factor_range("RandomRotation", "factor", factor, -1, 1)

    def turn(self, images: Tensor) -> Terms:
        low, high = self.factor
        angle = self.draw("rotation", images, 2 * math.pi * low, 2 * math.pi * high)
        cosine, sine = ops.cos(angle), ops.sin(angle)
        return cosine, sine, 0.0, ops.negative(sine), cosine, 0.0

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": list(self.factor)}


class RandomZoom(AffineAugmentation):
    """While training, each image made smaller or larger about its middle by chance; otherwise the identity.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        height_factor: the two ends of what is seen more of the height, as a share of it: 0.2 shows 1.2 times as much (zooms out),
            -0.2 as much as 0.8 (zooms in); f is (-f, f). From above -1 to 1.
        width_factor: the same for the width, drawn by itself; None zooms both alike.
        fill_mode: what lies outside of the image: "reflect", "constant", "wrap" or "nearest"; see `ops.AffineSampling`.
        interpolation: "bilinear" or "nearest".
        seed: in place of the model's; None follows that.
        fill_value: for the fill mode "constant".
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> x = np.arange(5.0).reshape(1, 1, 5, 1)
    >>> pl.layers.RandomZoom((0, 0), (-0.5, -0.5))(x, training=True).numpy().ravel()
    array([1. , 1.5, 2. , 2.5, 3. ], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **layer)
        self.height_factor = factor_range("RandomZoom", "height_factor", height_factor, -1, 1)
        self.width_factor = None if width_factor is None else factor_range("RandomZoom", "width_factor", width_factor, -1, 1)
        for ends in (self.height_factor, self.width_factor):
            if ends is not None and ends[0] == -1:
                raise ArgumentError(f"RandomZoom: factors must be above -1, where nothing of the image is seen. Received {ends}.")

    def turn(self, images: Tensor) -> Terms:
        low, high = self.height_factor
        tall = self.draw("zoom_rows", images, 1 + low, 1 + high)
        wide = tall
        if self.width_factor is not None:
            low, high = self.width_factor
            wide = self.draw("zoom_columns", images, 1 + low, 1 + high)
        return tall, 0.0, 0.0, 0.0, wide, 0.0

    def get_config(self) -> dict[str, Any]:
        width = None if self.width_factor is None else list(self.width_factor)
        return {**super().get_config(), "height_factor": list(self.height_factor), "width_factor": width}


class RandomTranslation(AffineAugmentation):
    """While training, each image moved down or up and right or left by chance; otherwise the identity.

    Shapes: (batch, height, width, channels) -> the same.

    Args:
        height_factor: the two ends of the way down, as shares of the height: -0.2 is up; f is (-f, f).
        width_factor: the two ends of the way to the right, as shares of the width.
        fill_mode: what lies outside of the image: "reflect", "constant", "wrap" or "nearest"; see `ops.AffineSampling`.
        interpolation: "bilinear" or "nearest".
        seed: in place of the model's; None follows that.
        fill_value: for the fill mode "constant".
        data_format: None or "channels_last".
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image.

    >>> import numpy as np, pellucid as pl
    >>> x = np.arange(1.0, 5.0).reshape(1, 1, 4, 1)
    >>> pl.layers.RandomTranslation(0, (0.25, 0.25), "constant")(x, training=True).numpy().ravel()
    array([0., 1., 2., 3.], dtype=float32)
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **layer: Any,
    ) -> None:
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format, **layer)
        self.height_factor = factor_range("RandomTranslation", "height_factor", height_factor, -1, 1)
        self.width_factor = factor_range("RandomTranslation", "width_factor", width_factor, -1, 1)

    def turn(self, images: Tensor) -> Terms:
        (up, down), (left, right), (_, height, width, _) = self.height_factor, self.width_factor, images.shape
        # What comes to lie at a place was above it by as much as the image goes down.
        rows = self.draw("translation_rows", images, -down * height, -up * height)
        columns = self.draw("translation_columns", images, -right * width, -left * width)
        return 1.0, 0.0, rows, 0.0, 1.0, columns

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "height_factor": list(self.height_factor), "width_factor": list(self.width_factor)}
