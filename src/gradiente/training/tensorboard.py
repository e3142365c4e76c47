"""The metrics of every epoch, for TensorBoard."""

from pathlib import Path

from gradiente.errors import require_installed
from gradiente.training.callbacks import Callback, TrainingState


class TensorBoard(Callback):
    """Write every measure of an epoch as TensorBoard events."""

    def __init__(self, folder: Path) -> None:
        require_installed("tensorboardX", extra="tensorboard")
        from tensorboardX import SummaryWriter

        # Its files are named by the second: one that is taken up again in the same second needs a name of its own.
        self._open = lambda first: SummaryWriter(
            str(folder), purge_step=first, filename_suffix=f".{first:06d}"
        )
        self._writer = None

    def fit_begin(self, state: TrainingState) -> None:
        self._writer = self._open(state.epoch + 1)

    def epoch_end(self, state: TrainingState) -> None:
        assert self._writer is not None
        record = state.history.records[-1]
        for name, value in record.items():
            if name == "gradient_norms":
                for parameter, norm in value.items():
                    self._writer.add_scalar(f"gradient_norms/{parameter}", norm, record["epoch"])
            elif name != "epoch":
                self._writer.add_scalar(name, value, record["epoch"])

    def fit_end(self, state: TrainingState) -> None:
        if self._writer is not None:
            self._writer.close()
