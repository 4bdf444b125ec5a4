"""Steps of the optimizers: one pass over this rank's rows of a parameter and what belongs to it.

``rate`` is the address of the learning rate (float64), which may change between steps without a new program.
"""

from __future__ import annotations

import math

import numpy as np

from pellucid.kernels.base import OK, float32s, float64s, float_of_bits, int64s, kernel, share, unpack


@kernel
def sgd(arguments, rank, ranks):
    """w -= rate * g."""
    rows, row_size, parameter, gradient, rate = unpack(arguments, 5)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    eta = np.float32(float64s(rate, 0)[0])
    for i in range((high - low) * row_size):
        w[i] -= eta * g[i]
    return OK


@kernel
def momentum(arguments, rank, ranks):
    """v = mu v - rate g; w += v, or by Nesterov's form w += mu v - rate g (as Keras has them)."""
    rows, row_size, mu_bits, nesterov, parameter, gradient, velocity, rate = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    v = float32s(velocity, low * row_size)
    mu, eta = np.float32(float_of_bits(mu_bits)), np.float32(float64s(rate, 0)[0])
    if nesterov != 0:
        for i in range((high - low) * row_size):
            step = eta * g[i]
            speed = mu * v[i] - step
            v[i] = speed
            w[i] += mu * speed - step
    else:
        for i in range((high - low) * row_size):
            speed = mu * v[i] - eta * g[i]
            v[i] = speed
            w[i] += speed
    return OK


@kernel
def adam(arguments, rank, ranks):
    """m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= rate * m' / (sqrt(v') + epsilon), m' and v' without their bias to zero.

    With ``hat`` epsilon stands beside sqrt(v) instead: Kingma and Ba's "epsilon hat" (Keras). clock[0] counts the steps done.
    """
    rows, row_size, bits1, bits2, epsilon_bits, hat, parameter, gradient, first, second, rate, clock = unpack(arguments, 12)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    m, v = float32s(first, low * row_size), float32s(second, low * row_size)
    beta1, beta2, t = float_of_bits(bits1), float_of_bits(bits2), float(int64s(clock, 0)[0] + 1)
    correction = math.sqrt(1.0 - beta2**t)
    eta = np.float32(float64s(rate, 0)[0] * correction / (1.0 - beta1**t))
    epsilon = np.float32(float_of_bits(epsilon_bits) * (1.0 if hat != 0 else correction))
    b1, c1, b2, c2 = np.float32(beta1), np.float32(1.0 - beta1), np.float32(beta2), np.float32(1.0 - beta2)
    for i in range((high - low) * row_size):
        slope = g[i]
        mean = b1 * m[i] + c1 * slope
        square = b2 * v[i] + c2 * slope * slope
        m[i] = mean
        v[i] = square
        w[i] -= eta * mean / (math.sqrt(square) + epsilon)
    return OK
