"""The optimizers by the names, arguments and settings of the from-scratch courses: ``optimizer.update(params, grads)``.

Each is one of `pellucid.optimizers` with the courses' settings: the equations are those, in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from pellucid import optimizers
from pellucid.optimizers import Optimizer

Array = npt.NDArray[Any]


class _Updater:
    """An optimizer of the engine, under ``lr``."""

    def __init__(self, optimizer: Optimizer) -> None:
        self._optimizer = optimizer

    @property
    def lr(self) -> float:
        """The learning rate; may be assigned."""
        return self._optimizer.learning_rate

    @lr.setter
    def lr(self, value: float) -> None:
        self._optimizer.learning_rate = value

    def update(self, params: Mapping[str, Array], grads: Mapping[str, npt.ArrayLike]) -> None:
        """One step: every array in ``params`` that has a gradient is changed in place.

        Raises:
            ArgumentError: a gradient has no parameter, or a parameter is not an array of floats.
            ShapeError: a gradient has another shape than its parameter.
        """
        self._optimizer.update(params, grads)


class SGD(_Updater):
    r"""Gradient descent: ``p <- p - lr * g``. See `pellucid.optimizers.SGD`.

    >>> import numpy as np
    >>> params = {"W": np.array([1.0, 2.0])}
    >>> SGD(lr=0.1).update(params, {"W": np.array([10.0, -10.0])})
    >>> params["W"]
    array([0., 3.])
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(optimizers.SGD(lr))


class Momentum(_Updater):
    r"""A ball with friction: ``v <- momentum * v - lr * g``, ``p <- p + v``. See `pellucid.optimizers.Momentum`.

    (The listing of the lesson on optimization breaks off after ``momentum * v``: there is no gradient in it, and nothing
    is added to the parameter, so it would not learn. These are Polyak's equations in full.)

    >>> import numpy as np
    >>> params, optimizer = {"W": np.array([1.0])}, Momentum(lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.update(params, {"W": np.array([1.0])})  # v = -0.1, then -0.05 - 0.1
    >>> params["W"].round(6)
    array([0.75])
    """

    def __init__(self, lr: float = 0.01, momentum: float = 0.9) -> None:
        super().__init__(optimizers.Momentum(lr, momentum))


class AdaGrad(_Updater):
    r"""A learning rate for each number, smaller the more it has moved: ``h <- h + g^2``, ``p <- p - lr * g / (sqrt(h) + 1e-7)``.

    h begins at 0 and 1e-7 stands outside the root, where Keras' begins at 0.1 with epsilon inside. So the first step is lr
    in every number, whatever the size of its gradient. See `pellucid.optimizers.Adagrad`.

    Source: Duchi, Hazan and Singer, "Adaptive subgradient methods", 2011.

    >>> import numpy as np
    >>> params = {"W": np.array([1.0, 1.0])}
    >>> AdaGrad(lr=0.1).update(params, {"W": np.array([100.0, 0.01])})
    >>> params["W"].round(4)
    array([0.9, 0.9])
    """

    def __init__(self, lr: float = 0.01) -> None:
        super().__init__(optimizers.Adagrad(lr, initial_accumulator_value=0.0, epsilon=1e-7, epsilon_outside=True))


class RMSprop(_Updater):
    r"""AdaGrad that forgets: ``h <- decay_rate * h + (1 - decay_rate) * g^2``, ``p <- p - lr * g / (sqrt(h) + 1e-7)``.

    h begins at 0 and is not corrected for it, as Adam's v is: the first step is lr / sqrt(1 - decay_rate), ten times lr, in every
    number. In a deep network at the courses' rate that is a leap, from which it has to recover.

    See `pellucid.optimizers.RMSprop`. Source: Tieleman and Hinton, lecture 6.5 of "Neural networks for machine learning", 2012.

    >>> import numpy as np
    >>> params = {"W": np.array([1.0])}
    >>> RMSprop(lr=0.01, decay_rate=0.99).update(params, {"W": np.array([5.0])})  # sqrt(h) = 0.1 * 5
    >>> params["W"].round(6)
    array([0.9])
    """

    def __init__(self, lr: float = 0.01, decay_rate: float = 0.99) -> None:
        super().__init__(optimizers.RMSprop(lr, rho=decay_rate, epsilon=1e-7, epsilon_outside=True))


class Adam(_Updater):
    r"""Momentum and RMSprop together, with their beginnings at 0 corrected.

        m <- beta1 m + (1 - beta1) g        v <- beta2 v + (1 - beta2) g^2
        p <- p - lr sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + 1e-7)

    The courses' form and Keras', where epsilon stands beside v uncorrected: ``epsilon_hat=True`` of `pellucid.optimizers.Adam`.

    Source: Kingma and Ba, "Adam: A method for stochastic optimization", 2015, section 2, last paragraph.

    >>> import numpy as np
    >>> params = {"W": np.array([1.0, 1.0])}
    >>> Adam(lr=0.1).update(params, {"W": np.array([1e3, -0.1])})
    >>> params["W"].round(4)
    array([0.9, 1.1])
    """

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999) -> None:
        super().__init__(optimizers.Adam(lr, beta1, beta2, epsilon=1e-7, epsilon_hat=True))
