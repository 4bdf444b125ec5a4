"""Numerical methods on plain functions and arrays: they know NumPy alone, no tensor and no network."""

from pellucid.numerics.convolution import convolve, correlate
from pellucid.numerics.descent import Descent, Outcome, gradient_descent
from pellucid.numerics.differentiation import Line, difference_errors, numerical_diff, numerical_gradient, tangent
from pellucid.numerics.filters import blurred, edges, gaussian_kernel, sobel_kernel
from pellucid.numerics.gradient_check import GradientCheck, gradient_check
from pellucid.numerics.impulse_response import ImpulseResponse, impulse_response
from pellucid.numerics.least_squares import LeastSquares, cost, cost_gradient, least_squares
from pellucid.numerics.logistic_regression import LogisticRegression, logistic_cost, logistic_regression

__all__ = [
    "Descent",
    "GradientCheck",
    "ImpulseResponse",
    "LeastSquares",
    "Line",
    "LogisticRegression",
    "Outcome",
    "blurred",
    "convolve",
    "correlate",
    "cost",
    "cost_gradient",
    "difference_errors",
    "edges",
    "gaussian_kernel",
    "gradient_check",
    "gradient_descent",
    "impulse_response",
    "least_squares",
    "logistic_cost",
    "logistic_regression",
    "numerical_diff",
    "numerical_gradient",
    "sobel_kernel",
    "tangent",
]
