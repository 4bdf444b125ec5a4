"""Callbacks: what is done at the beginnings and ends of training, epochs and batches. Names and meanings as in Keras."""

from typing import TYPE_CHECKING

from pellucid.lazy import lazily

if TYPE_CHECKING:
    from pellucid.callbacks.callback import Callback, CallbackList
    from pellucid.callbacks.checkpoint import Checkpoint
    from pellucid.callbacks.csv_logger import CSVLogger
    from pellucid.callbacks.early_stopping import EarlyStopping
    from pellucid.callbacks.history import History
    from pellucid.callbacks.lambda_callback import LambdaCallback
    from pellucid.callbacks.learning_rate_scheduler import LearningRateScheduler
    from pellucid.callbacks.model_checkpoint import ModelCheckpoint
    from pellucid.callbacks.progress_bar import ProgressBar
    from pellucid.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
    from pellucid.callbacks.run_recorder import RunRecorder
    from pellucid.callbacks.terminate_on_nan import TerminateOnNaN

__all__ = [
    "CSVLogger",
    "Callback",
    "CallbackList",
    "Checkpoint",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgressBar",
    "ReduceLROnPlateau",
    "RunRecorder",
    "TerminateOnNaN",
]

lazily(__name__)
