"""The gallery: each broken training is named rightly, first of all; healthy ones are left in peace."""

from __future__ import annotations

import re

import pytest

from pellucid.doctor import CHECKS
from tests.doctor.gallery import BROKEN, HEALTHY


@pytest.mark.parametrize("name", BROKEN)
def test_the_culprit_is_named_first(name):
    culprit, run = BROKEN[name]
    report = run()
    assert report.names[:1] == [culprit], str(report)
    finding = report.findings[0]
    assert finding.what
    assert finding.numbers
    assert finding.cause
    assert finding.remedy


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_training_is_left_in_peace(name):
    report = HEALTHY[name]()
    assert report.healthy, str(report)


def test_the_gallery_is_as_large_as_it_should_be():
    assert len(BROKEN) >= 15
    assert len(HEALTHY) >= 30


def test_every_check_has_a_broken_training():
    shown = {culprit for culprit, _ in BROKEN.values()}
    assert shown == {check.__name__ for check in CHECKS} - {"loss_not_moving"} | {"not_finite"}  # a symptom, never first


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_says_what_it_looks_at_its_threshold_and_why(check):
    text = check.__doc__
    assert text.startswith("Looks ")
    assert "Threshold: " in text
    assert re.search(r"\bSource:\s", text)
