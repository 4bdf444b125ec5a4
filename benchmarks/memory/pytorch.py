"""Two epochs of 784-100x4-10 with Adam in PyTorch. The images stay uint8; each batch becomes float32 when it is used.

Run as ``python -m benchmarks.memory.pytorch FOLDER``; prints peak memory and the last epoch's loss.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

from benchmarks.memory import resident

SIZES = (784, 100, 100, 100, 100, 10)


def main(folder: Path) -> None:
    imported = resident.peak()
    x = torch.from_numpy(np.load(folder / "x.npy"))
    y = torch.from_numpy(np.load(folder / "y.npy"))
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(SIZES):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    total = 0.0
    for _ in range(2):
        total = 0.0
        for chosen in torch.randperm(len(x)).split(128):
            optimizer.zero_grad(set_to_none=True)
            loss = nn.functional.cross_entropy(model(x[chosen].float().div_(255)), y[chosen])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
    print(json.dumps({"imported": imported, "peak": resident.peak(), "loss": total / len(x)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
