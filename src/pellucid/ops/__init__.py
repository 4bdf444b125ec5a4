"""Operations on tensors, by the names of ``keras.ops``: what a small array library with derivatives needs.

Each works on tensors, NumPy arrays and Python numbers; eagerly it computes at once, in a trace it notes what is to be done.
"""

from pellucid.ops.absolute import Absolute, Sign, absolute, sign
from pellucid.ops.argmax import ArgMax, ArgMin, argmax, argmin
from pellucid.ops.arithmetic import Add, Divide, Multiply, Negative, Subtract, add, divide, multiply, negative, subtract
from pellucid.ops.broadcast_to import BroadcastTo, broadcast_to
from pellucid.ops.cast import Cast, cast
from pellucid.ops.clip import Clip, clip
from pellucid.ops.comparison import (
    Equal,
    Greater,
    GreaterEqual,
    Less,
    LessEqual,
    NotEqual,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    not_equal,
)
from pellucid.ops.concatenate import Concatenate, concatenate, stack
from pellucid.ops.exponential import Exp, Log, Log1p, exp, log, log1p
from pellucid.ops.getitem import Gather, GetItem, getitem
from pellucid.ops.linear import Linear, linear
from pellucid.ops.logical import LogicalAnd, LogicalNot, LogicalOr, logical_and, logical_not, logical_or
from pellucid.ops.logsumexp import LogSumExp, logsumexp
from pellucid.ops.matmul import MatMul, dot, matmul
from pellucid.ops.max import Max, Min, max, min
from pellucid.ops.maximum import Maximum, Minimum, maximum, minimum
from pellucid.ops.mean import Mean, mean
from pellucid.ops.one_hot import OneHot, one_hot
from pellucid.ops.power import Power, PowerOf, Sqrt, Square, power, sqrt, square
from pellucid.ops.reshape import Reshape, expand_dims, flatten, ravel, reshape, squeeze
from pellucid.ops.stop_gradient import StopGradient, stop_gradient
from pellucid.ops.sum import Sum, sum
from pellucid.ops.take import Take, take
from pellucid.ops.transpose import Transpose, swapaxes, transpose
from pellucid.ops.trigonometry import Cos, Sin, cos, sin
from pellucid.ops.var import std, var
from pellucid.ops.where import Where, where
from pellucid.ops.zeros_like import OnesLike, ZerosLike, ones_like, zeros_like

abs = absolute

__all__ = [
    "Absolute",
    "Add",
    "ArgMax",
    "ArgMin",
    "BroadcastTo",
    "Cast",
    "Clip",
    "Concatenate",
    "Cos",
    "Divide",
    "Equal",
    "Exp",
    "Gather",
    "GetItem",
    "Greater",
    "GreaterEqual",
    "Less",
    "LessEqual",
    "Linear",
    "Log",
    "Log1p",
    "LogSumExp",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "MatMul",
    "Max",
    "Maximum",
    "Mean",
    "Min",
    "Minimum",
    "Multiply",
    "Negative",
    "NotEqual",
    "OneHot",
    "OnesLike",
    "Power",
    "PowerOf",
    "Reshape",
    "Sign",
    "Sin",
    "Sqrt",
    "Square",
    "StopGradient",
    "Subtract",
    "Sum",
    "Take",
    "Transpose",
    "Where",
    "ZerosLike",
    "abs",
    "absolute",
    "add",
    "argmax",
    "argmin",
    "broadcast_to",
    "cast",
    "clip",
    "concatenate",
    "cos",
    "divide",
    "dot",
    "equal",
    "exp",
    "expand_dims",
    "flatten",
    "getitem",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "linear",
    "log",
    "log1p",
    "logical_and",
    "logical_not",
    "logical_or",
    "logsumexp",
    "matmul",
    "max",
    "maximum",
    "mean",
    "min",
    "minimum",
    "multiply",
    "negative",
    "not_equal",
    "one_hot",
    "ones_like",
    "power",
    "ravel",
    "reshape",
    "sign",
    "sin",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "stop_gradient",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "transpose",
    "var",
    "where",
    "zeros_like",
]
