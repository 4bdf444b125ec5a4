"""S2.10: VGG nets: 11, 13, 16 and 19 layers from one description, parameters to the last one; a small one learns."""

from __future__ import annotations

import numpy as np

import pellucid as pl
from pellucid import networks
from pellucid.datasets import digits


def test_s2_10_parameters_of_the_paper_s_four() -> None:
    """The paper gives 133, 133, 138 and 144 million; to the last one as its released models have them."""
    counts = [networks.outline(make).count_params() for make in (networks.vgg11, networks.vgg13, networks.vgg16, networks.vgg19)]
    assert counts == [132_863_336, 133_047_848, 138_357_544, 143_667_240]
    assert [round(count / 1e6) for count in counts] == [133, 133, 138, 144]


def test_s2_10_a_small_one_learns_the_small_digits() -> None:
    (x, y), (x_test, y_test) = digits.load_data()
    pl.utils.set_random_seed(1)
    model = networks.build("vgg-small:8,16", (8, 8), 10)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x.astype(np.float32) / 16, y, batch_size=32, epochs=5, verbose=0)
    assert model.evaluate(x_test.astype(np.float32) / 16, y_test, verbose=0)[1] > 0.85
