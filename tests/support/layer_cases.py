"""Example inputs for every layer: a registered layer without a case fails tests/layers/test_every_layer.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import pellucid as pl
from pellucid import layers

Array = npt.NDArray[Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerCase:
    """A layer, made anew by ``make(**layer)``, and the shapes of its inputs: floats, or integers below ``ids``."""

    label: str
    make: Callable[..., layers.Layer]
    shape: Shape = (5, 3)
    training: bool = False
    others: tuple[Shape, ...] | None = None  # a layer that takes a list: the shapes of its other inputs
    ids: int = 0

    def __str__(self) -> str:
        return self.label

    @property
    def shapes(self) -> list[Shape]:
        return [self.shape, *(self.others or ())]

    def example(self, dtype: str = "float64", samples: int | None = None) -> Any:
        """Its input: an array, or a list of them; ``samples`` in place of the first axis' length."""
        rng = np.random.default_rng(0)
        arrays = [self._draw(rng, s if samples is None else (samples, *s[1:]), dtype) for s in self.shapes]
        return arrays[0] if self.others is None else arrays

    def _draw(self, rng: np.random.Generator, shape: Shape, dtype: str) -> Array:
        return rng.integers(0, self.ids, shape) if self.ids else rng.normal(size=shape).astype(dtype)

    def inputs(self) -> Any:
        """Symbolic inputs, with an open batch axis."""
        made = [pl.Input(s[1:], dtype="int64" if self.ids else "float32") for s in self.shapes]
        return made[0] if self.others is None else made


def _of(cls: Callable[..., layers.Layer], *settings: Any, **named: Any) -> Callable[..., layers.Layer]:
    return lambda **layer: cls(*settings, **named, **layer)


def _dense(**settings: Any) -> Callable[..., layers.Layer]:
    return _of(layers.Dense, 4, **settings)


def _around(
    outer: Callable[..., layers.Layer], inner: Callable[..., layers.Layer], *settings: Any, **named: Any
) -> Callable[..., layers.Layer]:
    """A layer around another one, both of the dtype that is asked for."""
    return lambda dtype="float32", **layer: outer(inner(*settings, dtype=dtype), dtype=dtype, **named, **layer)


def _two_cells(dtype: str = "float32", **layer: Any) -> layers.Layer:
    return layers.RNN([layers.GRUCell(4, dtype=dtype), layers.LSTMCell(2, dtype=dtype)], dtype=dtype, **layer)


TWO: tuple[Shape, ...] = ((5, 3),)
SEQUENCES = (5, 4, 3)
PICTURES = (2, 3, 2, 3)
IMAGES = (2, 5, 4, 4)
LINES = (2, 6, 4)

