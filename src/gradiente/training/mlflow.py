"""The metrics of every epoch, and what was chosen, for MLflow."""

from typing import Any

from gradiente.errors import require_installed
from gradiente.training.callbacks import Callback, TrainingState

LONGEST = 500  # characters of a parameter that every version of MLflow takes


class MLflow(Callback):
    """Log a training to MLflow: layers, loss and optimizer as parameters, every measure of every epoch as a metric.

    It logs to the run that is active, or to one of its own, which ends with the training.

    Arguments:
        experiment: the name of the experiment, for a run of its own; None: MLflow's default
        name: of a run of its own; None: MLflow invents one

    Errors: ArgumentError where mlflow is not installed
    """

    def __init__(self, experiment: str | None = None, name: str | None = None) -> None:
        require_installed("mlflow", extra="mlflow")
        self.experiment, self.name = experiment, name
        self._own = False

    def fit_begin(self, state: TrainingState) -> None:
        import mlflow  # pyright: ignore[reportMissingImports]

        self._own = mlflow.active_run() is None
        if self._own:
            if self.experiment is not None:
                mlflow.set_experiment(self.experiment)
            mlflow.start_run(run_name=self.name)
        chosen = {"layers": list(state.network.layers), "loss": state.loss, "optimizer": state.base_optimizer}
        chosen |= {"epochs": state.epochs, "parameters": state.network.theta.size}
        mlflow.log_params({name: str(value)[:LONGEST] for name, value in chosen.items()})

    def epoch_end(self, state: TrainingState) -> None:
        import mlflow  # pyright: ignore[reportMissingImports]

        record = dict(state.history.records[-1])
        epoch = record.pop("epoch")
        mlflow.log_metrics(_numbers(record), step=epoch)

    def fit_end(self, state: TrainingState) -> None:
        import mlflow  # pyright: ignore[reportMissingImports]

        if self._own:
            mlflow.end_run()
            self._own = False


def _numbers(record: dict[str, Any], prefix: str = "") -> dict[str, float]:
    """The measures of an epoch that are numbers, those inside a mapping under NAME/KEY."""
    found = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found |= _numbers(value, f"{prefix}{name}/")
        elif isinstance(value, int | float):
            found[f"{prefix}{name}"] = float(value)
    return found
