"""PyTorch: its DataLoader in its fastest form, and a loop that indexes the data by itself, for the two scripts beside this."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler, TensorDataset

from benchmarks.epochs import common

Batches = Callable[[], Iterator[Any]]


def loaders(x: torch.Tensor, y: torch.Tensor) -> dict[str, Batches]:
    """A DataLoader that asks the data set for a whole batch at once, here or in processes of its own."""
    data = TensorDataset(x, y)
    sampler = BatchSampler(RandomSampler(data), common.BATCH, drop_last=False)
    whole = {"sampler": sampler, "batch_size": None}
    # A sampler that gives lists of rows makes each of them one index, of a batch.
    return {
        "no workers": DataLoader(data, **whole).__iter__,
        "one worker": DataLoader(data, **whole, num_workers=1, persistent_workers=True).__iter__,
    }


def indexing(x: torch.Tensor, y: torch.Tensor) -> dict[str, Batches]:
    """A permutation cut into batches, each taken by its rows."""

    def batches() -> Iterator[Any]:
        for rows in torch.randperm(len(x)).split(common.BATCH):
            yield x[rows], y[rows]

    return {"indexing": batches}


def main(ways: Callable[[torch.Tensor, torch.Tensor], dict[str, Batches]]) -> None:
    folder, epochs, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    started = time.perf_counter()
    x, y, x_test, y_test = (torch.from_numpy(array) for array in common.read(folder))
    y, y_test = y.long(), y_test.long()
    taken = time.perf_counter() - started
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(common.SIZES):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=common.RATE, fused=True)

    def epoch(batches: Batches) -> None:
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for images, labels in batches():
            optimizer.zero_grad(set_to_none=True)
            logits = model(images.float().div_(255))
            loss = nn.functional.cross_entropy(logits, labels)
            loss.backward()
            optimizer.step()
            total += loss.detach()
            right += (logits.argmax(1) == labels).sum()

    best: dict[tuple[str, int], float] = {}
    known = ways(x, y)
    for name, batches in known.items():  # one epoch each, which are the ones that are not counted
        for count in sorted({1, threads}):
            torch.set_num_threads(count)
            best[name, count] = common.timed(lambda batches=batches: epoch(batches))
    name, count = min(best, key=lambda way: best[way])
    torch.set_num_threads(count)
    seconds = [common.timed(lambda: epoch(known[name])) for _ in range(epochs)]
    with torch.no_grad():
        accuracy = (model(x_test.float().div_(255)).argmax(1) == y_test).float().mean().item()
    common.answer(taken, seconds, accuracy, f"{name}, {count} threads")
