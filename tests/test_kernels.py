"""Which kernels OpenBLAS uses: what is kept, when it is taken, and that nothing is chosen by an import."""

import json
import os
import subprocess
import sys
from dataclasses import asdict

import pytest
from threadpoolctl import threadpool_info

from gradiente.kernels import CORETYPES, FILE, VARIABLE, KernelChoice, kept_choice, libraries, processor
from gradiente.product_times import median_seconds, products
from gradiente.training import kernel_times
from gradiente.training.kernel_times import KernelTimes, choose, keep, measure_kernels

on_x86_linux = pytest.mark.skipif(processor() is None or not libraries(), reason="no choice of kernels here")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path / "cache"


def choice(coretype="HASWELL", gain=1.2, **changes):
    here = processor()
    assert here is not None
    values = {"processor": here[0], "libraries": libraries(), "coretype": coretype, "gain": gain}
    return KernelChoice(**{**values, **changes})


def variable_after(program):
    """OPENBLAS_CORETYPE in a process that has run the program."""
    script = f"import os; {program}; print(os.environ.get({VARIABLE!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


COMMAND = "from gradiente.cli import main; main(['--version'])"


@on_x86_linux
@pytest.mark.skipif("avx2" not in (processor() or ("", frozenset()))[1], reason="a processor without AVX2")
def test_a_command_takes_the_kept_choice_before_numpy_is_loaded():
    assert variable_after(COMMAND) == "None"
    keep(choice())
    assert variable_after(COMMAND) == "HASWELL"
    assert variable_after(f"os.environ[{VARIABLE!r}] = 'SANDYBRIDGE'; {COMMAND}") == "SANDYBRIDGE"
    assert variable_after(f"import numpy; {COMMAND}") == "None"
    program = [sys.executable, "-m", "gradiente", "doctor", "--json"]
    found = json.loads(subprocess.run(program, capture_output=True, text=True, check=True).stdout)
    assert found["processor"]["kernels"] == {"architecture": "Haswell", "chosen_by": "measurement"}
    assert {
        entry["package"]: entry["architecture"]
        for entry in found["processor"]["blas"]
        if entry["architecture"]
    } == {
        "numpy": "Haswell",
        "scipy": "Haswell",
    }


@on_x86_linux
@pytest.mark.parametrize(
    "program",
    [
        "import gradiente",
        "from gradiente import *",
        "import gradiente.cli",
        "import gradiente.kernels",
        "import gradiente; gradiente.data.load('iris')",
    ],
)
def test_an_import_chooses_nothing(program):
    keep(choice())
    assert variable_after(program) == "None"


@on_x86_linux
@pytest.mark.parametrize(
    "changes",
    [
        {"coretype": None},
        {"gain": 1.04},
        {"processor": "another"},
        {"libraries": ["another"]},
        {"coretype": "NEHALEM?"},
    ],
    ids=str,
)
def test_another_choice_is_not_taken(changes):
    keep(choice(**changes))
    assert variable_after(COMMAND) == "None"


@on_x86_linux
@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", '{"coretype": "HASWELL"}', "[" * 100_000, '{"gain": "x"}']
)
def test_a_file_that_is_no_choice(cache, content):
    keep(choice())
    assert kept_choice() == choice()
    (cache / FILE).write_text(content)
    assert kept_choice() is None
    changed = {**asdict(choice()), "gain": "1.2"}
    (cache / FILE).write_text(json.dumps(changed))
    assert kept_choice() is None


@on_x86_linux
def test_what_the_processor_cannot_run_is_neither_tried_nor_taken(monkeypatch):
    tried = []

    def measured(coretype):
        tried.append(coretype)
        return {"architecture": "Sandybridge", "seconds": dict.fromkeys(kernel_times.PRODUCTS, 1.0)}

    monkeypatch.setattr(kernel_times, "_measured", measured)
    monkeypatch.setattr(
        "gradiente.training.kernel_times.processor", lambda: ("old", frozenset({"avx", "fma"}))
    )
    times = measure_kernels()
    assert set(tried) == {None}
    assert [(entry.coretype, entry.total) for entry in times] == [(None, 4.0)]
    keep(choice("SKYLAKEX", processor="old"))
    monkeypatch.setattr("gradiente.kernels.processor", lambda: ("old", frozenset({"avx2", "fma"})))
    assert kept_choice() is None
    monkeypatch.setattr("gradiente.kernels.processor", lambda: ("old", CORETYPES["SKYLAKEX"]))
    assert kept_choice() == choice("SKYLAKEX", processor="old")


@on_x86_linux
def test_kernels_are_measured_in_turn_and_those_under_two_names_once(monkeypatch):
    """OpenBLAS may take one kind of kernels for another that it was built without."""
    kinds = {
        None: "SkylakeX",
        "SKYLAKEX": "SkylakeX",
        "HASWELL": "Haswell",
        "ZEN": "Haswell",
        "COOPERLAKE": "SkylakeX",
    }
    seconds = {"SkylakeX": [3.0, 9.0, 4.0], "Haswell": [2.0, 3.0, 30.0]}
    tried = []

    def measured(coretype):
        tried.append(coretype)
        kind = kinds[coretype]
        turn = sum(entry is None for entry in tried) - 1
        return {"architecture": kind, "seconds": dict.fromkeys(kernel_times.PRODUCTS, seconds[kind][turn])}

    monkeypatch.setattr(kernel_times, "_measured", measured)
    flags = CORETYPES["COOPERLAKE"] | CORETYPES["ZEN"]
    monkeypatch.setattr("gradiente.training.kernel_times.processor", lambda: ("it", flags))
    times = measure_kernels()
    assert [(entry.coretype, entry.architecture) for entry in times] == [
        (None, "SkylakeX"),
        ("HASWELL", "Haswell"),
    ]
    assert [entry.total for entry in times] == [16.0, 12.0]  # the medians of three turns
    assert tried[-4:] == [None, "HASWELL", None, "HASWELL"]
    chosen = choose(times)
    assert (chosen.coretype, chosen.gain) == ("HASWELL", 16 / 12)


def test_only_what_is_five_percent_faster_is_chosen(monkeypatch):
    monkeypatch.setattr("gradiente.training.kernel_times.processor", lambda: ("it", frozenset()))
    own = KernelTimes(None, "SkylakeX", {"product": 1.0})
    for seconds, chosen in ((0.9, "HASWELL"), (0.96, None), (1.0, None), (2.0, None)):
        assert choose([own, KernelTimes("HASWELL", "Haswell", {"product": seconds})]).coretype == chosen


def test_the_products_are_those_that_they_are_called():
    found = {name: product() for name, product in products().items()}
    for name in ("forward", "gradient"):
        assert found[f"numpy_{name}"].shape == found[f"scipy_{name}"].T.shape
        assert abs(found[f"numpy_{name}"] - found[f"scipy_{name}"].T).max() < 1e-3
    assert 0 < median_seconds(lambda: sum(range(1000))) < 1


@on_x86_linux
def test_the_process_that_measures():
    done = subprocess.run(
        [sys.executable, "-m", "gradiente.product_times"], capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    own = [info for info in threadpool_info() if "numpy.libs" in info["filepath"]]
    assert found["architecture"] == own[0]["architecture"]
    assert set(found["seconds"]) == set(kernel_times.PRODUCTS)
    assert all(0 < seconds < 10 for seconds in found["seconds"].values())


def test_an_x86_says_what_it_can_run():
    here = processor()
    if os.path.exists("/proc/cpuinfo") and os.uname().machine == "x86_64":
        assert here is not None
        assert "sse2" in here[1]
