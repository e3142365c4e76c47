"""The busy neighbour: a process that copies an array larger than the caches, until its standard input ends."""

import os
import sys
import threading

import numpy as np

BYTES = 128_000_000


def main() -> None:
    """Copy for ever; one line is printed when that has begun."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    source, target = np.ones(BYTES, np.uint8), np.empty(BYTES, np.uint8)
    np.copyto(target, source)
    print("busy", flush=True)
    while True:
        np.copyto(target, source)


def _end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
