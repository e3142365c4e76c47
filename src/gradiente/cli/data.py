"""The data set that a config names."""

from gradiente.data import Dataset, load
from gradiente.training.config import Config


def load_for(config: Config) -> tuple[Dataset, Dataset]:
    """Its training and its test part, parted by the config's seed."""
    return load(
        config.data,
        data_dir=config.data_dir,
        seed=config.seed,
        test=config.test,
        target=config.target,
        standardize=config.standardize,
        constant_input=config.constant_input,
        samples=config.samples,
        noise=config.noise,
    )
