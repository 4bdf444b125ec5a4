"""Activations by elementwise loops: for each a function and its slope, and the two kernels made of them.

A slope is told from the output y where that is exact, otherwise from the input x: whichever the operation's ``backward`` names.
Those made of straight lines are in ``piecewise_linear``, those with settings in ``exponential_linear`` and ``squareplus``.
"""

from __future__ import annotations

import numpy as np

from pellucid.kernels.base import inlined, kernel
from pellucid.kernels.elementwise import gradients, values
from pellucid.kernels.mathematics import exp32, expm1_32, normal_cdf32, sigmoid32, softplus32, tanh32

_ONE = np.float32(1)
_ROOT_2_OVER_PI = np.float32(0.7978845608028654)
_DENSITY_AT_0 = np.float32(0.3989422804014327)  # of the normal distribution: 1 / sqrt(2 pi)


# --- relu, sigmoid, tanh: slopes by the output; fused into products as well ------------------------------------------------


@inlined
def relu32(x):
    """max(x, 0)."""
    return np.float32(0) if x < 0 else x  # keeps NaN


@inlined
def relu_slope(y):
    """[y > 0]."""
    return _ONE if y > 0 else np.float32(0)


@inlined
def sigmoid_slope(y):
    """y (1 - y)."""
    return y * (_ONE - y)


@inlined
def tanh_slope(y):
    """1 - y^2."""
    return _ONE - y * y


@kernel
def relu(arguments, rank, ranks):
    """y = max(x, 0)."""
    return values(relu32, arguments, rank, ranks)


@kernel
def relu_gradient(arguments, rank, ranks):
    """dy/dx = [y > 0]."""
    return gradients(relu_slope, arguments, rank, ranks)


@kernel
def sigmoid(arguments, rank, ranks):
    """y = 1 / (1 + e^-x)."""
    return values(sigmoid32, arguments, rank, ranks)


@kernel
def sigmoid_gradient(arguments, rank, ranks):
    """dy/dx = y (1 - y)."""
    return gradients(sigmoid_slope, arguments, rank, ranks)


@kernel
def tanh(arguments, rank, ranks):
    """y = tanh x."""
    return values(tanh32, arguments, rank, ranks)


@kernel
def tanh_gradient(arguments, rank, ranks):
    """dy/dx = 1 - y^2."""
    return gradients(tanh_slope, arguments, rank, ranks)


# --- softplus and log-sigmoid: slopes by the output ------------------------------------------------------------------------


@inlined
def _softplus_slope(y):
    return -expm1_32(-y)


@inlined
def _log_sigmoid(x):
    return -softplus32(-x)


@inlined
def _log_sigmoid_slope(y):
    return -expm1_32(y)


@kernel
def softplus(arguments, rank, ranks):
    """y = log(1 + e^x)."""
    return values(softplus32, arguments, rank, ranks)


@kernel
def softplus_gradient(arguments, rank, ranks):
    """dy/dx = 1 - e^-y."""
    return gradients(_softplus_slope, arguments, rank, ranks)


@kernel
def log_sigmoid(arguments, rank, ranks):
    """y = -log(1 + e^-x)."""
    return values(_log_sigmoid, arguments, rank, ranks)


@kernel
def log_sigmoid_gradient(arguments, rank, ranks):
    """dy/dx = 1 - e^y."""
    return gradients(_log_sigmoid_slope, arguments, rank, ranks)


# --- softsign, tanh-shrink, sparse-plus --------------------------------------------------------------------------------------


@inlined
def _softsign(x):
    return x / (_ONE + abs(x))


@inlined
def _softsign_slope(x):
    r = _ONE / (_ONE + abs(x))
    return r * r


@inlined
def _tanh_shrink(x):
    return x - tanh32(x)


@inlined
def _tanh_shrink_slope(x):
    t = tanh32(x)
    return t * t


@inlined
def _sparse_plus(x):
    s = x + _ONE
    curve = np.float32(0.25) * s * s if x < 1 else x
    return np.float32(0) if x <= -1 else curve


@inlined
def _sparse_plus_slope(x):
    rising = np.float32(0.5) * (x + _ONE) if x < 1 else _ONE
    return np.float32(0) if x <= -1 else rising


@kernel
def softsign(arguments, rank, ranks):
    """y = x / (1 + |x|)."""
    return values(_softsign, arguments, rank, ranks)


@kernel
def softsign_gradient(arguments, rank, ranks):
    """dy/dx = 1 / (1 + |x|)^2."""
    return gradients(_softsign_slope, arguments, rank, ranks)


@kernel
def tanh_shrink(arguments, rank, ranks):
    """y = x - tanh x."""
    return values(_tanh_shrink, arguments, rank, ranks)


@kernel
def tanh_shrink_gradient(arguments, rank, ranks):
    """dy/dx = tanh^2 x."""
    return gradients(_tanh_shrink_slope, arguments, rank, ranks)


