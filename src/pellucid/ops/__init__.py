"""Operations on tensors, by the names of ``keras.ops``: what a small array library with derivatives needs.

Each works on tensors, NumPy arrays and Python numbers; eagerly it computes at once, in a trace it notes what is to be done.
"""

from typing import TYPE_CHECKING

from pellucid.lazy import lazily

if TYPE_CHECKING:
    from pellucid.ops.absolute import Absolute, Sign, absolute, sign
    from pellucid.ops.absolute import absolute as abs
    from pellucid.ops.affine_sampling import AffineSampling, affine_sample
    from pellucid.ops.argmax import ArgMax, ArgMin, argmax, argmin
    from pellucid.ops.arithmetic import Add, Divide, Multiply, Negative, Subtract, add, divide, multiply, negative, subtract
    from pellucid.ops.arrangement import flip, repeat, roll, split, tile, unstack
    from pellucid.ops.attention import ScaledDotProductAttention, scaled_dot_product_attention
    from pellucid.ops.batch_normalization import Moments, Normalize, moments, normalize
    from pellucid.ops.broadcast_to import BroadcastTo, broadcast_to
    from pellucid.ops.bucket_sums import BucketSums, bucket_sums
    from pellucid.ops.cast import Cast, cast
    from pellucid.ops.celu import Celu, celu
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
    from pellucid.ops.convolution import Convolution, conv
    from pellucid.ops.creation import arange, eye, full, linspace, ones, zeros
    from pellucid.ops.cumsum import CumSum, cumsum
    from pellucid.ops.dropout import AlphaDropout, Dropout, alpha_dropout, dropout
    from pellucid.ops.einsum import Einsum, einsum
    from pellucid.ops.elu import Elu, elu
    from pellucid.ops.embedding import Embedding, embedding
    from pellucid.ops.erf import Erf, erf
    from pellucid.ops.exponential import Exp, Expm1, Log, Log1p, exp, expm1, log, log1p
    from pellucid.ops.gelu import Gelu, GeluTanh, gelu
    from pellucid.ops.getitem import Gather, GetItem, getitem
    from pellucid.ops.glu import glu
    from pellucid.ops.gru import Gru, gru
    from pellucid.ops.hard_shrink import HardShrink, hard_shrink
    from pellucid.ops.hard_sigmoid import HardSigmoid, hard_sigmoid
    from pellucid.ops.hard_silu import HardSilu, hard_silu, hard_swish
    from pellucid.ops.hard_tanh import HardTanh, hard_tanh
    from pellucid.ops.layer_normalization import LayerNormalization, layer_normalization, rms_normalization
    from pellucid.ops.leaky_relu import LeakyRelu, leaky_relu
    from pellucid.ops.linear import Linear, linear
    from pellucid.ops.local_response_normalization import LocalResponseNormalization, local_response_normalization
    from pellucid.ops.log_sigmoid import LogSigmoid, log_sigmoid
    from pellucid.ops.log_softmax import LogSoftmax, log_softmax
    from pellucid.ops.logical import LogicalAnd, LogicalNot, LogicalOr, logical_and, logical_not, logical_or
    from pellucid.ops.logsumexp import LogSumExp, logsumexp
    from pellucid.ops.lp_pooling import LpPooling, lp_pool
    from pellucid.ops.lstm import Lstm, lstm
    from pellucid.ops.masked_mean import MaskedMean, masked_mean
    from pellucid.ops.match import BinaryMatch, CategoricalMatch, SparseMatch, binary_match, categorical_match, sparse_match
    from pellucid.ops.matmul import MatMul, dot, matmul
    from pellucid.ops.max import Max, Min, max, min
    from pellucid.ops.maximum import Maximum, Minimum, maximum, minimum
    from pellucid.ops.mean import Mean, mean
    from pellucid.ops.mish import Mish, mish
    from pellucid.ops.norm import Norm, norm
    from pellucid.ops.normal_like import NormalLike, normal_like
    from pellucid.ops.one_hot import OneHot, one_hot
    from pellucid.ops.pad import Crop, Pad, crop, pad
    from pellucid.ops.pooling import AveragePooling, MaxPooling, average_pool, max_pool
    from pellucid.ops.positions import Positions, positions
    from pellucid.ops.power import Power, PowerOf, Sqrt, Square, power, sqrt, square
    from pellucid.ops.prelu import Prelu, prelu
    from pellucid.ops.prod import Prod, prod
    from pellucid.ops.relu import Relu, relu
    from pellucid.ops.relu6 import Relu6, relu6
    from pellucid.ops.rescale import Rescale, rescale
    from pellucid.ops.reshape import Reshape, expand_dims, flatten, ravel, reshape, squeeze
    from pellucid.ops.selu import Selu, selu
    from pellucid.ops.sigmoid import Sigmoid, sigmoid
    from pellucid.ops.sigmoid_cross_entropy import SigmoidCrossEntropy, sigmoid_cross_entropy
    from pellucid.ops.silu import Silu, silu, swish
    from pellucid.ops.simple_rnn import SimpleRnn, simple_rnn
    from pellucid.ops.soft_shrink import SoftShrink, soft_shrink
    from pellucid.ops.softmax import Softmax, softmax
    from pellucid.ops.softmax_cross_entropy import SoftmaxCrossEntropy, softmax_cross_entropy
    from pellucid.ops.softplus import Softplus, softplus
    from pellucid.ops.softsign import Softsign, softsign
    from pellucid.ops.sparse_plus import SparsePlus, sparse_plus
    from pellucid.ops.sparse_sigmoid import SparseSigmoid, sparse_sigmoid
    from pellucid.ops.sparsemax import Sparsemax, sparsemax
    from pellucid.ops.squared_error import SquaredError, squared_error
    from pellucid.ops.squareplus import Squareplus, squareplus
    from pellucid.ops.step import Step, step
    from pellucid.ops.stochastic_pooling import StochasticPooling, WeightedPooling, stochastic_pool, weighted_pool
    from pellucid.ops.stop_gradient import StopGradient, stop_gradient
    from pellucid.ops.sum import Sum, sum
    from pellucid.ops.take import Take, take
    from pellucid.ops.tanh import Tanh, tanh
    from pellucid.ops.tanh_shrink import TanhShrink, tanh_shrink
    from pellucid.ops.threshold import Threshold, threshold
    from pellucid.ops.thresholded_relu import ThresholdedRelu
    from pellucid.ops.top_k_mask import TopKMask, top_k_mask
    from pellucid.ops.transpose import Transpose, swapaxes, transpose
    from pellucid.ops.transposed_convolution import TransposedConvolution
    from pellucid.ops.trigonometry import Cos, Sin, cos, sin
    from pellucid.ops.uniform_rows import UniformRows, uniform_rows
    from pellucid.ops.up_sampling import UpSampling, up_sample
    from pellucid.ops.var import std, var
    from pellucid.ops.weight_penalty import WeightPenalty, weight_penalty
    from pellucid.ops.weighted_mean import SampleMean, WeightedMean, weighted_mean
    from pellucid.ops.where import Where, where
    from pellucid.ops.zeros_like import OnesLike, ZerosLike, ones_like, zeros_like

