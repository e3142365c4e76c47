"""Other data with their targets, for the network of a run."""

from pathlib import Path

import numpy as np

from gradiente.data import Dataset
from gradiente.data.labelled import read_labelled
from gradiente.data.tables.form import Form
from gradiente.errors import ShapeError
from gradiente.training.config import Config
from gradiente.training.kept_data import KeptData
from gradiente.training.run import Run


def labelled_for(run: Run, config: Config, path: str | Path) -> Dataset:
    """The rows of a file as inputs and targets of a run's network; how many it was trained on is said.

    Errors: as of `read_labelled`; ShapeError for more or fewer features than the network takes
    """
    about = run.description()
    encoder, kept = about.table_encoder(), KeptData.read(run.folder)
    data = read_labelled(
        path,
        task=about.task,
        classes=about.classes,
        encoder=encoder,
        image_shape=about.image_shape,
        picture_files=about.picture_files,
        missing=config.data.missing,
        trained=None if kept is None else kept.train,
        form=Form(header=config.data.header, decimal=encoder.decimal if encoder is not None else None),
    )
    features = int(np.prod(run.network().input_shape or data.x.shape[1:]))
    if data.x.shape[1] != features:
        raise ShapeError("predict.features", file=path, expected=features, got=data.x.shape[1])
    return data
