"""What a plan shall do: one step as tensors of a trace, with what it adds up and how parameters change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from pellucid.autodiff import Parameter, Tensor
from pellucid.engine.link import Chain, RulesAlone, UpdateRule
from pellucid.kernels.call import Buffer

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Update:
    """How one parameter is to be updated."""

    rule: UpdateRule
    rate: Buffer  # float64[1]: the learning rate of the running step
    state: Mapping[str, Array]


@dataclass(frozen=True)
class Total:
    """A running sum: ``tensor`` summed over its samples is added to ``array`` each step.

    A tensor of no axes counts ``weight`` times: a mean over a batch, weighted by the batch's size.
    """

    tensor: Tensor
    array: Array  # float64
    weight: float = 1.0


@dataclass(frozen=True)
class Step:
    """What a plan shall do, as tensors of one trace."""

    inputs: Sequence[Tensor]
    outputs: Sequence[Tensor]
    clock: Tensor
    loss: Tensor | None = None
    keep_outputs: bool = True  # whether the outputs can be read after a run
    states: Sequence[tuple[Parameter, Tensor]] = ()
    totals: Sequence[Total] = ()
    updates: Mapping[int, Update] = field(default_factory=dict)  # by id(parameter)
    chain: Chain = field(default_factory=RulesAlone)
