"""Training: the loop, callbacks, history, checkpoints and resuming."""

from gradiente.training.callbacks import Callback, EarlyStopping, Scheduler, TrainingState
from gradiente.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from gradiente.training.history import History
from gradiente.training.measures import evaluate
from gradiente.training.mlflow import MLflow
from gradiente.training.progress import Progress
from gradiente.training.replay import Replay
from gradiente.training.snapshot import Snapshot
from gradiente.training.stopping import EarlyStopped, Interrupted, Requested, Stop
from gradiente.training.tqdm_progress import TqdmProgress
from gradiente.training.trainer import Trainer

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopped",
    "EarlyStopping",
    "History",
    "Interrupted",
    "MLflow",
    "Progress",
    "Replay",
    "Requested",
    "Scheduler",
    "Snapshot",
    "Stop",
    "TqdmProgress",
    "Trainer",
    "TrainingState",
    "evaluate",
    "load_checkpoint",
    "save_checkpoint",
]
