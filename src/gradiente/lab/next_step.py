"""The step that a run takes next, as a trace."""

from threading import Thread

from gradiente.clip import Clip
from gradiente.data import Dataset
from gradiente.trace import trace
from gradiente.training.capture import capture_step
from gradiente.training.config import Config
from gradiente.training.snapshot import Snapshot
from gradiente.training.targets import default_loss


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
        self.trace = trace(
            captured.network,
            config.make("loss") or default_loss(train),
            captured.x,
            captured.y,
            penalties=config.make("penalty") or [],
            clip=Clip(norm=config.descent.clip_norm, value=config.descent.clip_value),
            optimizer=captured.optimizer,
            lr_factors=captured.parameter_groups.lr_factors,
            weight_decay_on=captured.parameter_groups.weight_decay_on,
            slots=captured.state.slots if captured.t > 1 else None,
            t=captured.t,
            seed=captured.generator,
            columns=columns,
        )
        self._torch = Thread(target=lambda: self.trace.torch, daemon=True)
        self._torch.start()

    @property
    def has_torch(self) -> bool:
        """Whether PyTorch's values are there, or cannot be."""
        return not self._torch.is_alive()
