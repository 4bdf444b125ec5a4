"""The table of one unit's numbers, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from pellucid.lens.one_unit import OneUnit

Array = npt.NDArray[Any]

_MOST_CHANNELS, _MOST_COLUMNS, _MOST_INPUTS = 4, 8, 12


def table(unit: OneUnit) -> str:
    """The arithmetic of a unit, forward and backward, with its real numbers."""
    pooling = unit.dkernel is None
    kernel = "dy/dpatch" if pooling else "kernel"
    terms = [("patch", unit.patch, "x"), (kernel, unit.kernel, "="), ("products", unit.products, "")]
    lines = [_head(unit), "", *_terms(unit, terms)]
    lines += ["", f"sum of the products  {unit.products.sum():>10.4g}"]
    if not pooling:
        lines += [f"bias                 {unit.bias:>10.4g}", f"z                    {unit.z:>10.4g}"]
    function = " of ".join(reversed(unit.activation))
    lines.append(f"y = {f'{function} of z' if function else 'z' if not pooling else 'the sum':<16} {unit.y:>10.4g}")
    lines += ["", f"Back: dL/dy = {unit.dy:.4g}, so dL/dz = {unit.dz:.4g}" + ("" if pooling else " = dL/dbias"), ""]
    parts = [] if unit.dkernel is None else [("dL/dkernel = dL/dz patch", unit.dkernel, "")]
    return "\n".join([*lines, *_terms(unit, [*parts, (f"dL/dpatch = dL/dz {kernel}", unit.dpatch, "")])])


def _head(unit: OneUnit) -> str:
    place = f"{unit.layer}, unit {unit.unit if len(unit.unit) > 1 else unit.unit[0]}: {unit.operation} of "
    if unit.corner is None:
        return f"{place}{unit.patch.size} inputs"
    (top, left), (rows, columns) = unit.corner, unit.patch.shape[:2]
    return f"{place}{rows} x {columns} places from row {top}, column {left}"


def _terms(unit: OneUnit, terms: list[tuple[str, Array, str]]) -> list[str]:
    return _inputs(terms) if unit.corner is None else _channels(terms)


def _inputs(terms: list[tuple[str, Array, str]]) -> list[str]:
    """A row for each input of a dense unit; where there are many, for those largest in the last column."""
    size = terms[0][1].size
    weight = np.abs(terms[-1][1])
    chosen = np.sort(np.argsort(-weight, kind="stable")[:_MOST_INPUTS])
    lines = ["input " + "".join(f"{name:>26}" if len(name) > 10 else f"{name:>12}" for name, _, _ in terms)]
    for i in chosen:
        cells = (f"{_number(values[i]):>26}" if len(name) > 10 else f"{_number(values[i]):>12}" for name, values, _ in terms)
        lines.append(f"{i:5} " + "".join(cells))
    return lines + ([f"and {size - len(chosen)} more, less in the last column"] if size > len(chosen) else [])


def _channels(terms: list[tuple[str, Array, str]]) -> list[str]:
    """Blocks of numbers side by side, a line of blocks for each channel."""
    rows, columns, channels = terms[0][1].shape
    lines: list[str] = []
    for channel in range(min(channels, _MOST_CHANNELS)):
        blocks = [_block(values[:, :_MOST_COLUMNS, channel]) for _, values, _ in terms]
        widths = [max(len(block[0]), len(name)) for block, (name, _, _) in zip(blocks, terms, strict=True)]
        lines += [f"channel {channel}"] if channels > 1 else []
        lines.append("   ".join(f"{name:<{width}}" for (name, _, _), width in zip(terms, widths, strict=True)).rstrip())
        for row in range(rows):
            signs = [sign if row == rows // 2 else "" for _, _, sign in terms]
            cells = [f"{block[row]:<{width}} {sign:1} " for block, width, sign in zip(blocks, widths, signs, strict=True)]
            lines.append("".join(cells).rstrip())
    more = [f"{columns - _MOST_COLUMNS} more columns"] if columns > _MOST_COLUMNS else []
    more += [f"{channels - _MOST_CHANNELS} more channels"] if channels > _MOST_CHANNELS else []
    return lines + ([f"and {', '.join(more)}"] if more else [])


def _block(values: Array) -> list[str]:
    """Lines of numbers, columns in line."""
    cells = [[_number(value) for value in row] for row in values]
    width = max(len(cell) for row in cells for cell in row)
    return [" ".join(f"{cell:>{width}}" for cell in row) for row in cells]


def _number(value: float) -> str:
    text = f"{value:.3g}"
    return "0" if text == "-0" else text
