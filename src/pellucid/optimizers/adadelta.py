"""Adadelta: steps in the unit of the parameter, from running means of squared gradients and squared steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pellucid.arguments import real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Adadelta(Optimizer):
    r"""Each step is as long as steps have been of late, times the gradient over its size of late.

        v <- rho v + (1 - rho) g^2
        d = sqrt(s + epsilon) / sqrt(v + epsilon) * g
        s <- rho s + (1 - rho) d^2        p <- p - rate * d

    The paper has no rate (1, as PyTorch's default); Keras' 0.001 is the default here and makes it slow: pass 1.0 for the
    paper's. The first steps follow from epsilon alone.

    Args:
        learning_rate: >= 0.
        rho: share of the means that is kept, 0 <= rho < 1.
        epsilon: > 0. Keras' 1e-7; the paper and PyTorch have 1e-6.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Zeiler, "ADADELTA: An adaptive learning rate method", 2012.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0])}, pl.optimizers.Adadelta(1.0, rho=0.0, epsilon=0.01)
    >>> optimizer.update(params, {"W": np.array([2.0])})
    >>> params["W"].round(4)  # 1 - 0.1 / sqrt(4.01) * 2
    array([0.9001])
    """

    def __init__(self, learning_rate: Any = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **settings: Any) -> None:
        super().__init__(learning_rate, **settings)
        self.rho = real("Adadelta", "rho", rho, at_least=0, below=1)
        self.epsilon = real("Adadelta", "epsilon", epsilon, above=0)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("mean_square_gradient", "mean_square_step")

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        s = state["mean_square_step"]
        v = self.rho * state["mean_square_gradient"] + (1 - self.rho) * g * g
        d = xp.sqrt(s + self.epsilon) / xp.sqrt(v + self.epsilon) * g
        s = self.rho * s + (1 - self.rho) * d * d
        return p - rate * d, {"mean_square_gradient": v, "mean_square_step": s}

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        v, s = state["mean_square_gradient"], state["mean_square_step"]
        if not all_float32(p, g, v, s):
            return None
        places = (updates(p), reads(g, Share.ROWS), updates(v), updates(s), reads(rate))
        return [Call("optimizer.adadelta", p.rows, p.row_size, self.rho, self.epsilon, *places)]
