"""padding-and-stride: which places of an image the windows of a convolution cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pellucid.figures.picture import Picture, Settings
from pellucid.figures.pixels import bare
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.ops.windows import padding_for, span, windows

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Case:
    """A square image under a square kernel: its side, the kernel's, and what follows from stride, dilation and padding."""

    padding: str
    side: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    count: int

    @classmethod
    def of(cls, padding: str, side: int, kernel: int, stride: int, dilation: int = 1) -> Case:
        (pads,) = padding_for("figure", padding, (side,), (kernel,), (stride,), (dilation,))
        (count,) = windows((side,), (kernel,), (stride,), (dilation,), (pads,))
        return cls(padding, side, kernel, stride, dilation, *pads, count)


@dataclass(frozen=True)
class PaddingAndStride:
    """Several cases side by side."""

    cases: tuple[Case, ...]


def compute(settings: Settings) -> PaddingAndStride:
    """A kernel of 3 over an image of 5: none, same, with a stride, and with gaps."""
    return PaddingAndStride(
        (Case.of("valid", 5, 3, 1), Case.of("same", 5, 3, 1), Case.of("same", 5, 3, 2), Case.of("same", 5, 3, 1, 2)),
    )


def draw(data: PaddingAndStride, sheet: Sheet) -> None:
    """Above, image and padding with the first window and the next; below, the output with their units."""
    cases = data.cases
    most = max(c.before + c.side + c.after for c in cases)
    panels = sheet.panels(2, len(cases), height_ratios=[most, max(c.count for c in cases)])
    for case, above, below in zip(cases, panels, panels[len(cases) :], strict=False):
        _image(above, case, most, sheet)
        _output(below, case, max(c.count for c in cases), sheet)


def _image(axes: Axes, case: Case, most: int, sheet: Sheet) -> None:
    from matplotlib.patches import Rectangle

    for row in range(-case.before, case.side + case.after):
        for column in range(-case.before, case.side + case.after):
            inside = 0 <= row < case.side and 0 <= column < case.side
            face = sheet.theme.wash if inside else "none"
            axes.add_patch(Rectangle((column, row), 1, 1, facecolor=face, edgecolor=sheet.theme.muted, linewidth=0.7))
            if not inside:
                axes.text(column + 0.5, row + 0.31, "0", ha="center", va="center", fontsize=7, color=sheet.theme.muted)
    reach = span(case.kernel, case.dilation)
    for number in range(2):
        left, top = number * case.stride - case.before, -case.before
        look = sheet.curve(number) | {"linewidth": 2.4}
        inset = 0.1 * number
        ends = (left + inset, left + reach - inset, top + inset, top + reach - inset)
        axes.plot([ends[0], ends[1], ends[1], ends[0], ends[0]], [ends[2], ends[2], ends[3], ends[3], ends[2]], **look)
        for u in range(case.kernel):
            for v in range(case.kernel):
                place = left + v * case.dilation + 0.3 + 0.4 * number, top + u * case.dilation + 0.7
                axes.plot(*place, "os"[number], color=sheet.color(number), markersize=3.5)
    middle, half = case.side / 2 + (case.after - case.before) / 2, most / 2 + 0.15
    edge = -case.before - 0.15
    axes.set(xlim=(middle - half, middle + half), ylim=(edge + 2 * half, edge), aspect="equal")
    bare(axes)
    axes.set_axis_off()
    axes.set_title(sheet.say(_TITLE, **vars(case)), loc="center")


def _output(axes: Axes, case: Case, most: int, sheet: Sheet) -> None:
    from matplotlib.patches import Rectangle

    for row in range(case.count):
        for column in range(case.count):
            number = column if row == 0 and column < 2 else None
            edge = sheet.theme.muted if number is None else sheet.color(number)
            place = column, row
            axes.add_patch(Rectangle(place, 1, 1, facecolor=sheet.theme.wash, edgecolor=sheet.theme.muted, linewidth=0.7))
            if number is not None:
                axes.plot(column + 0.5, row + 0.5, "os"[number], color=edge, markersize=9)
    half = most / 2 + 0.15
    axes.set(xlim=(case.count / 2 - half, case.count / 2 + half), ylim=(2 * half - 0.15, -0.15), aspect="equal")
    bare(axes)
    axes.set_axis_off()
    reach = span(case.kernel, case.dilation)
    room = case.before + case.side + case.after
    text = f"({case.before} + {case.side} + {case.after} − {reach}) // {case.stride} + 1 = {case.count}"
    assert (room - reach) // case.stride + 1 == case.count
    axes.set_title(text, loc="center", fontsize=9.5)


_TITLE = Text('"{padding}", stride {stride}, dilation {dilation}', '"{padding}", 스트라이드 {stride}, 팽창(dilation) {dilation}')

PICTURE = Picture(
    "padding-and-stride",
    Text("Padding and stride: where the windows lie", "패딩과 스트라이드: 창이 놓이는 자리"),
    Text(
        "A kernel of 3 x 3 over an image of 5 x 5 (shaded), with zeros around it. Below, the output with the units of "
        "the first window "
        "and the next. Size: (before + image + after − window) // stride + 1.",
        "5×5 그림(색칠한 칸)과 둘레의 0 위를 3×3 필터가 지난다. 아래는 출력으로, 첫째와 둘째 창이 만드는 유닛을 표시했다. 크기는 "
        "(앞 패딩 + 그림 + 뒤 패딩 − 창) // 스트라이드 + 1.",
    ),
    compute,
    draw,
    size=(11.4, 6.2),
)
