"""The step that a run takes next, as a trace."""

from threading import Thread

from gradiente.data import Dataset
from gradiente.training.capture import capture_step
from gradiente.training.config import Config
from gradiente.training.snapshot import Snapshot


class NextStep:
    """The trace of the step after a snapshot, its batch and its state; PyTorch's values come from their own thread.

    Arguments:
        config, train: of the run
        snapshot: between two of its steps
        columns: instances as the lecture's columns
    """

    def __init__(self, config: Config, train: Dataset, snapshot: Snapshot, *, columns: bool) -> None:
        self.after, self.columns = snapshot.state.t, columns
        captured = capture_step(config, train, checkpoint=snapshot)
        self.rows = captured.rows
        self.trace = captured.traced(config, train, columns=columns)
        self._torch = Thread(target=lambda: self.trace.torch, daemon=True)
        self._torch.start()

    @property
    def has_torch(self) -> bool:
        """Whether PyTorch's values are there, or cannot be."""
        return not self._torch.is_alive()
