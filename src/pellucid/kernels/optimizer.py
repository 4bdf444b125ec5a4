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


@kernel
def amsgrad(arguments, rank, ranks):
    """``adam`` with the greatest v so far in the denominator."""
    rows, row_size, bits1, bits2, epsilon_bits, hat, parameter, gradient, first, second, greatest, rate, clock = unpack(
        arguments, 13
    )
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    m, v, most = float32s(first, low * row_size), float32s(second, low * row_size), float32s(greatest, low * row_size)
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
        square = most[i] if square < most[i] else square
        most[i] = square
        w[i] -= eta * mean / (math.sqrt(square) + epsilon)
    return OK


@kernel
def adamax(arguments, rank, ranks):
    """m = b1 m + (1-b1) g; u = max(b2 u, |g|); w -= rate / (1 - b1^t) * m / (u + epsilon)."""
    rows, row_size, bits1, bits2, epsilon_bits, parameter, gradient, first, greatest, rate, clock = unpack(arguments, 11)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    m, u = float32s(first, low * row_size), float32s(greatest, low * row_size)
    beta1, t = float_of_bits(bits1), float(int64s(clock, 0)[0] + 1)
    eta, epsilon = np.float32(float64s(rate, 0)[0] / (1.0 - beta1**t)), np.float32(float_of_bits(epsilon_bits))
    b1, c1, b2 = np.float32(beta1), np.float32(1.0 - beta1), np.float32(float_of_bits(bits2))
    for i in range((high - low) * row_size):
        slope = g[i]
        mean = b1 * m[i] + c1 * slope
        size, faded = abs(slope), b2 * u[i]
        most = faded if size < faded else size
        m[i] = mean
        u[i] = most
        w[i] -= eta * mean / (most + epsilon)
    return OK


@kernel
def nadam(arguments, rank, ranks):
    """Adam's m and v; w -= rate * (ahead m / (1 - product ahead) + (1 - now) g / (1 - product)) / (sqrt(v') + epsilon).

    ``now`` and ``ahead`` are the momenta of this step and of the next, ``product`` is that of all up to this one, from the
    series in ``Nadam``; ``log_q`` is the logarithm of what the momentum's way to beta_1 shrinks by at each step.
    """
    rows, row_size, bits1, bits2, epsilon_bits, log_bits, parameter, gradient, first, second, rate, clock = unpack(arguments, 12)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    m, v = float32s(first, low * row_size), float32s(second, low * row_size)
    beta1, beta2, t = float_of_bits(bits1), float_of_bits(bits2), float(int64s(clock, 0)[0] + 1)
    log_q = float_of_bits(log_bits)
    now, ahead = beta1 * (1.0 - 0.5 * math.exp(t * log_q)), beta1 * (1.0 - 0.5 * math.exp((t + 1.0) * log_q))
    series, half = 0.0, 1.0
    for k in range(1, 52):
        half *= 0.5
        series += half / k * math.exp(k * log_q) * math.expm1(k * log_q * t) / math.expm1(k * log_q)
    product = beta1**t * math.exp(-series)
    correction = math.sqrt(1.0 - beta2**t)
    eta = float64s(rate, 0)[0] * correction
    of_mean, of_slope = np.float32(eta * ahead / (1.0 - product * ahead)), np.float32(eta * (1.0 - now) / (1.0 - product))
    epsilon = np.float32(float_of_bits(epsilon_bits) * correction)
    b1, c1, b2, c2 = np.float32(beta1), np.float32(1.0 - beta1), np.float32(beta2), np.float32(1.0 - beta2)
    for i in range((high - low) * row_size):
        slope = g[i]
        mean = b1 * m[i] + c1 * slope
        square = b2 * v[i] + c2 * slope * slope
        m[i] = mean
        v[i] = square
        w[i] -= (of_mean * mean + of_slope * slope) / (math.sqrt(square) + epsilon)
    return OK


@kernel
def adagrad(arguments, rank, ranks):
    """h += g^2; w -= rate * g / sqrt(h + epsilon), or / (sqrt(h) + epsilon) with ``outside``."""
    rows, row_size, epsilon_bits, outside, parameter, gradient, accumulator, rate = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    h, eta = float32s(accumulator, low * row_size), np.float32(float64s(rate, 0)[0])
    epsilon = np.float32(float_of_bits(epsilon_bits))
    within, beside = (np.float32(0), epsilon) if outside != 0 else (epsilon, np.float32(0))
    for i in range((high - low) * row_size):
        slope = g[i]
        total = h[i] + slope * slope
        h[i] = total
        w[i] -= eta * slope / (math.sqrt(total + within) + beside)
    return OK


