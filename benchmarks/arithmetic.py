"""How many floating-point operations the matrix products of a step take: what no system can do without."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from benchmarks import large, nets
from benchmarks.recurrent import RECURRENT
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
        case net if net in RECURRENT:
            cell = RECURRENT[net]
            rows = batch * cell.time
            read, state = Product(rows, cell.features, cell.width, first=True), Product(rows, cell.units, cell.width)
            return [read, state, Product(batch, cell.units, classes)]
        case "transformer":
            return _transformer(batch, inputs // large.WIDTH, classes)
        case "resnet18":
            return _resnet(batch, classes)
        case "encoder-decoder":
            return _encoder_decoder(batch)
    raise NotImplementedError(f"The operations of {workload.net!r} are not counted.")


def _chain(batch: int, *sizes: int) -> list[Product]:
    return [Product(batch, *pair, first=i == 0) for i, pair in enumerate(pairwise(sizes))]


def _convolutional(net: nets.Convolutional, batch: int, classes: int) -> list[Product]:
    seen, found = net.channels, []
    for i, ((filters, _), (_, made)) in enumerate(zip(net.stages, net.sides, strict=True)):
        found.append(Product(batch * made**2, net.window(i) ** 2 * seen, filters, first=i == 0))
        seen = filters
    side, channels = net.flat
    return [*found, Product(batch, side**2 * channels, net.hidden), Product(batch, net.hidden, classes)]


def _transformer(batch: int, places: int, classes: int) -> list[Product]:
    rows, width, head = batch * places, large.WIDTH, large.WIDTH // large.HEADS
    pairs = Product(rows * large.HEADS, head, places)  # each place with each other, in every head: to weigh and to add
    dense = [Product(rows, width, 3 * width), Product(rows, width, width), Product(rows, width, 4 * width)]
    block = [*dense, Product(rows, 4 * width, width), pairs, pairs]
    return [Product(rows, width, width, first=True), *large.DEPTH * block, Product(batch, width, classes)]


def _resnet(batch: int, classes: int) -> list[Product]:
    side = large.SIDE
    found = [Product(batch * side**2, 9 * large.CHANNELS, large.FILTERS, first=True)]
    for _, seen, made, strides in large.blocks():
        side //= strides
        rows = batch * side**2
        found += [Product(rows, 9 * seen, made), Product(rows, 9 * made, made)]
        found += [Product(rows, seen, made)] if strides > 1 else []
    return [*found, Product(batch, 8 * large.FILTERS, classes)]


def _encoder_decoder(batch: int) -> list[Product]:
    rows, units = batch * large.STEPS, large.UNITS
    reader = [Product(rows, large.EMBEDDED, 3 * units), Product(rows, units, 3 * units)]
    pairs = Product(rows, units, large.STEPS)
    return [*reader, *reader, pairs, pairs, Product(rows, 2 * units, units), Product(rows, units, large.TOKENS)]
