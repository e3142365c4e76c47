"""`gradiente bench`, a round of which never ends, to be killed: python -m tests.benchmarking.killed"""

from dataclasses import replace

from gradiente.benchmarking.peer import PEERS, Peer
from gradiente.benchmarking.works import WORKS
from gradiente.cli import main

from .conftest import PROGRAM, stub_work

if __name__ == "__main__":
    PEERS["numpy"] = Peer("numpy", PROGRAM, "A")
    PEERS["gradiente"] = Peer("gradiente", PROGRAM, "sleeps")
    WORKS["mlp-busy"] = replace(stub_work("numpy", "gradiente", busy=True), name="mlp-busy")
    main(["bench", "mlp-busy"])
