"""Numerical methods on plain functions and arrays: they know NumPy alone, no tensor and no network."""

from pellucid.numerics.descent import Descent, Outcome, gradient_descent
from pellucid.numerics.differentiation import Line, difference_errors, numerical_diff, numerical_gradient, tangent
from pellucid.numerics.gradient_check import GradientCheck, gradient_check
from pellucid.numerics.least_squares import LeastSquares, cost, cost_gradient, least_squares
from pellucid.numerics.logistic_regression import LogisticRegression, logistic_cost, logistic_regression

__all__ = [
    "Descent",
    "GradientCheck",
    "LeastSquares",
    "Line",
    "LogisticRegression",
    "Outcome",
    "cost",
    "cost_gradient",
    "difference_errors",
    "gradient_check",
    "gradient_descent",
    "least_squares",
    "logistic_cost",
    "logistic_regression",
    "numerical_diff",
    "numerical_gradient",
    "tangent",
]
