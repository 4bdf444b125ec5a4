"""Numerical methods on plain functions and arrays."""
