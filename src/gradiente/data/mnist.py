"""MNIST and Fashion-MNIST: 60,000 training and 10,000 test images of 28 × 28, in the official split."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.cache import cache_folder
from gradiente.data.cached import cached_arrays
from gradiente.data.dataset import Dataset
from gradiente.data.download import checksum, fetch
from gradiente.data.idx import read_idx
from gradiente.errors import FileError

DATA_DIR_VARIABLE = "GRADIENTE_DATA_DIR"
IMAGE_SHAPE = (28, 28)


@dataclass(frozen=True)
class _Source:
    name: str
    classes: tuple[str, ...]
    mirrors: tuple[str, ...]
    sha256: dict[str, str]


_MNIST = _Source(
    name="mnist",
    classes=tuple("0123456789"),
    mirrors=(
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    sha256={
        "train-images-idx3-ubyte.gz": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "train-labels-idx1-ubyte.gz": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "t10k-images-idx3-ubyte.gz": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "t10k-labels-idx1-ubyte.gz": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    },
)

_FASHION_MNIST = _Source(
    name="fashion-mnist",
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    sha256={
        "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    },
)


def mnist(data_dir: str | Path | None = None) -> tuple[Dataset, Dataset]:
    """Handwritten digits, 0 to 9, light ink on 0.

    Arguments:
        data_dir: a folder with the four .gz files, or with a sub-folder `mnist` that has them: no network
            then. None: the folder that GRADIENTE_DATA_DIR names, else the user's cache, filled by a download

    The arrays are kept in the user's cache, or the folder that GRADIENTE_CACHE_DIR names: from the second time on,
    x and y are memory maps of their files, copied where they are written to.

    Shapes: x (60000, 784) and (10000, 784), float32 in [0, 1]; y (60000,) and (10000,)
    Errors: FileError for a file that is missing, corrupt, or cannot be downloaded
    Source: Y. LeCun, C. Cortes, C. J. C. Burges, The MNIST database of handwritten digits
    """
    return _load(_MNIST, data_dir)


def fashion_mnist(data_dir: str | Path | None = None) -> tuple[Dataset, Dataset]:
    """Ten kinds of clothing, a harder replacement for MNIST; the arguments are the same.

    Shapes: x (60000, 784) and (10000, 784), float32 in [0, 1]; y (60000,) and (10000,)
    Errors: FileError for a file that is missing, corrupt, or cannot be downloaded
    Source: H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, 2017
    """
    return _load(_FASHION_MNIST, data_dir)


def data_locations() -> dict[str, str | None]:
    """The folder with the files of each set: GRADIENTE_DATA_DIR or the cache; None if there is none."""
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    found = {}
    for source in (_MNIST, _FASHION_MNIST):
        folder = Path(chosen) if chosen else cache_folder()
        folders = [folder / source.name, folder]
        complete = (base for base in folders if all((base / file).is_file() for file in source.sha256))
        found[source.name] = next(map(str, complete), None)
    return found


def _load(source: _Source, data_dir: str | Path | None) -> tuple[Dataset, Dataset]:
    folder = data_dir or os.environ.get(DATA_DIR_VARIABLE)
    paths = _local(source, Path(folder)) if folder else _cached(source)
    arrays = cached_arrays(source.name, source.sha256.values(), lambda: _converted(paths))
    train, test = (
        Dataset(
            arrays[f"{part}_x"],
            arrays[f"{part}_y"],
            "classification",
            source.name,
            source.classes,
            image_shape=IMAGE_SHAPE,
        )
        for part in ("train", "test")
    )
    return train, test


def _converted(paths: list[Path]) -> dict[str, np.ndarray]:
    """Images as rows of float32 in [0, 1], labels as int64."""
    train_images, train_labels, test_images, test_labels = map(read_idx, paths)
    return {
        "train_x": _pixels(train_images),
        "train_y": train_labels.astype(np.int64),
        "test_x": _pixels(test_images),
        "test_y": test_labels.astype(np.int64),
    }


def _pixels(images: np.ndarray) -> np.ndarray:
    return np.divide(images.reshape(len(images), -1), np.float32(255), dtype=np.float32)


def _local(source: _Source, folder: Path) -> list[Path]:
    """The four files in a folder or its sub-folder, each with the right checksum."""
    inside = folder / source.name
    base = inside if inside.is_dir() else folder
    missing = [file for file in source.sha256 if not (base / file).is_file()]
    if missing:
        raise FileError("mnist.missing", name=source.name, folder=base, files=", ".join(missing))
    for file, expected in source.sha256.items():
        got = checksum(base / file)
        if got != expected:
            raise FileError("mnist.checksum", path=base / file, expected=expected, got=got)
    return [base / file for file in source.sha256]


def _cached(source: _Source) -> list[Path]:
    """The four files in the user's cache, downloaded if missing."""
    folder = cache_folder() / source.name
    return [fetch(file, sha256, source.mirrors, folder) for file, sha256 in source.sha256.items()]
