"""How many floating-point operations the matrix products of a step take: what no system can do without."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from benchmarks import nets
from benchmarks.workloads import Workload


@dataclass(frozen=True)
class Product:
    """``rows`` times a matrix of ``inputs`` by ``outputs``; its inputs' gradient is left out where nobody asks for it."""

    rows: int
    inputs: int
    outputs: int
    first: bool = False

    def operations(self, *, inference: bool) -> int:
        """A multiplication and an addition each; forward, and backward to the matrix and to the inputs."""
        passes = 1 if inference else 2 if self.first else 3
        return 2 * passes * self.rows * self.inputs * self.outputs


def operations(workload: Workload) -> int:
    """Of one step, forward and backward; of an answer forward alone."""
    return sum(product.operations(inference=workload.inference) for product in products(workload))


def products(workload: Workload) -> list[Product]:
    """Those with a matrix of weights; convolutions as products of what each window sees."""
    batch, (inputs, *_, classes) = workload.batch, workload.sizes
    width = nets.WIDTH
    match workload.net:
        case "relu":
            return _chain(batch, *workload.sizes)
        case "residual":
            block = [Product(batch, width, 2 * width), Product(batch, 2 * width, width)]
            return [Product(batch, inputs, width, first=True), *nets.BLOCKS * block, Product(batch, width, classes)]
        case "table":  # the first layer's inputs are learned, in part
            first, *others = _chain(batch, inputs + nets.COLUMNS * nets.EMBEDDED, width, width // 2, classes)
            return [Product(first.rows, first.inputs, first.outputs), *others]
        case "normalized":
            return _chain(batch, inputs, *nets.BLOCKS * [width], classes)
        case net if net in nets.IMAGES:
            return _convolutional(nets.IMAGES[net], batch, classes)
    raise NotImplementedError(f"The operations of {workload.net!r} are not counted.")


def _chain(batch: int, *sizes: int) -> list[Product]:
    return [Product(batch, *pair, first=i == 0) for i, pair in enumerate(pairwise(sizes))]


def _convolutional(net: nets.Convolutional, batch: int, classes: int) -> list[Product]:
    seen, found = net.channels, []
    for i, ((filters, _), (_, made)) in enumerate(zip(net.stages, net.sides, strict=True)):
        found.append(Product(batch * made**2, net.window**2 * seen, filters, first=i == 0))
        seen = filters
    side, channels = net.flat
    return [*found, Product(batch, side**2 * channels, net.hidden), Product(batch, net.hidden, classes)]
