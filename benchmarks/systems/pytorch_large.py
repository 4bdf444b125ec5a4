"""The nets of ``benchmarks.large`` in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional as F

from benchmarks import large

Tensors = Mapping[str, torch.Tensor]


def loss(net: str, p: Tensors, moving: Tensors, x: Any, y: torch.Tensor) -> torch.Tensor:
    """Of one batch; moving averages change."""
    if net == "transformer":
        return F.cross_entropy(_transformer(p, x), y)
    if net == "resnet18":
        return F.cross_entropy(_resnet(p, moving, x), y)
    return F.cross_entropy(_encoder_decoder(p, *x[1:]).flatten(0, 1), y.flatten())


def from_values(name: str, value: Any) -> torch.Tensor:
    """As PyTorch likes it: convolutions' kernels (outputs, inputs, height, width), those of gates in its order."""
    tensor = torch.from_numpy(value)
    if tensor.ndim == 4:
        return tensor.permute(3, 2, 0, 1).clone(memory_format=torch.contiguous_format)
    if name.startswith(("encoder", "decoder")):
        update, reset, new = tensor.T.chunk(3) if not name.endswith("bias") else tensor.chunk(3, dim=1)
        return torch.cat([reset, update, new], dim=1 if name.endswith("bias") else 0).contiguous()
    return tensor.clone()


def _dense(p: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    return torch.addmm(p[f"{name}/bias"], x.flatten(0, -2), p[f"{name}/kernel"]).unflatten(0, x.shape[:-1])


def _layer_norm(p: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    return F.layer_norm(x, x.shape[-1:], p[f"{name}/gamma"], p[f"{name}/beta"], large.NORMALIZED)


def _transformer(p: Tensors, x: torch.Tensor) -> torch.Tensor:
    h = _dense(p, "entry", x.unflatten(1, (-1, large.WIDTH))) + p["positions/position_embeddings"]
    for block in range(large.DEPTH):
        qkv = _dense(p, f"qkv{block}", _layer_norm(p, f"attention_norm{block}", h))
        q, k, v = qkv.unflatten(2, (3, large.HEADS, -1)).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        h = h + _dense(p, f"attention_output{block}", seen)
        hidden = F.gelu(_dense(p, f"hidden{block}", _layer_norm(p, f"dense_norm{block}", h)))
        h = h + _dense(p, f"out{block}", hidden)
    return _dense(p, "last", h.mean(1))


def _resnet(p: Tensors, moving: Tensors, x: torch.Tensor) -> torch.Tensor:
    def normalized(name: str, normalization: str, x: torch.Tensor, strides: int = 1) -> torch.Tensor:
        kernel = p[f"{name}/kernel"]
        border = kernel.shape[-1] // 2
        if strides > 1 and border:  # as in Keras: PyTorch's own border on both sides would be another net
            x, border = F.pad(x, (0, 1, 0, 1)), 0
        y = F.conv2d(x, kernel, stride=strides, padding=border)
        averages = [moving[f"{normalization}/{which}"] for which in ("moving_mean", "moving_variance")]
        scale = (p[f"{normalization}/gamma"], p[f"{normalization}/beta"])
        return F.batch_norm(y, *averages, *scale, True, 1 - large.MOMENTUM, large.NORMALIZED)

    x = x.view(-1, large.SIDE, large.SIDE, large.CHANNELS).permute(0, 3, 1, 2)
    if p["stem/kernel"].is_contiguous():  # else the images' own layout, channels last, would go on through the whole net
        x = x.contiguous()
    x = torch.relu(normalized("stem", "stem_normalization", x))
    for name, _, _, strides in large.blocks():
        y = torch.relu(normalized(f"{name}_convolution_1", f"{name}_normalization_1", x, strides))
        y = normalized(f"{name}_convolution_2", f"{name}_normalization_2", y)
        x = normalized(f"{name}_shortcut", f"{name}_normalization_3", x, strides) if strides > 1 else x
        x = torch.relu(x + y)
    return _dense(p, "output", x.mean((2, 3)))


def _encoder_decoder(p: Tensors, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    def gru(name: str, x: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        weights = [p[f"{name}/kernel"], p[f"{name}/recurrent_kernel"], *p[f"{name}/bias"]]
        found: tuple[torch.Tensor, torch.Tensor] = torch.gru(x, state, weights, True, 1, 0.0, True, False, True)
        return found

    start = torch.zeros(1, len(source), large.UNITS)
    memory, state = gru("encoder", F.embedding(source, p["source/embeddings"]), start)
    outputs, _ = gru("decoder", F.embedding(target, p["target/embeddings"]), state)
    seen = F.scaled_dot_product_attention(outputs, memory, memory, scale=1.0)
    return _dense(p, "answer", torch.tanh(_dense(p, "combined", torch.cat([outputs, seen], -1))))
