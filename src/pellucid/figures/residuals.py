"""residuals: the numbers that a model answered beside the true ones, and what is left between them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pellucid.figures.fonts import families
from pellucid.figures.letters import drawable, families_for
from pellucid.figures.picture import Picture, Settings
from pellucid.figures.sheet import Sheet
from pellucid.figures.text import Text

Array = npt.NDArray[Any]

_MOST_OPAQUE = 300  # points, beyond which they are seen through


@dataclass(frozen=True)
class Residuals:
    """True numbers, a model's answers, and true minus answered.

    Args:
        true, answered, residual: one number a sample, in the target's unit.
        target: what the numbers are.
        mae, rmse: mean absolute error and root mean squared error, in the same unit.
        r2: share of the variance that the answers explain; NaN for a single sample.
    """

    true: Array
    answered: Array
    residual: Array
    target: str
    mae: float
    rmse: float
    r2: float


def residuals(y_true: npt.ArrayLike, y_pred: npt.ArrayLike, target: str = "target") -> Residuals:
    r"""The residuals r = y - \hat y, with

        MAE = mean |r|        RMSE = sqrt(mean r^2)        R2 = 1 - sum r^2 / sum (y - mean y)^2

    >>> errors = residuals([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
    >>> errors.residual.tolist(), errors.mae, errors.r2
    ([0.0, 0.0, -3.0], 1.0, -3.5)
    """
    true, answered = np.asarray(y_true, np.float64).ravel(), np.asarray(y_pred, np.float64).ravel()
    r = true - answered
    spread = float(((true - true.mean()) ** 2).sum())
    r2 = 1 - float((r**2).sum()) / spread if spread else float("nan")
    return Residuals(true, answered, r, target, float(np.abs(r).mean()), float(np.sqrt((r**2).mean())), r2)


def compute(settings: Settings) -> Residuals:
    """A small network on the 442 patients of Efron et al. (2004), judged on those that it did not learn from."""
    from sklearn.datasets import load_diabetes

    from pellucid import networks
    from pellucid.data.splits import split
    from pellucid.data.targets import TargetScaling
    from pellucid.utils import set_random_seed

    set_random_seed(settings.seed)
    parts = split(*load_diabetes(return_X_y=True, scaled=False), stratify=False, seed=settings.seed)
    x, scaling = parts.train.x, TargetScaling.fit(parts.train.y)
    model = networks.build("mlp:16", x.shape[1:], 1, "regression", preprocessing=networks.preprocessing(x))
    model.compile("adam", "mse")
    model.fit(x, scaling.standardised(parts.train.y), epochs=5 if settings.quick else 60, verbose=0)
    return residuals(parts.test.y, scaling.in_unit(model.predict(parts.test.x)), "disease progression")


def draw(data: Residuals, sheet: Sheet) -> None:
    """Left the answers over the true numbers, right what is left over the answers."""
    beside, left = sheet.panels(1, 2)
    look: dict[str, Any] = {
        "s": 18,
        "color": sheet.color(0),
        "alpha": 0.75 if len(data.true) <= _MOST_OPAQUE else 0.25,
        "linewidths": 0,
    }
    both = np.concatenate([data.true, data.answered])
    reach = np.array([both.min(), both.max()])
    beside.plot(reach, reach, color=sheet.theme.muted, linestyle="--", linewidth=1.2, label=sheet.say(_RIGHT), zorder=1)
    beside.scatter(data.true, data.answered, **look)
    fonts = families_for([data.target])
    target = drawable(data.target, fonts, otherwise=sheet.say(_TARGET))
    beside.set_xlabel(sheet.say(_TRUE, target=target), fontfamily=[*families(sheet.language), *fonts])
    beside.set(ylabel=sheet.say(_ANSWERED), title=sheet.say(_BESIDE))
    beside.legend()
    left.axhline(0, color=sheet.theme.muted, linestyle="--", linewidth=1.2, zorder=1)
    left.scatter(data.answered, data.residual, **look)
    scores = f"MAE {data.mae:.4g}    RMSE {data.rmse:.4g}    $R^2$ {data.r2:.3f}"
    left.set(xlabel=sheet.say(_ANSWERED), ylabel=sheet.say(_RESIDUAL), title=scores)


def save(data: Residuals, path: str | Path, *, language: str = "en", theme: str = "light") -> None:
    """Into a file, .png or .svg.

    Raises:
        ArgumentError: another ending, or no such language or theme.
    """
    PICTURE.save(data, path, language=language, theme=theme)


_TARGET = Text("target", "목표값")
_TRUE = Text("true {target}", "실제 {target}")
_ANSWERED = Text("answer", "답")
_RESIDUAL = Text("true − answer", "실제 − 답")
_RIGHT = Text("every answer right", "모두 맞힌 경우")
_BESIDE = Text("answers beside the truth", "답과 실제")

PICTURE = Picture(
    "residuals",
    Text("What is left unexplained", "설명되지 않고 남은 것"),
    Text(
        "Left: the nearer to the line, the better the answer. Right: a good model leaves a cloud around 0 without shape; a bow "
        "or a funnel is something that it has not learned.",
        "왼쪽: 직선에 가까울수록 좋은 답이다. 오른쪽: 좋은 모델은 0 둘레에 모양 없는 구름을 남긴다. 휘거나 벌어지면 아직 배우지 "
        "못한 것이 있다.",
    ),
    compute,
    draw,
    size=(9.4, 4.6),
)
