"""The nets of ``benchmarks.nets`` in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.nn import functional as F

from benchmarks import large, nets
from benchmarks.recurrent import RECURRENT
from benchmarks.systems import pytorch_large, pytorch_recurrent

Tensors = Mapping[str, torch.Tensor]


def loss(net: str, p: Tensors, moving: Tensors, x: Any, y: torch.Tensor, dropped: float) -> torch.Tensor:
    """Of one batch; moving averages change."""
    if net in large.LARGE:
        return pytorch_large.loss(net, p, moving, x, y)
    if net in RECURRENT:
        logits = pytorch_recurrent.logits(p, RECURRENT[net], x)
    elif net in nets.IMAGES:
        logits = _convolutional(p, nets.IMAGES[net], x)
    elif net == "normalized":
        logits = _normalized(p, moving, x, dropped)
    else:
        logits = _residual(p, x) if net == "residual" else _table(p, *x)
    return F.cross_entropy(logits, y)


def from_values(net: str, name: str, value: Any) -> torch.Tensor:
    """An initial value as PyTorch likes it: kernels (outputs, inputs, height, width), so flat images channel by channel."""
    if net in large.LARGE:
        return pytorch_large.from_values(name, value)
    if net in RECURRENT:
        return pytorch_recurrent.from_values(RECURRENT[net], name, value)
    tensor = torch.from_numpy(value)
    if tensor.ndim == 4:
        return tensor.permute(3, 2, 0, 1).clone(memory_format=torch.contiguous_format)
    if net in nets.IMAGES and name == "hidden/kernel":
        side, channels = nets.IMAGES[net].flat
        return tensor.reshape(side, side, channels, -1).permute(2, 0, 1, 3).reshape(tensor.shape).clone()
    return tensor.clone()


def _convolutional(p: Tensors, net: nets.Convolutional, x: torch.Tensor) -> torch.Tensor:
    x = x.view(-1, net.side, net.side, net.channels).permute(0, 3, 1, 2)
    for i, (_, pooling) in enumerate(net.stages):
        x = torch.relu(F.conv2d(x, p[f"convolution{i}/kernel"], p[f"convolution{i}/bias"], padding=net.padding(i)))
        if pooling:
            x = F.max_pool2d(x, 2) if pooling == "max" else F.avg_pool2d(x, 2)
    return _dense(p, "last", torch.relu(_dense(p, "hidden", x.flatten(1))))


def _dense(p: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    return torch.addmm(p[f"{name}/bias"], x, p[f"{name}/kernel"])


def _layer_norm(p: Tensors, name: str, x: torch.Tensor) -> torch.Tensor:
    return F.layer_norm(x, x.shape[-1:], p[f"{name}/gamma"], p[f"{name}/beta"], nets.EPSILON)


def _residual(p: Tensors, x: torch.Tensor) -> torch.Tensor:
    h = _dense(p, "entry", x)
    for block in range(nets.BLOCKS):
        h = h + _dense(p, f"down{block}", F.gelu(_dense(p, f"up{block}", _layer_norm(p, f"norm{block}", h))))
    return _dense(p, "last", _layer_norm(p, "norm", h))


def _table(p: Tensors, x: torch.Tensor, *columns: torch.Tensor) -> torch.Tensor:
    picked = [F.embedding(ids, p[f"column{i}/embeddings"]) for i, ids in enumerate(columns)]
    h = torch.relu(_dense(p, "first", torch.cat([x, *picked], -1)))
    return _dense(p, "last", torch.relu(_dense(p, "second", h)))


def _normalized(p: Tensors, moving: Tensors, x: torch.Tensor, dropped: float) -> torch.Tensor:
    for block in range(nets.BLOCKS):
        name = f"norm{block}"
        averages = [moving[f"{name}/{which}"] for which in nets.MOVING]
        scale = (p[f"{name}/gamma"], p[f"{name}/beta"])
        x = F.batch_norm(x @ p[f"dense{block}/kernel"], *averages, *scale, True, 1 - nets.MOMENTUM, nets.EPSILON)
        x = F.dropout(torch.relu(x), dropped) if dropped else torch.relu(x)
    return _dense(p, "last", x)
