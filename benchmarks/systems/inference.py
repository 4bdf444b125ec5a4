"""Answers to one batch after the other, by a net whose weights stay as they are; the losses of the answers are compared."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.protocol import System

Array = npt.NDArray[Any]


class Inference(System):
    """A system that answers. Only ``answer`` is timed, batch by batch, each of a NumPy array."""

    @abstractmethod
    def answer(self, x: Array) -> Any:
        """The logits of a batch, as the system gives them; when it returns, all work is done."""

    def settings(self) -> list[str]:
        return [f"{threads} threads" for threads in sorted({1, self.threads})]

    def choose(self, setting: str) -> None:
        self.prepare(int(setting.split()[0]))

    @abstractmethod
    def prepare(self, threads: int) -> None:
        """Be ready to answer with so many threads."""

    def reset(self) -> None:
        pass

    def epoch(self) -> None:
        for x in self.problem.x_batches:
            self.answer(x)

    def first_losses(self, steps: int) -> list[float]:
        batches = zip(self.problem.x_batches[:steps], self.problem.y_batches[:steps], strict=True)
        return [_cross_entropy(np.asarray(self.answer(x)), y) for x, y in batches]


def _cross_entropy(logits: Array, labels: Array) -> float:
    z = logits.astype(np.float64)
    z -= z.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(z)), labels]))
