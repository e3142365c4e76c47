"""Data: data sets by name, your own tables and arrays, splits, standardization, mini-batches, augmentation, images."""

from gradiente.data.augmentation import (
    Augmentation,
    Compose,
    ElasticTransform,
    GaussianNoise,
    RandomAffine,
    RandomErasing,
    RandomHorizontalFlip,
    RandomVerticalFlip,
    augment_rows,
)
from gradiente.data.batches import batches
from gradiente.data.channels import channels_first
from gradiente.data.dataset import Dataset
from gradiente.data.encoder import Encoder
from gradiente.data.image_folder import read_image_folder
from gradiente.data.images import framed, read_image
from gradiente.data.load import NAMES, load
from gradiente.data.mnist import data_locations
from gradiente.data.npy import read_mapped_inputs
from gradiente.data.npz import read_inputs
from gradiente.data.photograph import read_digit
from gradiente.data.picture import read_picture
from gradiente.data.robust_scale import RobustScaler
from gradiente.data.splits.stratified import stratified_split
from gradiente.data.standardize import Standardizer

__all__ = [
    "NAMES",
    "Augmentation",
    "Compose",
    "Dataset",
    "ElasticTransform",
    "Encoder",
    "GaussianNoise",
    "RandomAffine",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "RobustScaler",
    "Standardizer",
    "augment_rows",
    "batches",
    "channels_first",
    "data_locations",
    "framed",
    "load",
    "read_digit",
    "read_image",
    "read_image_folder",
    "read_inputs",
    "read_mapped_inputs",
    "read_picture",
    "stratified_split",
]
