"""TableConv2D: a convolution in which a table says which channels are connected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid import ops
from pellucid.autodiff import Tensor
from pellucid.autodiff.spec import Shape
from pellucid.errors import ArgumentError, ShapeError
from pellucid.layers.convolution_layer import ConvolutionLayer
from pellucid.layers.room import taken


class TableConv2D(ConvolutionLayer):
    """2-D convolution in which each output channel sees those input channels alone that a table names: LeNet-5's layer C3.

        y[n, i, j, k] = f(bias[k] + sum over c in connections[k], over u, v of  x[n, i + u, j + v, c] kernel[u, v, (c, k)])

    Shapes: x (batch, height, width, channels), kernel (*kernel_size, number of connections), those of output 0 first
    -> (batch, rows, columns, len(connections)).

    Args:
        connections: for each output channel the input channels that it sees, from 0.
        kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias: see `Conv2D`.
        kernel_initializer: first values; those of a whole kernel, of which the connected ones are kept.
        bias_initializer: first values.
        kernel_regularizer, bias_regularizer: penalties, by name or object.
        kernel_constraint, bias_constraint: what weights are held to after each update, by name or object.
        layer: see `Layer`.

    Raises:
        ArgumentError: an argument breaks its rule.
        ShapeError: when called: the input is no image, or the table names a channel that it does not have.

    Source: LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998, table I.

    >>> import numpy as np, pellucid as pl
    >>> layer = pl.layers.TableConv2D([[0, 1], [1, 2], [0, 1, 2]], 5)
    >>> layer(np.zeros((1, 14, 14, 3), "float32")).shape, layer.count_params()  # 5 * 5 * (2 + 2 + 3) + 3
    ((1, 10, 10, 3), 178)
    """

    def __init__(
        self,
        connections: Sequence[Sequence[int]],
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **layer: Any,
    ) -> None:
        super().__init__(kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias, **layer)
        self.connections = _table(connections)
        self.hold("kernel", kernel_initializer, kernel_regularizer, kernel_constraint)
        self.hold("bias", bias_initializer, bias_regularizer, bias_constraint)

    def build(self, input_shape: Shape) -> None:
        self.require_image(input_shape)
        self._channels = input_shape[-1]
        largest = max(c for seen in self.connections for c in seen)
        if largest >= self._channels:
            raise ShapeError(
                f"{self.title}: the table names channel {largest}, counted from 0, but the input has {self._channels}. "
                f"Received shape {input_shape}."
            )
        whole = (*self.kernel_size, self._channels, len(self.connections))
        taken(self.name, (len(self._pairs), self._channels * len(self.connections)), self.dtype)  # what call makes, see there
        inputs, outputs = zip(*self._pairs, strict=True)
        initial: Any = vars(self)["kernel_initializer"]

        def connected(shape: Shape, dtype: Any, generator: Any) -> Any:
            return initial(whole, dtype, generator)[:, :, inputs, outputs]

        self.kernel = self.weight("kernel", "kernel", (*self.kernel_size, len(self._pairs)), connected)
        self.add_bias(len(self.connections))

    def call(self, inputs: Tensor) -> Tensor:
        self.require_image(inputs.shape)
        self.require_channels(inputs.shape, self._channels)
        height, width, number = self.kernel.shape
        channels, outputs = self._channels, len(self.connections)
        spread = np.zeros((number, channels * outputs), self.dtype)  # 1 where a connection's weight belongs
        spread[range(number), [c * outputs + k for c, k in self._pairs]] = 1
        whole = ops.reshape(ops.matmul(ops.reshape(self.kernel, (height * width, number)), spread), (height, width, channels, -1))
        return self.convolve(inputs, whole, self.bias_or_zeros(outputs), 1)

    @property
    def _pairs(self) -> list[tuple[int, int]]:
        """Input and output channel of each connection."""
        return [(c, k) for k, seen in enumerate(self.connections) for c in seen]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "connections": [list(seen) for seen in self.connections]}


def _table(connections: Any) -> tuple[tuple[int, ...], ...]:
    right = isinstance(connections, list | tuple) and len(connections) > 0
    right = right and all(isinstance(seen, list | tuple) and seen and len(set(seen)) == len(seen) for seen in connections)
    if not right or not all(isinstance(c, int) and c >= 0 for seen in connections for c in seen):
        raise ArgumentError(
            "TableConv2D: connections must list for each output channel the input channels that it sees, counted from 0, each "
            f"once, such as [[0, 1], [1, 2]]. Received {connections!r}."
        )
    return tuple(tuple(seen) for seen in connections)
