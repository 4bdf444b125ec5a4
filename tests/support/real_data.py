"""Real data sets where this machine has them; tests that need one skip with a reason where it does not."""

import pytest

from pellucid.datasets.store import IdxDataset
from pellucid.errors import DatasetUnavailable


def need(dataset: IdxDataset, *files: str):
    """The folder with the data set's files (all four where none is named), without ever touching the network."""
    try:
        return dataset.locate(files or tuple(dataset.sha256), fetch=False)
    except DatasetUnavailable as error:
        pytest.skip(f"needs {dataset.name} on this machine: {str(error).splitlines()[-1]}")
