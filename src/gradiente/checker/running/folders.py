"""How much a student's code has written into its folder."""

import os
from pathlib import Path

MOST_BYTES, MOST_FILES = 16 << 20, 1000


def too_full(folder: Path) -> bool:
    """Whether more is in it than a student's code may write, or what cannot be looked at."""
    count = size = 0
    waiting = [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += _size(entry.stat(follow_symlinks=False))
                    if count > MOST_FILES or size > MOST_BYTES:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue
        except OSError:
            return True
    return False


def _size(status: os.stat_result) -> int:
    """Bytes on the disk; of the file where the system, Windows, does not say them."""
    return status.st_blocks * 512 if hasattr(status, "st_blocks") else status.st_size