@kernel
def rmsprop(arguments, rank, ranks):
    """v = rho v + (1-rho) g^2; step = rate * g / sqrt(v + epsilon), or / (sqrt(v) + epsilon) with ``outside``; w -= step.

    With ``centered`` less the square of the mean gradient under the root; with ``momentum`` b = momentum b + step; w -= b.
    """
    rows, row_size, rho_bits, mu_bits, epsilon_bits, outside, centered, parameter, gradient, square, mean, last, rate = unpack(
        arguments, 13
    )
    low, high = share(rows, rank, ranks)
    start = low * row_size
    w, g, v = float32s(parameter, start), float32s(gradient, start), float32s(square, start)
    a, b = float32s(mean, start), float32s(last, start)
    rho, mu, eta = float_of_bits(rho_bits), float_of_bits(mu_bits), np.float32(float64s(rate, 0)[0])
    keep, take, epsilon = np.float32(rho), np.float32(1.0 - rho), np.float32(float_of_bits(epsilon_bits))
    within, beside = (np.float32(0), epsilon) if outside != 0 else (epsilon, np.float32(0))
    for i in range((high - low) * row_size):
        slope = g[i]
        spread = keep * v[i] + take * slope * slope
        v[i] = spread
        if centered != 0:
            centre = keep * a[i] + take * slope
            a[i] = centre
            spread -= centre * centre
            spread = np.float32(0) if spread < 0 else spread
        step = eta * slope / (math.sqrt(spread + within) + beside)
        if mu != 0:
            step += np.float32(mu) * b[i]
            b[i] = step
        w[i] -= step
    return OK


@kernel
def adadelta(arguments, rank, ranks):
    """v = rho v + (1-rho) g^2; d = sqrt(s + epsilon) / sqrt(v + epsilon) g; s = rho s + (1-rho) d^2; w -= rate * d."""
    rows, row_size, rho_bits, epsilon_bits, parameter, gradient, squares, steps, rate = unpack(arguments, 9)
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    v, s = float32s(squares, low * row_size), float32s(steps, low * row_size)
    rho, eta = float_of_bits(rho_bits), np.float32(float64s(rate, 0)[0])
    keep, take, epsilon = np.float32(rho), np.float32(1.0 - rho), np.float32(float_of_bits(epsilon_bits))
    for i in range((high - low) * row_size):
        slope = g[i]
        square = keep * v[i] + take * slope * slope
        step = math.sqrt(s[i] + epsilon) / math.sqrt(square + epsilon) * slope
        v[i] = square
        s[i] = keep * s[i] + take * step * step
        w[i] -= eta * step
    return OK


@kernel
def lion(arguments, rank, ranks):
    """w -= rate * sign(b1 m + (1-b1) g); m = b2 m + (1-b2) g. NaN stays NaN."""
    rows, row_size, bits1, bits2, parameter, gradient, first, rate = unpack(arguments, 8)
    low, high = share(rows, rank, ranks)
    w, g, m = float32s(parameter, low * row_size), float32s(gradient, low * row_size), float32s(first, low * row_size)
    beta1, beta2, eta = float_of_bits(bits1), float_of_bits(bits2), np.float32(float64s(rate, 0)[0])
    b1, c1, b2, c2 = np.float32(beta1), np.float32(1.0 - beta1), np.float32(beta2), np.float32(1.0 - beta2)
    for i in range((high - low) * row_size):
        slope, before = g[i], m[i]
        mixed = b1 * before + c1 * slope
        m[i] = b2 * before + c2 * slope
        step = eta if mixed > 0 else -eta
        step = np.float32(0) if mixed == 0 else step
        w[i] -= step if mixed == mixed else mixed
    return OK


