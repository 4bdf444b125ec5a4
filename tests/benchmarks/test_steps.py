"""The benchmark program's own logic; no time is measured here."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import large
from benchmarks.environments import ENVIRONMENTS, TITLES, MissingSystem, find, interpreters
from benchmarks.report import comparison_section
from benchmarks.steps import Comparison, LossMismatch, Measured, check_losses
from benchmarks.systems import pellucid_nets
from benchmarks.workloads import WORKLOADS, Problem, Workload

TINY = Workload("tiny", "4-3-2", (4, 3, 2), batch=5, batches=2, optimizer="sgd", rate=0.1)


def measured(name: str, losses: list[float] | None, seconds: list[float] | None = None) -> Measured:
    return Measured(name, "default", {}, losses, seconds or [])


def test_a_problem_is_the_same_for_every_system(tmp_path: Path):
    TINY.write(tmp_path / "a.npz")
    TINY.write(tmp_path / "b.npz")
    one, other = (Problem.read(TINY, tmp_path / name) for name in ("a.npz", "b.npz"))
    assert one.x.shape == (10, 4)
    assert one.x_batches.shape == (2, 5, 4)
    assert [(w.shape, b.shape) for w, b in one.weights] == [((4, 3), (3,)), ((3, 2), (2,))]
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.weights[0][0], other.weights[0][0])
    assert one.x.min() >= 0
    assert one.x.max() <= 1


def test_systems_that_compute_the_same_pass():
    check_losses({"pellucid": measured("pellucid", [2.5, 2.4]), "jax_scan": measured("jax_scan", [2.50001, 2.401])})
    check_losses({"products": measured("products", None)})


@pytest.mark.parametrize("losses", [[2.501, 2.4], [2.5, 2.41], [2.5, float("nan")]])
def test_systems_that_do_not_are_refused(losses: list[float]):
    with pytest.raises(LossMismatch, match="jax_scan"):
        check_losses({"pellucid": measured("pellucid", [2.5, 2.4]), "jax_scan": measured("jax_scan", losses)})


def test_ratios_are_taken_within_a_round():
    """2/1, 6/2 and 5/4: a round in which the machine was slow for both counts as any other. Median 2, from 1.25 to 3."""
    rows = {"pellucid": measured("pellucid", None, [1.0, 2.0, 4.0]), "pytorch": measured("pytorch", None, [2.0, 6.0, 5.0])}
    assert Comparison(TINY, rows, {}).ratio("pytorch", "pellucid") == (2.0, 1.25, 3.0)


def test_the_report_names_the_best_peer_and_what_is_missing():
    rows = {
        "pellucid": measured("pellucid", [2.5, 2.4], [1e-4]),
        "pytorch": measured("pytorch", [2.5, 2.4], [3e-4]),
        "jax_scan": measured("jax_scan", [2.5, 2.4], [2e-4]),
        "products": measured("products", None, [0.5e-4]),
    }
    text = comparison_section(Comparison(TINY, rows, {"keras_fit": "no Keras here"}))
    assert "Fastest peer: JAX, scanned epoch, 2.00 times Pellucid's time." in text
    assert "Missing: Keras (JAX), fit (no Keras here)." in text
    assert [line.split(" | ")[1] for line in text.splitlines() if " us | " in line] == ["50.0 us", "100 us", "200 us", "300 us"]


def test_an_interpreter_for_each_system():
    chosen = interpreters(["pytorch=/one/python", "/other/python"])
    assert chosen["pytorch"] == "/one/python"
    assert chosen["jax_scan"] == "/other/python"
    assert interpreters([])["pellucid"] == sys.executable
    with pytest.raises(SystemExit, match="torchh"):
        interpreters(["torchh=/one/python"])


def test_a_system_that_is_not_there_is_reported(tmp_path: Path):
    with pytest.raises(MissingSystem, match="give --python pytorch=PATH, or --install"):
        find("pytorch", str(tmp_path / "no-python"), install=False)


def test_every_system_has_a_file_and_a_title():
    systems = Path(__file__).parents[2] / "benchmarks" / "systems"
    assert ENVIRONMENTS.keys() == TITLES.keys()
    assert all((systems / f"{name}.py").exists() for name in ENVIRONMENTS)
    assert len({workload.name for workload in WORKLOADS}) == len(WORKLOADS)


@pytest.mark.parametrize("net", ["residual", "table", "normalized"])
def test_a_problem_of_another_net_holds_every_parameter_by_its_name_in_pellucid(net: str, tmp_path: Path):
    workload = Workload("small", net, (16, 10), batch=3, batches=2, optimizer="adam", rate=0.001, net=net)
    workload.write(tmp_path / "a.npz")
    problem = Problem.read(workload, tmp_path / "a.npz")
    model = pellucid_nets.build(problem)
    assert {w.name: w.shape for w in model.weights} == {name: a.shape for name, a in problem.parameters.items()}
    assert [c.shape for c in problem.column_batches] == [(2, 3)] * len(problem.columns)


@pytest.mark.parametrize("net", large.LARGE)
def test_a_problem_of_a_large_net_fits_pellucids_model(net: str, tmp_path: Path):
    (workload,) = (replace(w, batch=2, batches=1) for w in WORKLOADS if w.net == net)
    workload.write(tmp_path / "a.npz")
    problem = Problem.read(workload, tmp_path / "a.npz")
    model = pellucid_nets.build(problem)
    pellucid_nets.restore(model, problem)
    assert sum(w.size for w in model.weights) == sum(a.size for a in problem.parameters.values())
    last = list(problem.parameters)[-2]
    np.testing.assert_array_equal(model.weights[-2].array, problem.parameters[last])
    assert [len(s) for s in pellucid_nets.samples(problem)] == [2] * len(model.inputs)
