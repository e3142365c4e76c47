"""What a command imports that it has no use for costs a part of a second at every start."""

import os
import subprocess
import sys

import pytest

from .conftest import gradiente

ALWAYS_NEEDLESS = {
    "IPython",
    "jupytext",
    "nbformat",
    "pandas",
    "pooch",
    "requests",
    "sklearn",
    "tensorboardX",
    "torch",
    "torchmetrics",
}
OF_A_REPORT = {"PIL", "latex2mathml", "matplotlib"}
OF_A_COMPILED_ENGINE = {"llvmlite", "scipy"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    before = os.getcwd()
    os.chdir(folder)
    try:
        assert gradiente("train", "xor", "--epochs", "2", "--run", "run", "--no-report").status == 0
    finally:
        os.chdir(before)
    return folder


@pytest.mark.parametrize(
    ("arguments", "needless"),
    [
        (["train", "xor", "--epochs", "2", "--no-report"], ALWAYS_NEEDLESS | OF_A_REPORT),
        (["train", "xor", "--epochs", "2"], ALWAYS_NEEDLESS | {"matplotlib.pyplot"}),
        (["evaluate", "run"], ALWAYS_NEEDLESS | OF_A_REPORT | OF_A_COMPILED_ENGINE),
        (["predict", "run", "x.csv"], ALWAYS_NEEDLESS | OF_A_REPORT | OF_A_COMPILED_ENGINE),
        (["explain", "run"], ALWAYS_NEEDLESS | OF_A_REPORT | OF_A_COMPILED_ENGINE),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_what_it_needs(run, arguments, needless):
    (run / "x.csv").write_text("x1,x2\n0,1\n")
    program = (
        "import sys; from gradiente.cli import main\n"
        f"main({arguments!r})\n"
        f"print(sorted({needless!r} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=run)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "[]"), done.stderr