@kernel
def ftrl(arguments, rank, ranks):
    """n += g^2; z += g + 2 shrinkage w - (n'^power - n^power) / rate * w; then w = (clip(z, l1) - z) / curvature.

    curvature = (n'^power + beta) / rate + 2 l2.

    Nothing at a rate of 0; w stays where there was no gradient yet. In float64, for the difference of the powers is small.
    """
    rows, row_size, power_bits, l1_bits, l2_bits, shrinkage_bits, beta_bits, parameter, gradient, squares, linear, rate = unpack(
        arguments, 12
    )
    low, high = share(rows, rank, ranks)
    w, g = float32s(parameter, low * row_size), float32s(gradient, low * row_size)
    n, z = float32s(squares, low * row_size), float32s(linear, low * row_size)
    power, l1, l2 = float_of_bits(power_bits), float_of_bits(l1_bits), float_of_bits(l2_bits)
    shrinkage, beta, eta = float_of_bits(shrinkage_bits), float_of_bits(beta_bits), float64s(rate, 0)[0]
    if eta == 0:
        return OK
    for i in range((high - low) * row_size):
        slope, before = float(g[i]), float(n[i])
        total = before + slope * slope
        if power == 0.5:
            root, root_before = math.sqrt(total), math.sqrt(before)
        else:
            root, root_before = total**power, before**power
        sum_of_slopes = z[i] + slope + 2.0 * shrinkage * w[i] - (root - root_before) / eta * w[i]
        n[i] = np.float32(total)
        z[i] = np.float32(sum_of_slopes)
        curvature = (root + beta) / eta + 2.0 * l2
        if curvature != 0:
            within = -l1 if sum_of_slopes < -l1 else sum_of_slopes
            within = l1 if within > l1 else within
            w[i] = np.float32((within - sum_of_slopes) / curvature)
    return OK


@kernel
def lamb_moments(arguments, rank, ranks):
    """m and v as of ``adam``; of each row the squares of w, and of u = m' / (sqrt(v') + epsilon), summed up."""
    rows, row_size, bits1, bits2, epsilon_bits, parameter, gradient, first, second, lengths, steps, clock = unpack(arguments, 12)
    low, high = share(rows, rank, ranks)
    of_weights, of_steps = float64s(lengths, 0), float64s(steps, 0)
    beta1, beta2, t = float_of_bits(bits1), float_of_bits(bits2), float(int64s(clock, 0)[0] + 1)
    scale, root = np.float32(1.0 / (1.0 - beta1**t)), np.float32(1.0 / math.sqrt(1.0 - beta2**t))
    epsilon = np.float32(float_of_bits(epsilon_bits))
    b1, c1, b2, c2 = np.float32(beta1), np.float32(1.0 - beta1), np.float32(beta2), np.float32(1.0 - beta2)
    for row in range(low, high):
        w, g = float32s(parameter, row * row_size), float32s(gradient, row * row_size)
        m, v = float32s(first, row * row_size), float32s(second, row * row_size)
        length, distance = 0.0, 0.0
        for i in range(row_size):
            slope = g[i]
            mean = b1 * m[i] + c1 * slope
            square = b2 * v[i] + c2 * slope * slope
            m[i] = mean
            v[i] = square
            step = float(scale * mean / (root * math.sqrt(square) + epsilon))
            length += float(w[i]) * float(w[i])
            distance += step * step
        of_weights[row] = length
        of_steps[row] = distance
    return OK


@kernel
def lamb(arguments, rank, ranks):
    """w -= rate * (|w| / |u|) * u, with the squares of both from ``lamb_moments``; 1 in place of the ratio where one is 0."""
    rows, row_size, bits1, bits2, epsilon_bits, parameter, first, second, lengths, steps, rate, clock = unpack(arguments, 12)
    low, high = share(rows, rank, ranks)
    of_weights, of_steps = float64s(lengths, 0), float64s(steps, 0)
    beta1, beta2, t = float_of_bits(bits1), float_of_bits(bits2), float(int64s(clock, 0)[0] + 1)
    root, epsilon = np.float32(1.0 / math.sqrt(1.0 - beta2**t)), np.float32(float_of_bits(epsilon_bits))
    length, distance = 0.0, 0.0
    for row in range(rows):
        length += of_weights[row]
        distance += of_steps[row]
    trust = math.sqrt(length) / math.sqrt(distance) if length > 0 and distance > 0 else 1.0
    eta = np.float32(float64s(rate, 0)[0] * trust / (1.0 - beta1**t))
    w, m, v = float32s(parameter, low * row_size), float32s(first, low * row_size), float32s(second, low * row_size)
    for i in range((high - low) * row_size):
        w[i] -= eta * m[i] / (root * math.sqrt(v[i]) + epsilon)
    return OK
