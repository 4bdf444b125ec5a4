"""Identity: a place in a model where nothing happens."""

from __future__ import annotations

from typing import Any

from pellucid.layers.layer import Layer


class Identity(Layer):
    """Hands its input on, one tensor or a structure of them: a placeholder where an option is left out.

    >>> import pellucid as pl
    >>> pl.layers.Identity()([[1.0, 2.0]]).numpy()
    array([[1., 2.]], dtype=float32)
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs
