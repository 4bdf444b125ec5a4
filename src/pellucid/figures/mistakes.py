"""mistakes: test images that a network takes for something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pellucid.errors import ShapeError
from pellucid.figures import small_network
from pellucid.figures.letters import drawable, families_for
from pellucid.figures.picture import Array, Picture, Settings
from pellucid.figures.pixels import bare, show_shades
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

_MOST, _COLUMNS = 15, 5
_LONGEST = 14  # letters of a class's name


@dataclass(frozen=True)
class Mistakes:
    """Images of which a model was surest and wrong, the surest first.

    Shapes: image (mistakes, rows, columns), from 0 to 1, or with 3 channels; true, answer (mistakes,) of names; share
    (mistakes,), the probability of the answer; wrong and count say how many there are of how many images.
    """

    image: Array
    true: tuple[str, ...]
    answer: tuple[str, ...]
    share: Array
    wrong: int
    count: int


def mistakes(images: npt.ArrayLike, labels: npt.ArrayLike, probabilities: npt.ArrayLike, names: Sequence[str]) -> Mistakes:
    """The data of the figure for a model's answers.

    Args:
        images: (samples, rows, columns), or with an axis of 1 or 3 channels; of any range.
        labels: true ones, from 0, (samples,).
        probabilities: (samples, classes).
        names: of the classes.

    Raises:
        ShapeError: the samples differ in number, or these are no images.
    """
    x, y, p = np.asarray(images, np.float64), np.asarray(labels, np.int64).ravel(), np.asarray(probabilities, np.float64)
    if x.ndim not in (3, 4) or p.ndim != 2 or not len(x) == len(y) == len(p):
        raise ShapeError(
            "mistakes: images must be (samples, rows, columns) or with channels, probabilities (samples, classes), for one label "
            f"each. Received {x.shape}, {p.shape} and {y.shape}."
        )
    answer = p.argmax(axis=1)
    surest = p[np.arange(len(p)), answer]
    wrong = np.flatnonzero(answer != y)
    shown = wrong[np.argsort(-surest[wrong], kind="stable")][:_MOST]
    pixels = x[shown] if x.ndim == 3 else x[shown, :, :, 0] if x.shape[3] != 3 else x[shown]
    low, high = (float(x.min()), float(x.max())) if x.size else (0.0, 1.0)
    return Mistakes(
        (pixels - low) / ((high - low) or 1.0),
        tuple(names[i] for i in y[shown]),
        tuple(names[i] for i in answer[shown]),
        surest[shown],
        len(wrong),
        len(x),
    )


def compute(settings: Settings) -> Mistakes:
    """A small network on its test images."""
    from pellucid.datasets import digits, fashion_mnist

    network = small_network.trained(settings)
    names = fashion_mnist.CLASS_NAMES if network.source.name == "Fashion-MNIST" else digits.CLASS_NAMES
    probabilities = network.model.predict(network.x_test, batch_size=256, verbose=0)
    return mistakes(network.x_test, network.y_test, probabilities, names)


def draw(data: Mistakes, sheet: Sheet) -> None:
    """Up to fifteen images, each with its answer, and what it is."""
    rows = max(1, -(-len(data.image) // _COLUMNS))
    panels = sheet.panels(rows, _COLUMNS)
    fonts = families_for([*data.true, *data.answer])
    for axes, image, true, answer, share in zip(panels, data.image, data.true, data.answer, data.share, strict=False):
        if image.ndim == 3:
            axes.imshow(image)
            bare(axes)
        else:
            show_shades(axes, image, sheet, 1.0)
        names = [drawable(name[:_LONGEST], fonts, "?") for name in (answer, true)]
        title = sheet.say(_ANSWER, answer=names[0], true=names[1], share=100 * share)
        axes.set_title(title, fontsize=9, linespacing=1.3)
    for axes in panels[len(data.image) :]:
        bare(axes)
        axes.set_visible(False)
    sheet.figure.text(0.988, 0.985, sheet.say(_COUNT, wrong=data.wrong, count=data.count), ha="right", va="top", fontsize=10)


_ANSWER = Text("taken for {answer} ({share:.0f} %)\nis {true}", "답: {answer} ({share:.0f}%)\n정답: {true}")
_COUNT = Text("{wrong:,} of {count:,} wrong", "{count:,}장 중 {wrong:,}장 틀림")

PICTURE = Picture(
    "mistakes",
    Text("What a network takes for something else", "신경망이 잘못 본 그림"),
    Text(
        "Test images of which the network was surest and wrong. Some of them a person would not be sure of either; "
        "others show what "
        "it has not learned.",
        "신경망이 가장 자신 있게 틀린 시험 그림들이다. 사람도 헷갈릴 만한 것이 있고, 신경망이 아직 배우지 못한 것을 드러내는 "
        "것도 있다.",
    ),
    compute,
    draw,
    size=(8.6, 6.4),
)
