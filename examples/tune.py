"""Hyperparameters by Optuna: width, dropout and learning rate; a training that falls behind is ended early.

pip install optuna
python examples/tune.py 20
"""

import sys

import optuna

import gradiente as gr

train, test = gr.data.load("digits")


class Reported(gr.Callback):
    """Tells Optuna the validation loss of every epoch, and ends a training that it gives up."""

    def __init__(self, trial: optuna.Trial) -> None:
        self.trial = trial

    def epoch_end(self, state):
        record = state.history.records[-1]
        self.trial.report(record["val_loss"], record["epoch"])
        if self.trial.should_prune():
            raise optuna.TrialPruned


def objective(trial: optuna.Trial) -> float:
    width = trial.suggest_int("width", 16, 128, log=True)
    dropout = trial.suggest_float("dropout", 0.0, 0.5)
    lr = trial.suggest_float("lr", 1e-4, 1e-1, log=True)
    layers = [gr.Linear(64, width), gr.ReLU(), gr.Dropout(dropout), gr.Linear(width, 10)]
    trainer = gr.Trainer(
        gr.Network(layers), gr.CrossEntropyLoss(), gr.Adam(lr=lr), callbacks=[Reported(trial)]
    )
    history = trainer.fit(train, validation=0.2, epochs=10, batch_size=64)
    return min(history["val_loss"])


optuna.logging.set_verbosity(optuna.logging.WARNING)
study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0), pruner=optuna.pruners.MedianPruner())
study.optimize(objective, n_trials=int(sys.argv[1]) if len(sys.argv) > 1 else 20)
print("best validation loss", round(study.best_value, 4))
print("best parameters", study.best_params)
