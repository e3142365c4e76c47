"""Training: the loop, what happens around it, what it remembers, and how it is taken up again."""

from gradiente.training.callbacks import Callback, EarlyStopping, Scheduler, TrainingState
from gradiente.training.checkpoint import Checkpoint, load_checkpoint
from gradiente.training.history import History
from gradiente.training.measures import evaluate
from gradiente.training.progress import Progress
from gradiente.training.trainer import Trainer

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "History",
    "Progress",
    "Scheduler",
    "Trainer",
    "TrainingState",
    "evaluate",
    "load_checkpoint",
]
