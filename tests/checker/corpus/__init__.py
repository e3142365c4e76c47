"""Students' files for the checker of back-propagation: right ones, wrong ones, hostile ones.

Written without a look at the checker. Plain data: nothing here runs a student's code.
"""

from . import (
    mnist_chain,
    mnist_class,
    mnist_columns,
    mnist_einsum,
    mnist_loops,
    mnist_rows,
    right_mnist,
    right_xor,
    xor_chain,
    xor_columns,
    xor_einsum,
    xor_instances,
    xor_loops,
    xor_rows,
)
from .case import Case, Form, Style
from .hostile import HOSTILE
from .networks import RIGHT_NETWORKS, WRONG_NETWORKS, Network
from .pairs import PAIRS

_MODULES = (
    xor_columns,
    xor_rows,
    xor_einsum,
    xor_loops,
    xor_chain,
    xor_instances,
    mnist_columns,
    mnist_rows,
    mnist_einsum,
    mnist_loops,
    mnist_class,
    mnist_chain,
)
STYLES: tuple[Style, ...] = tuple(module.STYLE for module in _MODULES)
RIGHT: tuple[Case, ...] = (*(style.variant("base") for style in STYLES), *right_xor.RIGHT, *right_mnist.RIGHT)
MISTAKES: tuple[Case, ...] = tuple(case for module in _MODULES for case in module.MISTAKES)

__all__ = [
    "HOSTILE",
    "MISTAKES",
    "PAIRS",
    "RIGHT",
    "RIGHT_NETWORKS",
    "STYLES",
    "WRONG_NETWORKS",
    "Case",
    "Form",
    "Network",
    "Style",
]
