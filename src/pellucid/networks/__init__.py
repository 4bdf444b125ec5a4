"""Ready-made networks by name: ``build("mlp:100,100", input_shape=(28, 28), outputs=10)``; and the classic ones as functions."""

from pellucid.networks.alexnet import alexnet
from pellucid.networks.augmentation import augmentation
from pellucid.networks.build import Problem, build, names, register
from pellucid.networks.encoder_decoder import Translator, encoder_decoder
from pellucid.networks.language_model import Writer, language_model, one_step, sample
from pellucid.networks.lenet import lenet5
from pellucid.networks.mlp import linear, mlp
from pellucid.networks.outline import outline
from pellucid.networks.preprocessing import preprocessing
from pellucid.networks.recurrent import recurrent
from pellucid.networks.resnet import residual_block, resnet18
from pellucid.networks.simple_cnn import simple_cnn
from pellucid.networks.transformer import transformer, transformer_decoder
from pellucid.networks.vgg import vgg, vgg11, vgg13, vgg16, vgg19

__all__ = [
    "Problem",
    "Translator",
    "Writer",
    "alexnet",
    "augmentation",
    "build",
    "encoder_decoder",
    "language_model",
    "lenet5",
    "linear",
    "mlp",
    "names",
    "one_step",
    "outline",
    "preprocessing",
    "recurrent",
    "register",
    "residual_block",
    "resnet18",
    "sample",
    "simple_cnn",
    "transformer",
    "transformer_decoder",
    "vgg",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
]
