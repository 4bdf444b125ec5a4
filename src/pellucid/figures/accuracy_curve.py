"""accuracy-curve: accuracy on training and on test data, epoch by epoch."""

from __future__ import annotations

import numpy as np

from pellucid.figures import samples
from pellucid.figures.mini_batches import MiniBatches, compute
from pellucid.figures.picture import Picture
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text
from pellucid.figures.words import ACCURACY, EPOCH, TEST, TRAINING


def draw(data: MiniBatches, sheet: Sheet) -> None:
    """Left from the beginning, right its upper end."""
    from matplotlib.ticker import PercentFormatter

    panels = sheet.panels(1, 2)
    epochs = np.arange(len(data.train_accuracy))
    for axes in panels:
        for i, (text, accuracy) in enumerate(((TRAINING, data.train_accuracy), (TEST, data.test_accuracy))):
            axes.plot(epochs, accuracy, label=sheet.say(text), **sheet.curve(i, points=len(epochs)) | {"linewidth": 1.3})
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set(xlabel=sheet.say(EPOCH), ylabel=sheet.say(ACCURACY))
        axes.legend(loc="lower right")
    whole, upper = panels
    whole.set(ylim=(0, 1.02), title=sheet.say(samples.SOURCE, **vars(data.source)))
    upper.set(ylim=(0.9, 1.004), title=sheet.say(_UPPER))


_UPPER = Text("the upper tenth", "위쪽 10분의 1")

PICTURE = Picture(
    "accuracy-curve",
    Text("Accuracy on training and on test data", "훈련 데이터와 시험 데이터의 정확도"),
    Text(
        "Both rise together. What the training curve gains beyond the test curve at the end is learned by heart: it holds "
        "for these "
        "samples and for no others.",
        "두 정확도는 함께 오른다. 끝에서 훈련 정확도가 시험 정확도보다 높은 만큼은 훈련 데이터를 외운 것이며, 다른 "
        "데이터에는 통하지 않는다.",
    ),
    compute,
    draw,
    size=(9.6, 4.2),
)
