"""Colours: enough contrast, told apart by the colour-blind, and lines that do without."""

from itertools import combinations

import numpy as np
import pytest

from pellucid.figures.themes import LINES, MARKERS, THEMES

# Machado, Oliveira, Fernandes (2009), A physiologically-based model for simulation of color vision deficiency, severity 1.0.
SEEN = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "all colours": np.eye(3),
}


def linear(color):
    """Linear RGB of #RRGGBB (IEC 61966-2-1)."""
    c = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(color):
    return linear(color) @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    """WCAG 2.2."""
    bright, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def lab(rgb):
    """CIE L*a*b* under D65."""
    xyz = (
        np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]) @ rgb
    )
    t = xyz / [0.95047, 1.0, 1.08883]
    f = np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_text_and_curves_stand_out_from_the_paper(theme):
    assert contrast(theme.ink, theme.paper) >= 7
    assert contrast(theme.muted, theme.paper) >= 4.5  # small text too
    for color in theme.series:
        assert contrast(color, theme.paper) >= 3


@pytest.mark.parametrize("eye", SEEN)
@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_neighbouring_curves_differ_for_every_eye(theme, eye):
    """The first four, of which most figures have no more: a distance of 10 is seen at a glance (2.3 is just noticeable)."""
    seen = [lab(np.clip(np.array(SEEN[eye]) @ linear(color), 0, 1)) for color in theme.series[:4]]
    for a, b in combinations(seen, 2):
        assert np.linalg.norm(a - b) > 10


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_without_colour_dashes_and_markers_are_left(theme):
    count = len(theme.series)
    assert len(set(map(str, LINES[:count]))) == len(set(MARKERS[:count])) == count