@kernel
def sparse_plus(arguments, rank, ranks):
    """y = 0 up to -1, (x + 1)^2 / 4 up to 1, x from there on."""
    return values(_sparse_plus, arguments, rank, ranks)


@kernel
def sparse_plus_gradient(arguments, rank, ranks):
    """dy/dx = 0, (x + 1) / 2, 1."""
    return gradients(_sparse_plus_slope, arguments, rank, ranks)


# --- x times a gate: silu, hard silu, mish, gelu -----------------------------------------------------------------------------


@inlined
def _silu(x):
    return x * sigmoid32(x)


@inlined
def _silu_slope(x):
    s = sigmoid32(x)
    return s + x * s * (_ONE - s)


@inlined
def _hard_silu(x):
    gate = x * np.float32(1 / 6) + np.float32(0.5)
    gate = gate if gate < 1 else _ONE
    return x * (gate if gate > 0 else np.float32(0))


@inlined
def _hard_silu_slope(x):
    rising = x * np.float32(1 / 3) + np.float32(0.5) if x < 3 else _ONE
    return np.float32(0) if x <= -3 else rising


@inlined
def _mish(x):
    e = exp32(x if x < 20 else np.float32(20))
    w = e * (e + np.float32(2))
    gate = w / (w + np.float32(2))
    return x * gate if x < 20 else x


@inlined
def _mish_slope(x):
    e = exp32(x if x < 20 else np.float32(20))
    w = e * (e + np.float32(2))
    r = _ONE / (w + np.float32(2))
    slope = w * r + x * (np.float32(4) * (w + _ONE) * r * r) * (e / (_ONE + e))  # t + x (1 - t^2) sigmoid(x)
    return slope if x < 20 else (_ONE if x == x else x)


@inlined
def _gelu(x):
    return x * normal_cdf32(x, exp32(np.float32(-0.5) * x * x))


@inlined
def _gelu_slope(x):
    bell = exp32(np.float32(-0.5) * x * x)
    return normal_cdf32(x, bell) + x * _DENSITY_AT_0 * bell


@inlined
def _gelu_tanh_argument(x):
    return np.float32(2) * _ROOT_2_OVER_PI * x * (_ONE + np.float32(0.044715) * x * x)


@inlined
def _gelu_tanh(x):
    return x * sigmoid32(_gelu_tanh_argument(x))


@inlined
def _gelu_tanh_slope(x):
    s = sigmoid32(_gelu_tanh_argument(x))
    v = x if abs(x) < np.float32(30) else np.float32(0)  # where s (1 - s) is 0: no infinity times 0
    return s + v * s * (_ONE - s) * np.float32(2) * _ROOT_2_OVER_PI * (_ONE + np.float32(3 * 0.044715) * v * v)


@kernel
def silu(arguments, rank, ranks):
    """y = x sigmoid(x)."""
    return values(_silu, arguments, rank, ranks)


@kernel
def silu_gradient(arguments, rank, ranks):
    """dy/dx = s + x s (1 - s), s = sigmoid(x)."""
    return gradients(_silu_slope, arguments, rank, ranks)


@kernel
def hard_silu(arguments, rank, ranks):
    """y = x clip(x / 6 + 1 / 2, 0, 1)."""
    return values(_hard_silu, arguments, rank, ranks)


@kernel
def hard_silu_gradient(arguments, rank, ranks):
    """dy/dx = 0 up to -3, x / 3 + 1 / 2 up to 3, 1 from there on."""
    return gradients(_hard_silu_slope, arguments, rank, ranks)


@kernel
def mish(arguments, rank, ranks):
    """y = x tanh(log(1 + e^x)) = x w / (w + 2), w = e^x (e^x + 2)."""
    return values(_mish, arguments, rank, ranks)


@kernel
def mish_gradient(arguments, rank, ranks):
    """dy/dx = t + x (1 - t^2) sigmoid(x), t = w / (w + 2)."""
    return gradients(_mish_slope, arguments, rank, ranks)


@kernel
def gelu(arguments, rank, ranks):
    """y = x Phi(x)."""
    return values(_gelu, arguments, rank, ranks)


@kernel
def gelu_gradient(arguments, rank, ranks):
    """dy/dx = Phi(x) + x phi(x)."""
    return gradients(_gelu_slope, arguments, rank, ranks)


@kernel
def gelu_tanh(arguments, rank, ranks):
    """y = x sigmoid(2 u), u = sqrt(2 / pi) (x + 0.044715 x^3); (1 + tanh u) / 2 is sigmoid(2 u)."""
    return values(_gelu_tanh, arguments, rank, ranks)


@kernel
def gelu_tanh_gradient(arguments, rank, ranks):
    """dy/dx = s + x s (1 - s) 2 u', s = sigmoid(2 u)."""
    return gradients(_gelu_tanh_slope, arguments, rank, ranks)
