"""Operations on tensors, by the names of ``keras.ops``: what a small array library with derivatives needs.

Each works on tensors, NumPy arrays and Python numbers; eagerly it computes at once, in a trace it notes what is to be done.
"""

from pellucid.ops.absolute import Absolute, Sign, absolute, sign
from pellucid.ops.argmax import ArgMax, ArgMin, argmax, argmin
from pellucid.ops.arithmetic import Add, Divide, Multiply, Negative, Subtract, add, divide, multiply, negative, subtract
from pellucid.ops.batch_normalization import Moments, Normalize, moments, normalize
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
from pellucid.ops.dropout import Dropout, dropout
from pellucid.ops.exponential import Exp, Log, Log1p, exp, log, log1p
from pellucid.ops.getitem import Gather, GetItem, getitem
from pellucid.ops.linear import Linear, linear
from pellucid.ops.log_softmax import LogSoftmax, log_softmax
from pellucid.ops.logical import LogicalAnd, LogicalNot, LogicalOr, logical_and, logical_not, logical_or
from pellucid.ops.logsumexp import LogSumExp, logsumexp
from pellucid.ops.match import BinaryMatch, CategoricalMatch, SparseMatch, binary_match, categorical_match, sparse_match
from pellucid.ops.matmul import MatMul, dot, matmul
from pellucid.ops.max import Max, Min, max, min
from pellucid.ops.maximum import Maximum, Minimum, maximum, minimum
from pellucid.ops.mean import Mean, mean
from pellucid.ops.one_hot import OneHot, one_hot
from pellucid.ops.power import Power, PowerOf, Sqrt, Square, power, sqrt, square
from pellucid.ops.relu import Relu, relu
from pellucid.ops.rescale import Rescale, rescale
from pellucid.ops.reshape import Reshape, expand_dims, flatten, ravel, reshape, squeeze
from pellucid.ops.sigmoid import Sigmoid, sigmoid
from pellucid.ops.sigmoid_cross_entropy import SigmoidCrossEntropy, sigmoid_cross_entropy
from pellucid.ops.softmax import Softmax, softmax
from pellucid.ops.softmax_cross_entropy import SoftmaxCrossEntropy, softmax_cross_entropy
from pellucid.ops.squared_error import SquaredError, squared_error
from pellucid.ops.step import Step, step
from pellucid.ops.stop_gradient import StopGradient, stop_gradient
from pellucid.ops.sum import Sum, sum
from pellucid.ops.take import Take, take
from pellucid.ops.tanh import Tanh, tanh
from pellucid.ops.transpose import Transpose, swapaxes, transpose
from pellucid.ops.trigonometry import Cos, Sin, cos, sin
from pellucid.ops.var import std, var
from pellucid.ops.weighted_mean import SampleMean, WeightedMean, weighted_mean
from pellucid.ops.where import Where, where
from pellucid.ops.zeros_like import OnesLike, ZerosLike, ones_like, zeros_like

abs = absolute

__all__ = [
    "Absolute",
    "Add",
    "ArgMax",
    "ArgMin",
    "BinaryMatch",
    "BroadcastTo",
    "Cast",
    "CategoricalMatch",
    "Clip",
    "Concatenate",
    "Cos",
    "Divide",
    "Dropout",
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
    "LogSoftmax",
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
    "Moments",
    "Multiply",
    "Negative",
    "Normalize",
    "NotEqual",
    "OneHot",
    "OnesLike",
    "Power",
    "PowerOf",
    "Relu",
    "Rescale",
    "Reshape",
    "SampleMean",
    "Sigmoid",
    "SigmoidCrossEntropy",
    "Sign",
    "Sin",
    "Softmax",
    "SoftmaxCrossEntropy",
    "SparseMatch",
    "Sqrt",
    "Square",
    "SquaredError",
    "Step",
    "StopGradient",
    "Subtract",
    "Sum",
    "Take",
    "Tanh",
    "Transpose",
    "WeightedMean",
    "Where",
    "ZerosLike",
    "abs",
    "absolute",
    "add",
    "argmax",
    "argmin",
    "binary_match",
    "broadcast_to",
    "cast",
    "categorical_match",
    "clip",
    "concatenate",
    "cos",
    "divide",
    "dot",
    "dropout",
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
    "log_softmax",
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
    "moments",
    "multiply",
    "negative",
    "normalize",
    "not_equal",
    "one_hot",
    "ones_like",
    "power",
    "ravel",
    "relu",
    "rescale",
    "reshape",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sign",
    "sin",
    "softmax",
    "softmax_cross_entropy",
    "sparse_match",
    "sqrt",
    "square",
    "squared_error",
    "squeeze",
    "stack",
    "std",
    "step",
    "stop_gradient",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "tanh",
    "transpose",
    "var",
    "weighted_mean",
    "where",
    "zeros_like",
]
