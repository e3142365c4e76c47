"""The data set that a config names."""

from gradiente.data import Dataset, load
from gradiente.training.config import Config


def load_for(config: Config) -> tuple[Dataset, Dataset]:
    """Its training and test parts, split with the config's seed.

    Targets of a regression are standardized for the squared error, which is lost among large numbers, and left as they
    are for a loss that takes only some numbers: MSLELoss takes their logarithm.
    """
    data = config.data
    standardize_target = data.standardize_target
    if standardize_target is None:
        loss = config.make("loss")
        standardize_target = loss is None or loss.target_interval == "(-inf, inf)"
    return load(
        data.name,
        data_dir=data.data_dir,
        seed=config.descent.seed,
        test=data.test,
        target=data.target,
        standardize=data.standardize,
        standardize_target=standardize_target,
        constant_input=data.constant_input,
        samples=data.samples,
        noise=data.noise,
    )
