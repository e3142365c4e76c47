"""Machine code on disk: kept, found again, and made again where it is damaged."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.compiled

SCRIPT = """
import numpy as np
import gradiente as gr
from gradiente.data import Dataset
data = Dataset(np.arange(8.0).reshape(4, 2), np.arange(4) % 2, "classification", "four")
network = gr.Network([gr.Linear(2, 3), gr.Tanh(), gr.Linear(3, 2)])
gr.Trainer(network, gr.CrossEntropyLoss(), gr.SGD(lr=0.1), engine="compiled").fit(data, epochs=3, batch_size=2)
print(network.theta.tobytes().hex())
"""


def train(folder):
    """The parameters that a new process comes to, and the object file that it leaves: its time, its content."""
    environment = {**os.environ, "GRADIENTE_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    (file,) = (folder / "compiled").iterdir()
    return done.stdout, file.stat().st_mtime_ns, file.read_bytes()


def test_the_second_process_compiles_nothing_and_a_damaged_file_is_made_again(tmp_path):
    first = train(tmp_path)
    assert train(tmp_path) == first
    (file,) = (tmp_path / "compiled").iterdir()
    file.write_bytes(first[2][:-100] + bytes(100))
    parameters, time, content = train(tmp_path)
    assert (parameters, content) == (first[0], first[2])
    assert time > first[1]


def test_where_compiling_fails_numpy_takes_over_with_one_warning(monkeypatch):
    import numpy as np

    from gradiente import SGD, Context, Linear, MSELoss, Network
    from gradiente.engines import CompiledEngine
    from gradiente.engines.compiled import program
    from gradiente.objective import Objective

    def fails(*arguments, **options):
        raise RuntimeError("no compiler\nhere")

    monkeypatch.setattr(program, "native", fails)
    network = Network([Linear(2, 1)])
    engine = CompiledEngine(Objective(network, MSELoss()), SGD())
    x, y = np.ones((4, 2), np.float32), np.zeros((4, 1), np.float32)
    before = network.theta.copy()
    with pytest.warns(UserWarning, match="no compiler"):
        engine.step(x, y, Context(training=True), SGD())
    engine.step(x, y, Context(training=True), SGD())  # a second warning would be an error
    assert engine.t == 2
    assert not np.array_equal(network.theta, before)
