"""Whole networks at random, one from each number, against a plain loop of PyTorch.

benchmarks/random_networks.py runs as many as one likes, tests/test_random_networks.py the first 200 of them.
"""

from .compare import differences, failures
from .networks import RandomNetwork, random_network
from .tally import Tally, tally

__all__ = ["RandomNetwork", "Tally", "differences", "failures", "random_network", "tally"]
