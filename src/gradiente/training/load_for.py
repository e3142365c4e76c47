"""The data set that a config names."""

from typing import Any

from gradiente.data import Dataset, load
from gradiente.data.own_table import Reading
from gradiente.data.tables.form import Form
from gradiente.training.config import Config

_TAB = ("tab", "\\t")  # what can be typed for it


def load_for(config: Config) -> tuple[Dataset, Dataset]:
    """Its training and test parts, split with the config's seed.

    Balanced weights of classes are those of the training part, for both.
    """
    train, test = load(config.data.name, **load_options(config))
    positive = config.data.positive
    train = train.with_positive(positive).with_class_weight(config.descent.class_weight)
    return train, test.with_positive(positive).with_class_weight(train.class_weight)


def load_options(config: Config) -> dict[str, Any]:
    """The options with which `load` reads it.

    Targets of a regression are standardized for the squared error, which is lost among large numbers, and left as they
    are for a loss that takes only some numbers: MSLELoss takes their logarithm. Whole numbers that may be classes are
    targets of a regression where the loss is given and one of numbers, or their standardization is asked for.
    """
    data = config.data
    loss = config.make("loss")
    of_numbers = loss is None or loss.target_interval == "(-inf, inf)"
    of_classes = loss is not None and loss.link in ("softmax", "exponential")
    table = Reading(
        form=Form(
            header=data.header,
            separator="\t" if data.separator in _TAB else data.separator,
            decimal=data.decimal,
            encoding=data.encoding,
            day_first=data.day_first,
        ),
        features=data.features,
        drop=data.drop or (),
        missing=data.missing,
        task=data.task,
        weight=data.weight,
        prefer_numbers=bool(data.standardize_target) or (loss is not None and of_numbers and not of_classes),
    )
    return {
        "data_dir": data.data_dir,
        "seed": config.descent.seed,
        "test": data.test,
        "split": data.split,
        "folds": data.folds,
        "fold": data.fold,
        "target": data.target,
        "standardize": data.standardize,
        "scaler": data.scaler or ("robust" if config.network.preset == "table" else "standard"),
        "standardize_target": of_numbers if data.standardize_target is None else data.standardize_target,
        "constant_input": data.constant_input,
        "samples": data.samples,
        "noise": data.noise,
        "image_size": data.image_size,
        "table": table,
    }
