"""Adam: steps of even size, from running means of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from pellucid.arguments import flag, real
from pellucid.kernels.call import Call, Share, all_float32, reads, updates
from pellucid.optimizers.optimizer import Array, Optimizer

if TYPE_CHECKING:
    from pellucid.kernels.call import Buffer


class Adam(Optimizer):
    r"""Adaptive moment estimation.

        m <- beta_1 m + (1 - beta_1) g            m^ = m / (1 - beta_1^t)
        v <- beta_2 v + (1 - beta_2) g^2          v^ = v / (1 - beta_2^t)

        p <- p - rate * m^ / (sqrt(v^) + epsilon)                                           (Algorithm 1)

    The hats undo that m and v begin at 0. By default it is the form of the paper's section 2, last paragraph,

        p <- p - rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + epsilon)

    where epsilon stands beside v without its hat, so it weighs more in the first steps: Keras' and scikit-learn's form.
    PyTorch and Optax follow Algorithm 1: ``epsilon_hat=False``. The two differ where gradients are not much larger than epsilon,
    and that is often: losses part by a thousandth within an epoch.

    Args:
        learning_rate: about the size of a step in each number, >= 0.
        beta_1, beta_2: share of m and of v that is kept, 0 <= beta < 1.
        epsilon: > 0; bounds the step where gradients vanish. Keras' 1e-7; the paper and PyTorch have 1e-8.
        epsilon_hat: which of the two forms.
        amsgrad: divide by the greatest v so far instead of the present one, so that steps never grow again. The greatest is
            taken before the hat, as in Keras and PyTorch; the paper has no hats.
        settings: of all optimizers; see `Optimizer`.

    Raises:
        ArgumentError: an argument is out of its range.

    Source: Kingma and Ba, "Adam: A method for stochastic optimization", 2015; amsgrad: Reddi, Kale and Kumar, "On the
    convergence of Adam and beyond", 2018.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0, 1.0])}, pl.optimizers.Adam(learning_rate=0.1)
    >>> optimizer.update(params, {"W": np.array([1e3, -1.0])})
    >>> params["W"].round(4)  # the first step is as long for a small gradient as for a large one
    array([0.9, 1.1])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *,
        epsilon_hat: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(learning_rate, **settings)
        owner = type(self).__name__
        self.beta_1 = real(owner, "beta_1", beta_1, at_least=0, below=1)
        self.beta_2 = real(owner, "beta_2", beta_2, at_least=0, below=1)
        self.epsilon = real(owner, "epsilon", epsilon, above=0)
        self.amsgrad = flag(owner, "amsgrad", amsgrad)
        self.epsilon_hat = flag(owner, "epsilon_hat", epsilon_hat)

    @property
    def slots(self) -> tuple[str, ...]:
        return ("first_moment", "second_moment", *(("greatest_second_moment",) if self.amsgrad else ()))

    def rule(
        self, xp: Any, p: Array, g: Array, state: Mapping[str, Array], rate: float, t: int
    ) -> tuple[Array, dict[str, Array]]:
        m = self.beta_1 * state["first_moment"] + (1 - self.beta_1) * g
        v = self.beta_2 * state["second_moment"] + (1 - self.beta_2) * g * g
        after = {"first_moment": m, "second_moment": v}
        if self.amsgrad:
            v = after["greatest_second_moment"] = xp.maximum(state["greatest_second_moment"], v)
        correction_1, correction_2 = 1 - self.beta_1**t, 1 - self.beta_2**t
        if self.epsilon_hat:
            step = rate * sqrt(correction_2) / correction_1 * m / (xp.sqrt(v) + self.epsilon)
        else:
            step = rate * (m / correction_1) / (xp.sqrt(v / correction_2) + self.epsilon)
        return p - step, after

    def bind(self, p: Buffer, g: Buffer, state: Mapping[str, Buffer], rate: Buffer, clock: Buffer) -> Sequence[Call] | None:
        if not all_float32(p, g, *state.values()):
            return None
        kernel = "optimizer.amsgrad" if self.amsgrad else "optimizer.adam"
        constants = (self.beta_1, self.beta_2, self.epsilon, self.epsilon_hat)
        moments = [updates(state[slot]) for slot in self.slots]
        places = (updates(p), reads(g, Share.ROWS), *moments, reads(rate), reads(clock))
        return [Call(kernel, p.rows, p.row_size, *constants, *places)]


class AdamW(Adam):
    r"""Adam with decoupled weight decay: weights shrink by themselves, not by way of the gradient and its moments.

        p <- p - rate * weight_decay * p        then Adam's step

    An L2 penalty under Adam is divided by the gradient's size like the rest of the gradient, so that weights with large
    gradients hardly decay; this decays all alike. The decay goes with the learning rate, as in Keras and PyTorch; in the
    paper it has a schedule of its own.

    Args:
        weight_decay: 0.004 as in Keras; PyTorch has 0.01.
        learning_rate, beta_1, beta_2, epsilon, amsgrad, epsilon_hat, settings: as of `Adam`.

    Source: Loshchilov and Hutter, "Decoupled weight decay regularization", 2019.

    >>> import numpy as np, pellucid as pl
    >>> params, optimizer = {"W": np.array([1.0])}, pl.optimizers.AdamW(learning_rate=0.1, weight_decay=0.5)
    >>> optimizer.update(params, {"W": np.array([0.0])})
    >>> params["W"]  # no gradient, and yet 1 - 0.1 * 0.5
    array([0.95])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *,
        epsilon_hat: bool = True,
        **settings: Any,
    ) -> None:
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, epsilon_hat=epsilon_hat, weight_decay=weight_decay, **settings
        )
