"""S1.1: a 2-2-2 network of sigmoids trained by the numerical gradient, 3000 iterations, line by line as the lesson prints it.

The lesson prints 20 lines (predictions to 8 digits, losses to 16 or 17) and the first two gradients (8 digits). With NumPy on any
processor predictions and gradients come out to every printed digit, and losses to 12. The other digits of a loss are rounding: in
113-bit arithmetic (GCC's __float128, libquadmath's expq) the same 3000 iterations show that the lesson's own losses are off by up
to 7e-13 of themselves. They are the rounding of its machine's exponential and dot product, and in that arithmetic, written out in
tests/support/fused_arithmetic.py, the same code prints all 20 lines to the last digit.
"""

from __future__ import annotations

import re

import numpy as np
import pytest

from pellucid.scratch import two_two_two
from pellucid.scratch.two_two_two import Run, train
from tests.support.fused_arithmetic import FusedArithmetic

# Iteration, prediction and loss as the lesson prints them; the loss in 113-bit arithmetic.
PRINTED = """
0  0.64106615  0.70142718  0.27812700471578844  2.7812700471578796692e-01
150  0.30649078  0.26057261  0.018561924206582828  1.8561924206583818497e-02
300  0.238731  0.17752054  0.0037547623725053135  3.7547623725053300019e-03
450  0.21658743  0.14735127  0.0012586428306008053  1.2586428306007261943e-03
600  0.20747413  0.13194776  0.0005382610348171978  5.3826103481713659123e-04
750  0.20337815  0.12273718  0.0002641956167999194  2.6419561679988241758e-04
900  0.20147892  0.11671756  0.00014083198842101307  1.4083198842098522851e-04
1050  0.20059636  0.11255778  7.902677864841668e-05  7.9026778648393789449e-05
1200  0.2001941  0.1095738  4.5847693122934905e-05  4.5847693122923715020e-05
1350  0.20001903  0.1073766  2.7207278543627808e-05  2.7207278543620823308e-05
1500  0.19995006  0.10572796  1.6406009640097618e-05  1.6406009640091972201e-05
1650  0.19992923  0.10447365  1.0009270002713057e-05  1.0009270002709383666e-05
1800  0.19992906  0.10350938  6.1603911651294744e-06  6.1603911651275587649e-06
1950  0.19993677  0.10276222  3.8169319263361906e-06  3.8169319263343715768e-06
2100  0.1999466  0.10217978  2.377149733919919e-06  2.3771497339184163355e-06
2250  0.19995616  0.10172363  1.486403770528686e-06  1.4864037705279026152e-06
2400  0.19996455  0.10136508  9.323438739013135e-07  9.3234387390095602167e-07
2550  0.19997157  0.10108245  5.862497258460017e-07  5.8624972584579938660e-07
2700  0.19997731  0.10085917  3.693430078741367e-07  3.6934300787394396955e-07
2850  0.19998193  0.10068247  2.330456372621908e-07  2.3304563726202342417e-07
"""
ROWS = [line.split() for line in PRINTED.strip().splitlines()]

FIRST_GRADIENTS = [
    {
        "weight1": [[0.01247645, 0.00577953], [0.01996232, 0.00924725]],
        "weight2": [[0.06076802, 0.0750013], [0.06052245, 0.07469821]],
        "bias1": [0.0249529, 0.01155907],
        "bias2": [0.10191142, 0.12578144],
    },
    {
        "weight1": [[0.01228974, 0.00559548], [0.01966358, 0.00895277]],
        "weight2": [[0.06040114, 0.07496181], [0.06021838, 0.07473499]],
        "bias1": [0.02457948, 0.01119096],
        "bias2": [0.10148947, 0.12595514],
    },
]
DIGITS = 1e-12  # of a loss; the lesson's own are off by 7e-13


@pytest.fixture(scope="module")
def run() -> Run:
    return train("numerical", iterations=3000, lr=0.1)


def test_s1_1_all_twenty_lines(run: Run):
    lines = run.lines()
    assert len(lines) == len(ROWS) == 20
    for line, (iteration, first, second, loss, exact) in zip(lines, ROWS, strict=True):
        head, ours = line.split(", loss: ")
        assert re.findall(r"[\d.]+", head) == [iteration, first, second]
        assert float(ours) == pytest.approx(float(exact), rel=DIGITS, abs=0)
        assert float(ours) == pytest.approx(float(loss), rel=DIGITS, abs=0)


def test_s1_1_all_twenty_lines_to_the_last_digit_in_the_arithmetic_of_the_lessons_machine(monkeypatch):
    machine = FusedArithmetic()
    monkeypatch.setattr(two_two_two, "sigmoid", machine.sigmoid)
    monkeypatch.setattr(two_two_two, "affine", machine.affine)
    lines = [re.findall(r"[\d.e-]+", re.sub("[a-z]+:", "", line)) for line in train("numerical", iterations=3000).lines()]
    assert lines == [row[:4] for row in ROWS]


@pytest.mark.parametrize("iteration", [0, 1])
def test_s1_1_the_first_two_gradients(run: Run, iteration: int):
    for name, printed in FIRST_GRADIENTS[iteration].items():
        np.testing.assert_array_equal(run.gradients[iteration][name].round(8), printed)


def test_s1_1_backpropagation_gives_the_same(run: Run):
    """The same predictions to within one in the eighth digit. The losses end apart by 8e-7 of themselves: the central
    difference's error, 1e-9, stands beside gradients that have fallen to 1e-4 by then."""
    by_chain_rule = train("backpropagation", iterations=3000, lr=0.1)
    np.testing.assert_allclose(by_chain_rule.losses, run.losses, rtol=1e-6)
    np.testing.assert_allclose(by_chain_rule.predictions, run.predictions, rtol=0, atol=1e-8)
    for iteration in (0, 1):
        for name, printed in FIRST_GRADIENTS[iteration].items():
            np.testing.assert_array_equal(by_chain_rule.gradients[iteration][name].round(8), printed)


def test_s1_1_gradients_fall_towards_0(run: Run):
    """What the lesson says in words. At first some entries grow (bias2's second, from 0.12578144 to 0.12595514)."""
    first, last = (max(float(np.abs(g).max()) for g in run.gradients[i].values()) for i in (0, -1))
    assert last < 1e-3 * first
