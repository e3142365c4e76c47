"""Data: sets by name, tables and arrays of one's own, splits, standardization, mini-batches, pictures."""

from gradiente.data.batches import batches
from gradiente.data.dataset import Dataset
from gradiente.data.encoder import Encoder
from gradiente.data.images import read_image
from gradiente.data.load import NAMES, load
from gradiente.data.mnist import whereabouts
from gradiente.data.npz import read_inputs
from gradiente.data.splits import stratified_split
from gradiente.data.standardize import Standardizer

__all__ = [
    "NAMES",
    "Dataset",
    "Encoder",
    "Standardizer",
    "batches",
    "load",
    "read_image",
    "read_inputs",
    "stratified_split",
    "whereabouts",
]
