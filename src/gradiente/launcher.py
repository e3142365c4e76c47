"""The processes of a training run, as their launcher describes them in the environment."""

import os


def launched_ranks() -> tuple[int, int, int]:
    """Rank, number of processes and rank on this machine, from torchrun or another launcher of PyTorch programs.

    >>> launched_ranks()
    (0, 1, 0)
    """
    if not {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= os.environ.keys():
        return 0, 1, 0
    return int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"]), int(os.environ.get("LOCAL_RANK", 0))
