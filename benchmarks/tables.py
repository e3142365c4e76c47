"""Tables: our default network, our preset, scikit-learn's MLP, a plain PyTorch MLP, boosted trees.

All are trained on the same folds, from the same encoded inputs, without tuning: missing numbers are the median of the
training rows, with a column that says so; text is one column of ones and zeros for each category; the networks get
standardized columns and targets, the preset its own robust scaling. Accuracy in percent, or the RMSE (of California
housing in 100,000 dollars), as mean ± standard deviation over folds and seeds. Usage:

    python benchmarks/tables.py --data-dir ../shared/data [--data-sets iris,california] [--folds 5] [--seeds 5]
        [--models ours,preset] [--engine compiled]

The data directory has a folder `tabular` with winequality-red.csv, winequality-white.csv, iris.data, optdigits.tra.gz,
optdigits.tes.gz and california_housing.csv.
"""

import argparse
import csv
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor

from gradiente.data import Dataset, RobustScaler, Standardizer, stratified_split
from gradiente.training.build import plan
from gradiente.training.config import Config

Array = np.ndarray
SPLITS, SHARE = 5, 0.2  # folds there are; the part of the training rows that validates
WIDTH, DEPTH, EPOCHS = 256, 3, 256  # of PyTorch's plain MLP
TREES = "HistGradientBoosting"


@dataclass(frozen=True)
class Table:
    """A data set as it is in its file: numbers, NaN where one is missing, and columns of text."""

    name: str
    classifies: bool
    numbers: Array
    texts: Array
    y: Array

    def splits(self, seed: int) -> list[tuple[Array, Array]]:
        """The training and the test rows of every fold; those of a classification have the same share of each class."""
        kind = StratifiedKFold if self.classifies else KFold
        return list(kind(SPLITS, shuffle=True, random_state=seed).split(self.numbers, self.y))

    def encoded(self, train: Array) -> Array:
        """All rows as numbers, by what the training rows say."""
        known = np.isfinite(self.numbers)
        filled = np.where(known, self.numbers, np.nanmedian(self.numbers[train], axis=0))
        missing = (~known)[:, (~known[train]).any(axis=0)]
        kinds = [column[:, None] == np.unique(column[train]) for column in self.texts.T]
        return np.hstack([filled, missing, *kinds]).astype(np.float64)

    def score(self, prediction: Array, rows: Array) -> float:
        """The accuracy in percent, or the RMSE."""
        if self.classifies:
            return 100 * float(np.mean(prediction == self.y[rows]))
        return float(np.sqrt(np.mean((prediction - self.y[rows]) ** 2)))


@dataclass(frozen=True)
class Fold:
    """What a model is given: x and y of the training rows, x of the test rows, as they are encoded, not scaled."""

    x: Array
    y: Array
    x_test: Array
    classes: int  # 0 of a regression
    seed: int

    def standardized(self) -> tuple[Array, Array]:
        """x of the training and of the test rows."""
        scaler = Standardizer.fit(self.x)
        return scaler.transform(self.x).astype(np.float32), scaler.transform(self.x_test).astype(np.float32)

    def target(self) -> Array:
        """y as a network learns it: class numbers, or standardized numbers."""
        return self.y if self.classes else ((self.y - self.y.mean()) / self.y.std()).astype(np.float32)

    def answer(self, output: Array) -> Array:
        """The predictions that a network's outputs stand for."""
        if self.classes:
            return output.argmax(axis=1)
        return output.reshape(-1) * self.y.std() + self.y.mean()

    def data(self, x: Array) -> Dataset:
        task = "classification" if self.classes else "regression"
        return Dataset(x, self.target(), task, "table", classes=tuple(map(str, range(self.classes))))


def ours(fold: Fold, options: argparse.Namespace) -> Array:
    """What `gradiente train` makes of a table without any option."""
    return planned(fold, *fold.standardized(), {})


def preset(fold: Fold, options: argparse.Namespace) -> Array:
    """What `gradiente train --preset table` makes of it."""
    scaler = RobustScaler.fit(fold.x)
    x, x_test = (scaler.transform(each).astype(np.float32) for each in (fold.x, fold.x_test))
    return planned(fold, x, x_test, {"preset": "table", "engine": options.engine})


