"""Mistakes planted in the library on purpose: a test that does not find them proves little."""

from .derivatives import DERIVATIVES
from .mutant import Mutant
from .steps import STEPS

MUTANTS = {**DERIVATIVES, **STEPS}

__all__ = ["DERIVATIVES", "MUTANTS", "STEPS", "Mutant"]
