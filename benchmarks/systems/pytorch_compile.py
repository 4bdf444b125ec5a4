"""PyTorch with the forward pass, the loss and their derivative compiled by torch.compile."""

from __future__ import annotations

import torch

from benchmarks.protocol import serve
from benchmarks.systems.pytorch import PyTorch
from benchmarks.workloads import Problem


class PyTorchCompile(PyTorch):
    def __init__(self, problem: Problem, threads: int) -> None:
        super().__init__(problem, threads)
        self.forward = torch.compile(self.forward, fullgraph=True, dynamic=False)

    def settings(self) -> list[str]:
        # One setting: compiled code is made for a number of threads.
        layouts = [" contiguous", " channels-last"] if self.workload.net == "resnet18" else [""]
        return [f"fused{layout}, {self.threads} threads" for layout in layouts]


if __name__ == "__main__":
    serve(PyTorchCompile)