def planned(fold: Fold, x: Array, x_test: Array, settings: dict[str, Any]) -> Array:
    train = fold.data(x)
    made = plan(Config().changed(name="table.csv", seed=fold.seed, **settings), train)
    data, descent = made.config.data, made.config.descent
    assert descent.epochs is not None
    made.trainer([]).fit(
        train,
        validation=data.validation,
        epochs=descent.epochs,
        batch_size=descent.batch_size,  # pyright: ignore[reportArgumentType]
    )
    return fold.answer(made.network.predict(x_test))


def sklearn_mlp(fold: Fold, options: argparse.Namespace) -> Array:
    x, x_test = fold.standardized()
    model = (MLPClassifier if fold.classes else MLPRegressor)(random_state=fold.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        prediction = np.asarray(model.fit(x, fold.target()).predict(x_test))
    return prediction if fold.classes else fold.answer(prediction)


def torch_mlp(fold: Fold, options: argparse.Namespace) -> Array:
    """As one writes it: ReLU, Adam, batches of 128, early stopping on held-out rows."""
    torch.manual_seed(fold.seed)
    x, x_test = (torch.from_numpy(each) for each in fold.standardized())
    learned, held_out = (torch.from_numpy(rows) for rows in stratified_split(fold.y, SHARE, fold.seed))
    y = torch.from_numpy(fold.target())
    y = y if fold.classes else y[:, None]
    modules: list[torch.nn.Module] = []
    for inputs in (x.shape[1], *[WIDTH] * (DEPTH - 1)):
        modules += [torch.nn.Linear(inputs, WIDTH), torch.nn.ReLU()]
    module = torch.nn.Sequential(*modules, torch.nn.Linear(WIDTH, fold.classes or 1))
    criterion = torch.nn.CrossEntropyLoss() if fold.classes else torch.nn.MSELoss()
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)
    best, best_state, waited = np.inf, module.state_dict(), 0
    for _ in range(EPOCHS):
        for batch in learned[torch.randperm(len(learned))].split(128):
            optimizer.zero_grad()
            criterion(module(x[batch]), y[batch]).backward()
            optimizer.step()
        with torch.no_grad():
            value = criterion(module(x[held_out]), y[held_out]).item()
        waited += 1
        if value < best:
            best, waited = value, 0
            best_state = {name: tensor.clone() for name, tensor in module.state_dict().items()}
        if waited == 16:
            break
    module.load_state_dict(best_state)
    with torch.no_grad():
        return fold.answer(module(x_test).numpy())


def boosted_trees(fold: Fold, options: argparse.Namespace) -> Array:
    kind: Any = HistGradientBoostingClassifier if fold.classes else HistGradientBoostingRegressor
    return kind(random_state=fold.seed).fit(fold.x, fold.y).predict(fold.x_test)


MODELS: dict[str, tuple[str, Callable[[Fold, argparse.Namespace], Array]]] = {
    "ours": ("gradiente's default", ours),
    "preset": ("gradiente's preset table", preset),
    "sklearn": ("scikit-learn's MLP", sklearn_mlp),
    "torch": ("PyTorch's plain MLP", torch_mlp),
    "trees": (TREES, boosted_trees),
}


def iris(folder: Path) -> Table:
    rows = [row for row in csv.reader((folder / "iris.data").open()) if row]
    numbers = np.array([row[:-1] for row in rows], float)
    return Table("iris", True, numbers, _no_text(rows), _numbered([row[-1] for row in rows]))


def wine(colour: str, *, classifies: bool) -> Callable[[Path], Table]:
    def read(folder: Path) -> Table:
        with (folder / f"winequality-{colour}.csv").open() as file:
            rows = np.array(list(csv.reader(file, delimiter=";"))[1:], float)
        y = _numbered(rows[:, -1]) if classifies else rows[:, -1]
        task = "classes" if classifies else "regression"
        return Table(f"wine {colour}, {task}", classifies, rows[:, :-1], _no_text(rows), y)

    return read