__all__ = [
    "Absolute",
    "Add",
    "AffineSampling",
    "AlphaDropout",
    "ArgMax",
    "ArgMin",
    "AveragePooling",
    "BinaryMatch",
    "BroadcastTo",
    "BucketSums",
    "Cast",
    "CategoricalMatch",
    "Celu",
    "Clip",
    "Concatenate",
    "Convolution",
    "Cos",
    "Crop",
    "CumSum",
    "Divide",
    "Dropout",
    "Einsum",
    "Elu",
    "Embedding",
    "Equal",
    "Erf",
    "Exp",
    "Expm1",
    "Gather",
    "Gelu",
    "GeluTanh",
    "GetItem",
    "Greater",
    "GreaterEqual",
    "Gru",
    "HardShrink",
    "HardSigmoid",
    "HardSilu",
    "HardTanh",
    "LayerNormalization",
    "LeakyRelu",
    "Less",
    "LessEqual",
    "Linear",
    "LocalResponseNormalization",
    "Log",
    "Log1p",
    "LogSigmoid",
    "LogSoftmax",
    "LogSumExp",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "LpPooling",
    "Lstm",
    "MaskedMean",
    "MatMul",
    "Max",
    "MaxPooling",
    "Maximum",
    "Mean",
    "Min",
    "Minimum",
    "Mish",
    "Moments",
    "Multiply",
    "Negative",
    "Norm",
    "NormalLike",
    "Normalize",
    "NotEqual",
    "OneHot",
    "OnesLike",
    "Pad",
    "Positions",
    "Power",
    "PowerOf",
    "Prelu",
    "Prod",
    "Relu",
    "Relu6",
    "Rescale",
    "Reshape",
    "SampleMean",
    "ScaledDotProductAttention",
    "Selu",
    "Sigmoid",
    "SigmoidCrossEntropy",
    "Sign",
    "Silu",
    "SimpleRnn",
    "Sin",
    "SoftShrink",
    "Softmax",
    "SoftmaxCrossEntropy",
    "Softplus",
    "Softsign",
    "SparseMatch",
    "SparsePlus",
    "SparseSigmoid",
    "Sparsemax",
    "Sqrt",
    "Square",
    "SquaredError",
    "Squareplus",
    "Step",
    "StochasticPooling",
    "StopGradient",
    "Subtract",
    "Sum",
    "Take",
    "Tanh",
    "TanhShrink",
    "Threshold",
    "ThresholdedRelu",
    "TopKMask",
    "Transpose",
    "TransposedConvolution",
    "UniformRows",
    "UpSampling",
    "WeightPenalty",
    "WeightedMean",
    "WeightedPooling",
    "Where",
    "ZerosLike",
    "abs",
    "absolute",
    "add",
    "affine_sample",
    "alpha_dropout",
    "arange",
    "argmax",
    "argmin",
    "average_pool",
    "binary_match",
    "broadcast_to",
    "bucket_sums",
    "cast",
    "categorical_match",
    "celu",
    "clip",
    "concatenate",
    "conv",
    "cos",
    "crop",
    "cumsum",
    "divide",
    "dot",
    "dropout",
    "einsum",
    "elu",
    "embedding",
    "equal",
    "erf",
    "exp",
    "expand_dims",
    "expm1",
    "eye",
    "flatten",
    "flip",
    "full",
    "gelu",
    "getitem",
    "glu",
    "greater",
    "greater_equal",
    "gru",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "layer_normalization",
    "leaky_relu",
    "less",
    "less_equal",
    "linear",
    "linspace",
    "local_response_normalization",
    "log",
    "log1p",
    "log_sigmoid",
    "log_softmax",
    "logical_and",
    "logical_not",
    "logical_or",
    "logsumexp",
    "lp_pool",
    "lstm",
    "masked_mean",
    "matmul",
    "max",
    "max_pool",
    "maximum",
    "mean",
    "min",
    "minimum",
    "mish",
    "moments",
    "multiply",
    "negative",
    "norm",
    "normal_like",
    "normalize",
    "not_equal",
    "one_hot",
    "ones",
    "ones_like",
    "pad",
    "positions",
    "power",
    "prelu",
    "prod",
    "ravel",
    "relu",
    "relu6",
    "repeat",
    "rescale",
    "reshape",
    "rms_normalization",
    "roll",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sign",
    "silu",
    "simple_rnn",
    "sin",
    "soft_shrink",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "softsign",
    "sparse_match",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "split",
    "sqrt",
    "square",
    "squared_error",
    "squareplus",
    "squeeze",
    "stack",
    "std",
    "step",
    "stochastic_pool",
    "stop_gradient",
    "subtract",
    "sum",
    "swapaxes",
    "swish",
    "take",
    "tanh",
    "tanh_shrink",
    "threshold",
    "tile",
    "top_k_mask",
    "transpose",
    "uniform_rows",
    "unstack",
    "up_sample",
    "var",
    "weight_penalty",
    "weighted_mean",
    "weighted_pool",
    "where",
    "zeros",
    "zeros_like",
]

lazily(__name__)
