"""The doctor: what is wrong with a training, with the numbers that tell it, and where a NaN came from."""

from pellucid.doctor.case import Case
from pellucid.doctor.checks import CHECKS
from pellucid.doctor.doctor import Doctor
from pellucid.doctor.examination import examine
from pellucid.doctor.finding import Finding, Report

__all__ = ["CHECKS", "Case", "Doctor", "Finding", "Report", "examine"]
