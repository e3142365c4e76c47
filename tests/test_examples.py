"""The example programs run as they stand."""

import re
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_the_plain_pytorch_program_learns_and_its_own_optimizer_is_the_lectures():
    command = [sys.executable, "-W", "error", EXAMPLES / "own_optimizer.py"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    accuracies = [float(percent) for percent in re.findall(r"test accuracy ([\d.]+)%", done.stdout)]
    assert len(accuracies) == 3
    assert min(accuracies) > 80
    difference = re.search(r"differ by (\S+) at most", done.stdout)
    assert difference
    assert float(difference[1]) < 1e-6
