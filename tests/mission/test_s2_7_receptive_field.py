"""S2.7: the receptive field, computed for any network, and drawn."""

import numpy as np

import pellucid as pl
from pellucid.figures import receptive_fields as figure
from pellucid.figures.picture import Settings
from pellucid.lens import receptive_field_of, receptive_fields
from pellucid.lens.layer_calls import computed_calls
from pellucid.networks import outline, vgg16


def test_s2_7_by_hand():
    """Two convolutions of 3 see 5; a pooling of 2 sees 6 and moves by 2; a third convolution then adds 2 times 2."""
    layers = [pl.layers.Conv2D(2, 3), pl.layers.Conv2D(2, 3), pl.layers.MaxPooling2D(2), pl.layers.Conv2D(2, 3)]
    fields = receptive_fields(pl.Sequential([pl.Input((20, 20, 1)), *layers]))
    assert [field.size for field in fields.values()] == [(3, 3), (5, 5), (6, 6), (10, 10)]
    assert [field.stride for field in fields.values()] == [(1, 1), (1, 1), (2, 2), (2, 2)]


def test_s2_7_any_network_s_unit_depends_on_its_field_alone():
    """A net with a branch around two layers and one that goes down and up again: changes beyond the field change nothing."""
    x = pl.Input((16, 16, 2))
    y = pl.layers.Conv2D(4, 3, padding="same", activation="relu")(x)
    z = pl.layers.Conv2D(4, 3, strides=2, padding="same", activation="tanh")(y)
    z = pl.layers.UpSampling2D(2)(pl.layers.AveragePooling2D(3, strides=1, padding="same")(z))
    model = pl.Model(x, pl.layers.Add(name="sum")([y, z]))
    field = receptive_field_of(model, "sum", (9, 4))
    assert field.seen_first is not None
    assert field.seen_last is not None
    (top, left), (bottom, right) = field.seen_first, field.seen_last
    assert bottom - top + 1 < 16
    image = np.random.default_rng(0).normal(size=(1, 16, 16, 2)).astype(np.float32)
    other = np.random.default_rng(1).normal(size=image.shape).astype(np.float32)
    other[:, top : bottom + 1, left : right + 1] = image[:, top : bottom + 1, left : right + 1]
    values = [computed_calls(model, pixels)[-1].outputs[0].numpy()[0, 9, 4] for pixels in (image, other)]
    np.testing.assert_allclose(*values, rtol=1e-6)
    for row, column in ((top, left), (bottom, right)):
        changed = image.copy()
        changed[:, row, column] += 3
        assert not np.array_equal(computed_calls(model, changed)[-1].outputs[0].numpy()[0, 9, 4], values[0])


def test_s2_7_deep_ones_see_much_and_it_is_drawn_over_a_picture():
    assert receptive_fields(outline(vgg16))["convolution_5_3"].size == (196, 196)
    data = figure.compute(Settings(quick=True))
    assert data.image.shape == (224, 224, 3)
    panels = figure.PICTURE.figure(data).axes
    assert all(len(axes.lines) == len(data.layer) for axes in panels[:2])
    drawn = panels[0].lines[-1].get_xdata()
    assert np.ptp(np.asarray(drawn)) == 196
