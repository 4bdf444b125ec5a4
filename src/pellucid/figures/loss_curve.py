"""loss-curve: the loss over 10,000 mini-batches."""

from __future__ import annotations

from pellucid.figures import samples
from pellucid.figures.mini_batches import MiniBatches, compute
from pellucid.figures.picture import Picture
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import ITERATION, LOSS


def draw(data: MiniBatches, sheet: Sheet) -> None:
    """Left all iterations, right the first thousand."""
    whole, begin = sheet.panels(1, 2, sharey=True)
    for axes, count in ((whole, len(data.loss)), (begin, 1000)):
        axes.plot(data.loss[:count], color=sheet.color(0), linewidth=0.6, alpha=0.45, label=sheet.say(_EACH))
        axes.plot(data.smoothed[:count], color=sheet.color(1), linewidth=1.5, label=sheet.say(_SMOOTH))
        axes.set(xlabel=sheet.say(ITERATION), xlim=(0, min(count, len(data.loss))), ylim=(0, None))
    whole.set(title=sheet.say(samples.SOURCE, **vars(data.source)), ylabel=sheet.say(LOSS))
    begin.set_title(sheet.say(_FIRST))
    whole.legend()


_EACH = Text("of each batch", "미니배치마다")
_SMOOTH = Text("averaged over 101", "101회 이동 평균")
_FIRST = Text("the first 1,000", "처음 1,000회")

PICTURE = Picture(
    "loss-curve",
    Text("The loss falls, batch by batch", "미니배치마다 줄어드는 손실"),
    Text(
        "A network of one hidden layer (50 units) over 10,000 mini-batches of 100. Each batch is another sample of the data, "
        "so its "
        "loss jitters around a curve that falls.",
        "은닉층 하나(50개)인 신경망을 100개짜리 미니배치로 10,000회 훈련했다. 미니배치마다 데이터가 달라 손실이 흔들리지만 "
        "전체로는 줄어든다.",
    ),
    compute,
    draw,
    size=(9.6, 4.2),
)