def optdigits(folder: Path) -> Table:
    files = [folder / f"optdigits.{part}.gz" for part in ("tra", "tes")]
    rows = np.concatenate([np.loadtxt(file, delimiter=",") for file in files])
    return Table("optdigits", True, rows[:, :-1], _no_text(rows), _numbered(rows[:, -1]))


def california(folder: Path) -> Table:
    with (folder / "california_housing.csv").open() as file:
        rows = list(csv.DictReader(file))
    target, text = "median_house_value", "ocean_proximity"
    names = [name for name in rows[0] if name not in (target, text)]
    numbers = np.array([[float(row[name] or "nan") for name in names] for row in rows])
    y = np.array([float(row[target]) for row in rows]) / 100_000
    return Table("California housing", False, numbers, np.array([[row[text]] for row in rows]), y)


def _no_text(rows: Any) -> Array:
    return np.empty((len(rows), 0), str)


def _numbered(labels: Any) -> Array:
    """Class numbers from 0."""
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


DATA_SETS: dict[str, Callable[[Path], Table]] = {
    "iris": iris,
    "wine-red-classes": wine("red", classifies=True),
    "wine-red": wine("red", classifies=False),
    "wine-white-classes": wine("white", classifies=True),
    "wine-white": wine("white", classifies=False),
    "optdigits": optdigits,
    "california": california,
}


def measure(table: Table, model: str, options: argparse.Namespace) -> tuple[Array, float]:
    """The scores of all folds and seeds, and the median of the seconds that a fold took."""
    scores, seconds = [], []
    for seed in range(options.seeds):
        for train, test in table.splits(seed)[: options.folds]:
            x = table.encoded(train)
            classes = int(table.y.max()) + 1 if table.classifies else 0
            started = time.perf_counter()
            prediction = MODELS[model][1](Fold(x[train], table.y[train], x[test], classes, seed), options)
            seconds.append(time.perf_counter() - started)
            scores.append(table.score(prediction, test))
    return np.array(scores), float(np.median(seconds))


def names(known: dict[str, Any]) -> Callable[[str], list[str]]:
    """A list of known names, as an option has it."""

    def parsed(value: str) -> list[str]:
        unknown = [name for name in value.split(",") if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]}: one of {', '.join(known)}")
        return value.split(",")

    return parsed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data-dir", type=Path, required=True, help="the folder that `tabular` is in")
    parser.add_argument("--data-sets", type=names(DATA_SETS), default=list(DATA_SETS))
    parser.add_argument("--models", type=names(MODELS), default=list(MODELS))
    parser.add_argument("--folds", type=int, choices=range(1, SPLITS + 1), default=SPLITS, help="of five")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--engine", choices=("numpy", "compiled", "torch"), default="compiled")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="of PyTorch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    tables = [DATA_SETS[name](options.data_dir / "tabular") for name in options.data_sets]
    print(f"{options.folds} of {SPLITS} folds, {options.seeds} seeds, engine {options.engine}")
    means: dict[tuple[str, str], float] = {}
    for table in tables:
        unit = "accuracy, %" if table.classifies else "RMSE"
        print(f"\n{table.name}: {len(table.y)} rows, {unit}")
        for model in options.models:
            scores, seconds = measure(table, model, options)
            means[table.name, model] = scores.mean()
            digits = 1 if table.classifies else 4
            score = f"{scores.mean():8.{digits}f} ± {scores.std():.{digits}f}"
            print(f"  {MODELS[model][0]:22} {score}   {seconds:6.1f} s a fold", flush=True)
    print()
    for model in options.models:
        for other in ("sklearn", "torch", "trees"):
            if other in options.models and model in ("ours", "preset"):
                better = [
                    (means[t.name, model] - means[t.name, other]) * (1 if t.classifies else -1) > 0
                    for t in tables
                ]
                print(f"{MODELS[model][0]} is ahead of {MODELS[other][0]} on {sum(better)} of {len(tables)}")


if __name__ == "__main__":
    main()
