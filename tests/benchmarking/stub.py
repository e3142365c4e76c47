"""A peer for tests: python -m tests.benchmarking.stub MODE JOB. It writes down what happens to it.

The option is what it does: "A", "B" … only a name; "dies" as it prepares; "dies later" in its second
round; "sleeps" for ever.
"""

import os
import sys
import time
from pathlib import Path

from gradiente.benchmarking.child import serve

LOG = "STUB_LOG"


def neighbours():
    """Whether the parent has a busy process running now: its numbers."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if b"gradiente.benchmarking.busy" in command and parent == os.getppid():
            found.append(int(folder.name))
    return found


class Stub:
    def __init__(self, job):
        self.job, self.rounds = job, 0
        print("a library's greeting")
        if job.option == "dies":
            sys.exit("no such processor")

    def run(self):
        self.rounds += 1
        busy = " ".join(map(str, neighbours()))
        with Path(os.environ[LOG]).open("a", encoding="utf-8") as log:
            log.write(f"{self.job.option}|{self.rounds}|{os.getpid()}|{busy}\n")
        if self.job.option == "dies later" and self.rounds == 3:
            sys.exit("out of memory")
        if self.job.option == "sleeps" and self.rounds == 2:
            time.sleep(10**6)

    def accuracy(self):
        return float(os.environ["OMP_NUM_THREADS"]) / 10


if __name__ == "__main__":
    serve(Stub)
