"""The initializers beside Keras': the same spread."""

from __future__ import annotations

import numpy as np
import pytest

from pellucid import initializers
from tests.support.keras_peer import import_keras

keras = import_keras()

pytestmark = pytest.mark.parity


MATRICES = [initializers.Orthogonal, initializers.Identity]


def test_identity() -> None:
    theirs = np.asarray(keras.initializers.Identity(2.0)((3, 5)))
    np.testing.assert_array_equal(initializers.Identity(2.0)((3, 5)), theirs)


@pytest.mark.parametrize("cls", [c for c in initializers.registry.classes() if c not in MATRICES])
@pytest.mark.parametrize("shape", [(500, 400), (3, 3, 100, 200)], ids=str)
def test_mean_and_deviation(cls: type[initializers.Initializer], shape: tuple[int, ...]) -> None:
    """Of 180,000 values and more: within 1 %, four times what chance makes of it."""
    ours = cls()(shape, "float64", np.random.default_rng(0))
    keras.utils.set_random_seed(0)
    theirs = np.asarray(getattr(keras.initializers, cls.__name__)()(shape, dtype="float32"), np.float64)
    assert ours.std() == pytest.approx(theirs.std(), rel=0.01)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.01 * theirs.std())
    assert np.abs(ours).max() == pytest.approx(np.abs(theirs).max(), rel=0.15)
