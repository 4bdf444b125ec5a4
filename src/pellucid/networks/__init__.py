"""Ready-made networks by name: ``build("mlp:100,100", input_shape=(28, 28), outputs=10)``."""

from pellucid.networks.build import Problem, build, names, register
from pellucid.networks.mlp import linear, mlp
from pellucid.networks.preprocessing import preprocessing

__all__ = ["Problem", "build", "linear", "mlp", "names", "preprocessing", "register"]
