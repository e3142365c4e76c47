"""Exported files, run in a process that cannot import gradiente."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

BLOCKED = """
import importlib.abc, sys
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, *rest):
        if name.split(".")[0] in BLOCKED_NAMES:
            raise ImportError(f"{name} is not here")
sys.meta_path.insert(0, Blocked())
sys.path = [path for path in sys.path if not path.endswith("src")]
"""

# An exported .py, asked for the rows of a table: its labels, or null, and its numbers.
PREDICT = """
import csv, json, runpy
file = runpy.run_path(sys.argv[1], run_name="other")
with open(sys.argv[2], newline="", encoding="utf-8") as table:
    found = file["predict"](list(csv.DictReader(table)))
labels, numbers = found if isinstance(found, tuple) else (None, found)
print(json.dumps([labels, numbers.tolist()]))
"""


def run(program, *arguments, also=()):
    """What a program prints where gradiente, and those packages, are not installed."""
    blocked = BLOCKED.replace("BLOCKED_NAMES", repr(("gradiente", *also)))
    command = [sys.executable, "-c", blocked + program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def session(path):
    """An ONNX file, open."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def answers(onnx, inputs) -> list[Any]:
    """All outputs of a session."""
    return onnx.run(None, inputs)


ARRAYS = """
import numpy as np
from pathlib import Path
from typing import Any
for file in sorted(Path(sys.argv[1]).glob("*.py")):
    names = {"__name__": file.stem}
    exec(compile(file.read_text(encoding="utf-8"), file, "exec"), names)
    np.save(file.with_suffix(".y.npy"), names["predict"](np.load(file.with_suffix(".x.npy"))))
"""


def outputs_of_python(folder):
    """The output of every NAME.py in a folder for the array in NAME.x.npy, by name."""
    run(ARRAYS, folder, also=("scipy", "torch", "onnx"))
    return {path.name.removesuffix(".y.npy"): np.load(path) for path in Path(folder).glob("*.y.npy")}
