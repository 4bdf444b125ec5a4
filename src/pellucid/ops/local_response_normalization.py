"""Local response normalization: a strong channel quiets its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pellucid.arguments import integer, real
from pellucid.autodiff import Op, Spec, Tensor
from pellucid.errors import ShapeError
from pellucid.ops.dtypes import floating


@dataclass(frozen=True)
class LocalResponseNormalization(Op):
    r"""AlexNet's normalization across channels, the last axis.

        y[c] = x[c] / d[c]^beta        d[c] = k + alpha * sum of x[j]^2 over j from max(0, c - n // 2) to min(C - 1, c + n // 2)

        dL/dx[c] = dL/dy[c] d[c]^-beta - 2 alpha beta x[c] * sum over the same j of dL/dy[j] x[j] d[j]^(-beta - 1)

    alpha stands before the sum, as in the paper and in TensorFlow; PyTorch's layer divides it by n.

    Shapes: (..., channels) -> the same. (Krizhevsky, Sutskever and Hinton, 2012, section 3.3.)
    """

    n: int = 5
    k: float = 2.0
    alpha: float = 1e-4
    beta: float = 0.75

    def __post_init__(self) -> None:
        integer("LocalResponseNormalization", "n", self.n, at_least=1)
        real("LocalResponseNormalization", "k", self.k, above=0)
        real("LocalResponseNormalization", "alpha", self.alpha, at_least=0)
        real("LocalResponseNormalization", "beta", self.beta, at_least=0)

    def infer(self, x: Spec) -> Spec:
        if x.ndim < 1 or not x.is_float:
            raise ShapeError(f"x must be floats with an axis of channels, the last. Received {x}.")
        return x

    def forward(self, xp: Any, x: Any) -> Any:
        return x * self._divisor(xp, x) ** -self.beta

    def backward(self, xp: Any, grad: Any, x: Any) -> Any:
        d = self._divisor(xp, x)
        others = self._sum(xp, grad * x * d ** (-self.beta - 1))
        return grad * d**-self.beta - 2 * self.alpha * self.beta * x * others

    def _divisor(self, xp: Any, x: Any) -> Any:
        return self.k + self.alpha * self._sum(xp, x * x)

    def _sum(self, xp: Any, x: Any) -> Any:
        """The sum over each channel's neighbours."""
        radius, channels = self.n // 2, x.shape[-1]
        padded = xp.pad(x, (*[(0, 0)] * (x.ndim - 1), (radius, radius)))
        return sum(padded[..., shift : shift + channels] for shift in range(2 * radius + 1))


def local_response_normalization(x: Any, n: int = 5, k: float = 2.0, alpha: float = 1e-4, beta: float = 0.75) -> Tensor:
    """``x`` with each channel divided by what its neighbours say; see `LocalResponseNormalization`.

    >>> import pellucid as pl
    >>> pl.ops.local_response_normalization([[1.0, 2.0, 0.0]], n=3, k=1.0, alpha=1.0, beta=1.0).numpy().round(3)
    array([[0.167, 0.333, 0.   ]], dtype=float32)
    """
    return LocalResponseNormalization(n, float(k), float(alpha), float(beta))(*floating(x))
