"""Machine code on disk: kept, found again without Numba, and made again where it is damaged."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.numba

SCRIPT = """
import sys
import numpy as np
import gradiente as gr
from gradiente.data import Dataset
data = Dataset(np.arange(8.0).reshape(4, 2), np.arange(4) % 2, "classification", "four")
network = gr.Network([gr.Linear(2, 3), gr.Tanh(), gr.Linear(3, 2)])
gr.Trainer(network, gr.CrossEntropyLoss(), gr.SGD(lr=0.1), engine="compiled").fit(data, epochs=3, batch_size=2)
print("numba" in sys.modules, network.theta.tobytes().hex())
"""


def train(folder):
    environment = {**os.environ, "GRADIENTE_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    imported, bits = done.stdout.split()
    return imported == "True", bits


@pytest.mark.slow
def test_the_second_process_needs_no_numba_and_a_damaged_file_is_made_again(tmp_path):
    compiled, first = train(tmp_path)
    again, second = train(tmp_path)
    assert (compiled, again) == (True, False)
    for file in (tmp_path / "compiled").iterdir():
        file.write_bytes(file.read_bytes()[:-100] + bytes(100))
    damaged, third = train(tmp_path)
    assert damaged
    assert first == second == third


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
