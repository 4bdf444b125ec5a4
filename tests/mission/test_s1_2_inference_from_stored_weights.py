"""S1.2: weights stored after training predict what training ended with, without any more learning."""

from __future__ import annotations

import numpy as np

from pellucid.scratch.two_two_two import predict, train


def test_s1_2_the_stored_final_weights_predict_the_printed_values(tmp_path):
    """The lesson keeps ``weight1_list.append(weight1)``, one array 3000 times over, so that only its last entry is right; a run
    keeps copies, so that every iteration's weights can be gone back to."""
    run = train("numerical", iterations=3000, lr=0.1)
    np.savez(tmp_path / "weights.npz", **run.params[-1])
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as stored:
        assert str(predict(stored)) == "[0.19998561 0.10054327]"
    np.testing.assert_array_equal(predict(run.params[150]), run.predictions[150])
