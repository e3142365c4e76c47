"""The data set that a config names."""

from gradiente.data import Dataset, load
from gradiente.training.config import Config


def load_for(config: Config) -> tuple[Dataset, Dataset]:
    """Its training and its test part, parted by the config's seed.

    Targets of a regression are standardized for the squared error, which is lost among large numbers; MSLELoss
    takes their logarithm, and needs them as they are.
    """
    standardize_target = config.standardize_target
    if standardize_target is None:
        standardize_target = not (config.loss or "").casefold().startswith("msle")
    return load(
        config.data,
        data_dir=config.data_dir,
        seed=config.seed,
        test=config.test,
        target=config.target,
        standardize=config.standardize,
        standardize_target=standardize_target,
        constant_input=config.constant_input,
        samples=config.samples,
        noise=config.noise,
    )