CASES = [
    LayerCase("input", _of(layers.InputLayer, (3,))),
    LayerCase("dense", _dense()),
    LayerCase("dense, relu", _dense(activation="relu", bias_initializer="random_normal")),
    LayerCase("dense, tanh", _dense(activation="tanh")),
    LayerCase("dense, sigmoid", _dense(activation="sigmoid")),
    LayerCase("dense, softmax", _dense(activation="softmax", kernel_initializer="he_normal")),
    LayerCase("dense, no bias", _dense(use_bias=False)),
    LayerCase("dense, no bias, relu", _dense(use_bias=False, activation="relu")),
    LayerCase("dense, three axes", _dense(activation="tanh"), (2, 3, 3)),
    LayerCase("dense, penalties", _dense(kernel_regularizer="l2", bias_regularizer=pl.regularizers.L1(0.1))),
    LayerCase("dense, constraints", _dense(kernel_constraint="max_norm", bias_constraint="non_neg")),
    LayerCase("dense, penalty on its output", _dense(activity_regularizer="l2")),
    LayerCase("activation", _of(layers.Activation, "tanh")),
    LayerCase("relu", layers.ReLU),
    LayerCase("relu, settings", _of(layers.ReLU, max_value=1.0, negative_slope=0.1, threshold=0.25)),
    LayerCase("leaky relu", layers.LeakyReLU),
    LayerCase("prelu", _of(layers.PReLU, alpha_initializer="random_normal")),
    LayerCase("elu", layers.ELU),
    LayerCase("softmax", layers.Softmax),
    LayerCase("softmax, axis 1", _of(layers.Softmax, axis=1), (2, 3, 4)),
    LayerCase("flatten", layers.Flatten, (4, 2, 3)),
    LayerCase("flatten, one axis", layers.Flatten, (4,)),
    LayerCase("flatten, channels first", _of(layers.Flatten, "channels_first"), PICTURES),
    LayerCase("reshape", _of(layers.Reshape, (3, 2)), (4, 6)),
    LayerCase("reshape, what is left", _of(layers.Reshape, (2, -1, 1)), (4, 2, 3)),
    LayerCase("permute", _of(layers.Permute, (2, 1)), (2, 3, 4)),
    LayerCase("repeat vector", _of(layers.RepeatVector, 2)),
    LayerCase("identity", layers.Identity),
    LayerCase("lambda", _of(layers.Lambda, pl.ops.square)),
    LayerCase("lambda, arguments", _of(layers.Lambda, pl.ops.clip, (3,), {"x_min": -0.5, "x_max": 0.5})),
    LayerCase("add", layers.Add, others=TWO),
    LayerCase("add, three", layers.Add, others=TWO * 2),
    LayerCase("add, a vector to a sequence", layers.Add, (4, 3, 2), others=((4, 2),)),
    LayerCase("subtract", layers.Subtract, others=TWO),
    LayerCase("multiply", layers.Multiply, others=TWO * 2),
    LayerCase("multiply, by a column", layers.Multiply, others=((5, 1),)),
    LayerCase("average", layers.Average, others=TWO * 2),
    LayerCase("maximum", layers.Maximum, others=TWO),
    LayerCase("minimum", layers.Minimum, others=TWO * 2),
    LayerCase("concatenate", layers.Concatenate, others=((5, 1), (5, 4))),
    LayerCase("concatenate, axis 1", _of(layers.Concatenate, axis=1), (2, 3, 4), others=((2, 1, 4),)),
    LayerCase("dot", _of(layers.Dot, 1), others=TWO),
    LayerCase("dot, cosines", _of(layers.Dot, -1, normalize=True), others=TWO),
    LayerCase("dot, matrices", _of(layers.Dot, (2, 1)), (2, 3, 4), others=((2, 4, 2),)),
    LayerCase("dot, rows", _of(layers.Dot, 2), (2, 3, 4), others=((2, 5, 4),)),
    LayerCase("embedding", _of(layers.Embedding, 6, 2), (5, 3), ids=6),
    LayerCase("embedding, one a sample", _of(layers.Embedding, 3, 4, "normal", mask_zero=True), (5,), ids=3),
    LayerCase("dropout", _of(layers.Dropout, 0.4)),
    LayerCase("dropout, training", _of(layers.Dropout, 0.4), training=True),
    LayerCase("dropout, seed", _of(layers.Dropout, 0.4, seed=3), training=True),
    LayerCase("dropout, of whole rows", _of(layers.Dropout, 0.4, (None, 1, 3)), (4, 2, 3), training=True),
    LayerCase("alpha dropout, training", _of(layers.AlphaDropout, 0.4), training=True),
    LayerCase("alpha dropout, of whole rows", _of(layers.AlphaDropout, 0.4, (None, 1, 3)), (4, 2, 3), training=True),
    LayerCase("gaussian noise, training", _of(layers.GaussianNoise, 0.4), training=True),
    LayerCase("gaussian dropout, training", _of(layers.GaussianDropout, 0.4, seed=5), training=True),
    LayerCase("batch normalization", layers.BatchNormalization),
    LayerCase("batch normalization, training", layers.BatchNormalization, training=True),
    LayerCase("batch normalization, images", layers.BatchNormalization, PICTURES, training=True),
    LayerCase("batch norm, axis 1", _of(layers.BatchNormalization, axis=1), (2, 3, 4), training=True),
    LayerCase("batch normalization, bare", _of(layers.BatchNormalization, center=False, scale=False, epsilon=0.1), training=True),
    LayerCase("layer normalization", _of(layers.LayerNormalization, gamma_initializer="random_normal")),
    LayerCase("layer normalization, two axes", _of(layers.LayerNormalization, (1, -1)), (2, 3, 4)),
    LayerCase("layer normalization, axis 1", _of(layers.LayerNormalization, 1), (2, 3, 4)),
    LayerCase("layer normalization, bare", _of(layers.LayerNormalization, center=False, scale=False)),
    LayerCase("rms normalization", layers.RMSNormalization),
    LayerCase("group normalization", _of(layers.GroupNormalization, 2, gamma_initializer="random_normal"), (4, 6)),
    LayerCase("group normalization, images", _of(layers.GroupNormalization, 2), (2, 3, 2, 4)),
    LayerCase("instance normalization, axis 1", _of(layers.GroupNormalization, -1, 1), (2, 2, 3, 2)),
    LayerCase("unit normalization", layers.UnitNormalization),
    LayerCase("unit normalization, two axes", _of(layers.UnitNormalization, [1, 2]), (2, 3, 4)),
    LayerCase("normalization", _of(layers.Normalization, -1, [1.0, 2.0, 3.0], [4.0, 0.25, 1.0])),
    LayerCase("normalization, axis 1", _of(layers.Normalization, 1, [1.0, 2.0, 3.0], [4.0, 0.25, 1.0]), (2, 3, 4)),
    LayerCase("normalization, all", _of(layers.Normalization, None, 0.5, 4.0, invert=True)),
    LayerCase("rescaling", _of(layers.Rescaling, 0.5, -1.0)),
    LayerCase("activity regularization", _of(layers.ActivityRegularization, 0.1, 0.2)),
    LayerCase("conv2d", _of(layers.Conv2D, 3, 2), IMAGES),
    LayerCase("conv2d, relu", _of(layers.Conv2D, 6, (3, 2), (2, 1), "same", groups=2, activation="relu"), IMAGES),
    LayerCase("conv2d, sigmoid", _of(layers.Conv2D, 3, 2, dilation_rate=2, activation="sigmoid", use_bias=False), IMAGES),
    LayerCase("conv2d, penalties", _of(layers.Conv2D, 2, 1, kernel_regularizer="l2", kernel_constraint="non_neg"), IMAGES),
    LayerCase("conv1d", _of(layers.Conv1D, 3, 2, 2, activation="tanh"), LINES),
    LayerCase("conv1d, causal", _of(layers.Conv1D, 2, 3, padding="causal", dilation_rate=2), LINES),
    LayerCase("depthwise conv2d", _of(layers.DepthwiseConv2D, 2, depth_multiplier=2, activation="gelu"), IMAGES),
    LayerCase("separable conv2d", _of(layers.SeparableConv2D, 3, 3, padding="same", activation="relu"), IMAGES),
    LayerCase("separable conv2d, no bias", _of(layers.SeparableConv2D, 3, 2, 2, depth_multiplier=2, use_bias=False), IMAGES),
    LayerCase("conv2d transpose", _of(layers.Conv2DTranspose, 3, 3, 2, "same", activation="relu"), IMAGES),
    LayerCase(
        "conv2d transpose, valid", _of(layers.Conv2DTranspose, 2, (2, 3), (3, 2), output_padding=1, use_bias=False), IMAGES
    ),
    LayerCase("max pooling 2d", layers.MaxPooling2D, IMAGES),
    LayerCase("max pooling 2d, same", _of(layers.MaxPooling2D, (3, 2), 1, "same"), IMAGES),
    LayerCase("max pooling 1d", _of(layers.MaxPooling1D, 3, 2), LINES),
    LayerCase("average pooling 2d", _of(layers.AveragePooling2D, 3, 2, "same"), IMAGES),
    LayerCase("average pooling 1d", _of(layers.AveragePooling1D, 2), LINES),
    LayerCase("lp pooling 2d", _of(layers.LpPooling2D, 3.0, (2, 3), 1, "same"), IMAGES),
    LayerCase("lp pooling 1d", _of(layers.LpPooling1D, pool_size=3, strides=2), LINES),
    LayerCase("stochastic pooling 2d", layers.StochasticPooling2D, IMAGES),
    LayerCase("stochastic pooling 2d, training", _of(layers.StochasticPooling2D, 3, 2, "same"), IMAGES, training=True),
    LayerCase("random flip", layers.RandomFlip, IMAGES),
    LayerCase("random flip, training", _of(layers.RandomFlip, "horizontal", seed=3), IMAGES, training=True),
    LayerCase("random rotation, training", _of(layers.RandomRotation, 0.2, "constant", fill_value=0.5), IMAGES, training=True),
    LayerCase("random zoom, training", _of(layers.RandomZoom, 0.2, (0.1, 0.3)), IMAGES, training=True),
    LayerCase("random translation, training", _of(layers.RandomTranslation, 0.2, 0.3, "wrap"), IMAGES, training=True),
    LayerCase("random contrast, training", _of(layers.RandomContrast, 0.5, (-9, 9)), IMAGES, training=True),
    LayerCase("random brightness, training", _of(layers.RandomBrightness, 0.1, (-9, 9)), IMAGES, training=True),
    LayerCase("random crop", _of(layers.RandomCrop, 3, 3), IMAGES),
    LayerCase("random crop, training", _of(layers.RandomCrop, 3, 2), IMAGES, training=True),
    LayerCase("center crop", _of(layers.CenterCrop, 2, 3), IMAGES),
    LayerCase("center crop, enlarged", _of(layers.CenterCrop, 7, 6), IMAGES),
    LayerCase("global average pooling 2d", layers.GlobalAveragePooling2D, IMAGES),
    LayerCase("global average pooling 1d", _of(layers.GlobalAveragePooling1D, keepdims=True), LINES),
    LayerCase("global max pooling 2d", _of(layers.GlobalMaxPooling2D, keepdims=True), IMAGES),
    LayerCase("global max pooling 1d", layers.GlobalMaxPooling1D, LINES),
    LayerCase("zero padding 2d", _of(layers.ZeroPadding2D, ((1, 0), (2, 1))), IMAGES),
    LayerCase("zero padding 1d", _of(layers.ZeroPadding1D, (0, 2)), LINES),
    LayerCase("cropping 2d", _of(layers.Cropping2D, (1, 1)), IMAGES),
    LayerCase("cropping 1d", _of(layers.Cropping1D, (2, 1)), LINES),
    LayerCase("up sampling 2d", _of(layers.UpSampling2D, (2, 3)), IMAGES),
    LayerCase("up sampling 2d, bilinear", _of(layers.UpSampling2D, 3, interpolation="bilinear"), IMAGES),
    LayerCase("up sampling 1d", layers.UpSampling1D, LINES),
    LayerCase("spatial dropout 2d, training", _of(layers.SpatialDropout2D, 0.4), IMAGES, training=True),
    LayerCase("local response normalization", _of(layers.LocalResponseNormalization, 3, 1.0, 0.5), IMAGES),
    LayerCase("subsampling 2d", _of(layers.Subsampling2D, activation="scaled_tanh"), IMAGES),
    LayerCase("table conv2d", _of(layers.TableConv2D, [[0, 1], [3], [0, 2, 3]], (2, 3), activation="relu"), IMAGES),
    LayerCase("spatial dropout 1d, training", _of(layers.SpatialDropout1D, 0.4, seed=3), LINES, training=True),
    LayerCase("simple rnn", _of(layers.SimpleRNN, 4), SEQUENCES),
    LayerCase("simple rnn, relu, sequences", _of(layers.SimpleRNN, 4, "relu", return_sequences=True), SEQUENCES),
    LayerCase("simple rnn, softsign, no bias", _of(layers.SimpleRNN, 4, "softsign", False), SEQUENCES),
    LayerCase("simple rnn, dropout", _of(layers.SimpleRNN, 4, dropout=0.4, recurrent_dropout=0.3), SEQUENCES, training=True),
    LayerCase("lstm", _of(layers.LSTM, 4), SEQUENCES),
    LayerCase("lstm, backwards, sequences", _of(layers.LSTM, 4, go_backwards=True, return_sequences=True), SEQUENCES),
    LayerCase("lstm, hard gates", _of(layers.LSTM, 4, recurrent_activation="hard_sigmoid", unit_forget_bias=False), SEQUENCES),
    LayerCase("lstm, dropout", _of(layers.LSTM, 4, dropout=0.4, seed=3), SEQUENCES, training=True),
    LayerCase("lstm, penalties", _of(layers.LSTM, 2, kernel_regularizer="l2", recurrent_constraint="max_norm"), SEQUENCES),
    LayerCase("gru", _of(layers.GRU, 4), SEQUENCES),
    LayerCase("gru, reset before, sequences", _of(layers.GRU, 4, reset_after=False, return_sequences=True), SEQUENCES),
    LayerCase("gru, unrolled", _of(layers.GRU, 4, unroll=True, bias_initializer="random_normal"), SEQUENCES),
    LayerCase("rnn, two cells", _two_cells, SEQUENCES),
    LayerCase("bidirectional", _around(layers.Bidirectional, layers.LSTM, 2), SEQUENCES),
    LayerCase("bidirectional, sum", _around(layers.Bidirectional, layers.GRU, 2, merge_mode="sum"), SEQUENCES),
    LayerCase("time distributed", _around(layers.TimeDistributed, layers.Dense, 2), SEQUENCES),
    LayerCase("masking", layers.Masking, SEQUENCES),
    LayerCase("attention", layers.Attention, SEQUENCES, others=((5, 2, 3),)),
    LayerCase("attention, keys, scale", _of(layers.Attention, True), SEQUENCES, others=((5, 2, 4), (5, 2, 3))),
    LayerCase("attention, concat", _of(layers.Attention, True, "concat"), SEQUENCES, others=((5, 2, 3),)),
    LayerCase("attention, dropout", _of(layers.Attention, dropout=0.4), SEQUENCES, others=((5, 2, 3),), training=True),
    LayerCase("multi-head attention", _of(layers.MultiHeadAttention, 2, 3), SEQUENCES),
    LayerCase("multi-head attention, of other lengths", _of(layers.MultiHeadAttention, 2, 3, 2, output_shape=5), SEQUENCES),
    LayerCase("multi-head attention, dropout", _of(layers.MultiHeadAttention, 1, 2, dropout=0.4), SEQUENCES, training=True),
    LayerCase("multi-head attention, bare", _of(layers.MultiHeadAttention, 2, 1, use_bias=False, kernel_regularizer="l2"), LINES),
    LayerCase("transformer block", _of(layers.TransformerBlock, 2, 2, 5), SEQUENCES),
    LayerCase("transformer block, causal", _of(layers.TransformerBlock, 1, 2, 3, "tanh", 0.3, True), SEQUENCES, training=True),
    LayerCase("sines", layers.SinePositionEncoding, SEQUENCES),
    LayerCase("sines, added", _of(layers.SinePositionEncoding, 100.0, add=True), SEQUENCES),
    LayerCase("position embedding", _of(layers.PositionEmbedding, 4), SEQUENCES),
    LayerCase("position embedding, added", _of(layers.PositionEmbedding, 6, add=True), SEQUENCES),
    LayerCase("additive attention", layers.AdditiveAttention, SEQUENCES, others=((5, 2, 3),)),
    LayerCase("additive attention, no scale", _of(layers.AdditiveAttention, False), SEQUENCES, others=((5, 2, 4), (5, 2, 3))),
]
