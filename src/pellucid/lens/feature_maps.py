"""Feature maps and filters: what each layer makes of a sample, and the kernels that it does it with."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.errors import ArgumentError
from pellucid.lens.layer_calls import Layered, call_named, computed_calls, traced_calls

Array = npt.NDArray[Any]


def feature_maps(model: Layered, x: Any) -> dict[str, Array]:
    """What comes out of each layer for some samples, in the order of computation, in inference.

    Args:
        model: any.
        x: samples as in ``predict``; a list of arrays for several inputs.

    Returns:
        By the layer's name, "block/conv" for an inner one, "conv#2" for a second call: an array, a copy, first axis the samples.
        Of a layer with several outputs the first.

    >>> import numpy as np, pellucid as pl
    >>> model = pl.Sequential([pl.Input((8, 8, 1)), pl.layers.Conv2D(6, 3, name="conv"), pl.layers.MaxPooling2D(name="pool")])
    >>> {name: maps.shape for name, maps in feature_maps(model, np.ones((2, 8, 8, 1))).items()}
    {'conv': (2, 6, 6, 6), 'pool': (2, 3, 3, 6)}
    """
    return {call.name: call.outputs[0].array.copy() for call in computed_calls(model, x) if call.outputs}


def filters(model: Layered, layer: Any) -> Array:
    """The kernels of a convolution: (height, width, inputs, outputs), or (length, inputs, outputs) of lines; a copy.

    Args:
        model: built, with an input shape that it knows.
        layer: by name, path or itself.

    Raises:
        ArgumentError: there is no such layer, or it has no kernel that slides.

    >>> import pellucid as pl
    >>> model = pl.Sequential([pl.Input((8, 8, 3)), pl.layers.Conv2D(6, 5, name="conv")])
    >>> filters(model, "conv").shape
    (5, 5, 3, 6)
    """
    found = layer if not isinstance(layer, str) else call_named(traced_calls(model)[1], layer).layer
    for parameter in getattr(found, "weights", []):
        if parameter.name.endswith("kernel") and parameter.ndim > 2:
            kernel: Array = np.array(parameter.array)
            return kernel
    raise ArgumentError(f"filters: {layer!r} has no kernel that slides over images or lines. Pass a convolution.")
