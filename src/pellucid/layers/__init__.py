"""Parameters plus a composition of operations, by Keras' names."""

from typing import TYPE_CHECKING, Any

from pellucid.configurable import Registry, serialize
from pellucid.layers.layer import Layer
from pellucid.lazy import lazily

if TYPE_CHECKING:
    from pellucid.layers.activation import Activation
    from pellucid.layers.activity_regularization import ActivityRegularization
    from pellucid.layers.alpha_dropout import AlphaDropout
    from pellucid.layers.attention import AdditiveAttention, Attention
    from pellucid.layers.batch_normalization import BatchNormalization
    from pellucid.layers.bidirectional import Bidirectional
    from pellucid.layers.concatenate import Concatenate, concatenate
    from pellucid.layers.convolution import Conv1D, Conv2D
    from pellucid.layers.convolution import Conv1D as Convolution1D
    from pellucid.layers.convolution import Conv2D as Convolution2D
    from pellucid.layers.crop_to_size import CenterCrop, RandomCrop
    from pellucid.layers.cropping import Cropping1D, Cropping2D
    from pellucid.layers.dense import Dense
    from pellucid.layers.depthwise_convolution import DepthwiseConv2D
    from pellucid.layers.dot import Dot, dot
    from pellucid.layers.dropout import Dropout
    from pellucid.layers.elu import ELU
    from pellucid.layers.embedding import Embedding
    from pellucid.layers.flatten import Flatten
    from pellucid.layers.gaussian_noise import GaussianDropout, GaussianNoise
    from pellucid.layers.global_pooling import (
        GlobalAveragePooling1D,
        GlobalAveragePooling2D,
        GlobalMaxPooling1D,
        GlobalMaxPooling2D,
    )
    from pellucid.layers.global_pooling import GlobalAveragePooling1D as GlobalAvgPool1D
    from pellucid.layers.global_pooling import GlobalAveragePooling2D as GlobalAvgPool2D
    from pellucid.layers.global_pooling import GlobalMaxPooling1D as GlobalMaxPool1D
    from pellucid.layers.global_pooling import GlobalMaxPooling2D as GlobalMaxPool2D
    from pellucid.layers.group_normalization import GroupNormalization
    from pellucid.layers.gru import GRU, GRUCell
    from pellucid.layers.identity import Identity
    from pellucid.layers.input import Input, InputLayer
    from pellucid.layers.lambda_layer import Lambda
    from pellucid.layers.layer_normalization import LayerNormalization, RMSNormalization
    from pellucid.layers.leaky_relu import LeakyReLU
    from pellucid.layers.local_response_normalization import LocalResponseNormalization
    from pellucid.layers.lp_pooling import LpPooling1D, LpPooling2D
    from pellucid.layers.lstm import LSTM, LSTMCell
    from pellucid.layers.masking import Masking
    from pellucid.layers.merging import (
        Add,
        Average,
        Maximum,
        Minimum,
        Multiply,
        Subtract,
        add,
        average,
        maximum,
        minimum,
        multiply,
        subtract,
    )
    from pellucid.layers.multi_head_attention import MultiHeadAttention
    from pellucid.layers.normalization import Normalization
    from pellucid.layers.permute import Permute
    from pellucid.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
    from pellucid.layers.pooling import AveragePooling1D as AvgPool1D
    from pellucid.layers.pooling import AveragePooling2D as AvgPool2D
    from pellucid.layers.pooling import MaxPooling1D as MaxPool1D
    from pellucid.layers.pooling import MaxPooling2D as MaxPool2D
    from pellucid.layers.positional_encoding import PositionEmbedding, SinePositionEncoding
    from pellucid.layers.prelu import PReLU
    from pellucid.layers.random_affine import RandomFlip, RandomRotation, RandomTranslation, RandomZoom
    from pellucid.layers.random_light import RandomBrightness, RandomContrast
    from pellucid.layers.relu import ReLU
    from pellucid.layers.repeat_vector import RepeatVector
    from pellucid.layers.rescaling import Rescaling
    from pellucid.layers.reshape import Reshape
    from pellucid.layers.rnn import RNN
    from pellucid.layers.separable_convolution import SeparableConv2D
    from pellucid.layers.separable_convolution import SeparableConv2D as SeparableConvolution2D
    from pellucid.layers.simple_rnn import SimpleRNN, SimpleRNNCell
    from pellucid.layers.softmax import Softmax
    from pellucid.layers.spatial_dropout import SpatialDropout1D, SpatialDropout2D
    from pellucid.layers.stacked_rnn_cells import StackedRNNCells
    from pellucid.layers.stochastic_pooling import StochasticPooling2D
    from pellucid.layers.subsampling import Subsampling2D
    from pellucid.layers.table_convolution import TableConv2D
    from pellucid.layers.time_distributed import TimeDistributed
    from pellucid.layers.transformer_block import TransformerBlock
    from pellucid.layers.transposed_convolution import Conv2DTranspose
    from pellucid.layers.transposed_convolution import Conv2DTranspose as Convolution2DTranspose
    from pellucid.layers.unit_normalization import UnitNormalization
    from pellucid.layers.up_sampling import UpSampling1D, UpSampling2D
    from pellucid.layers.zero_padding import ZeroPadding1D, ZeroPadding2D

__all__ = [
    "ELU",
    "GRU",
    "LSTM",
    "RNN",
    "Activation",
    "ActivityRegularization",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AvgPool1D",
    "AvgPool2D",
    "BatchNormalization",
    "Bidirectional",
    "CenterCrop",
    "Concatenate",
    "Conv1D",
    "Conv2D",
    "Conv2DTranspose",
    "Convolution1D",
    "Convolution2D",
    "Convolution2DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dot",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "Identity",
    "Input",
    "InputLayer",
    "LSTMCell",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "LocalResponseNormalization",
    "LpPooling1D",
    "LpPooling2D",
    "Masking",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPooling1D",
    "MaxPooling2D",
    "Maximum",
    "Minimum",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "PositionEmbedding",
    "RMSNormalization",
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "SeparableConv2D",
    "SeparableConvolution2D",
    "SimpleRNN",
    "SimpleRNNCell",
    "SinePositionEncoding",
    "Softmax",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "StackedRNNCells",
    "StochasticPooling2D",
    "Subsampling2D",
    "Subtract",
    "TableConv2D",
    "TimeDistributed",
    "TransformerBlock",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "add",
    "average",
    "concatenate",
    "dot",
    "get",
    "maximum",
    "minimum",
    "multiply",
    "register",
    "serialize",
    "subtract",
]

_named = [name for name in __all__ if name[0].isupper() and name not in ("Input", "Layer")]
registry = Registry[Layer]("layer", Layer, {}, package=__name__, names=_named)
register = registry.register


def get(identifier: Any) -> Layer:
    """The layer for a configuration as `serialize` gives it, or itself.

    >>> get({"class_name": "Dense", "config": {"units": 3, "name": "scores"}})
    <Dense 'scores', not built>
    """
    return registry.get(identifier)


lazily(__name__)
