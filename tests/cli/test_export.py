import shutil

import numpy as np
import pytest
from sklearn.datasets import load_digits
from tests.export.elsewhere import answers, session

from .conftest import gradiente


@pytest.mark.parametrize(
    ("format", "ending"), [("onnx", "onnx"), ("python", "py"), ("torch", "pt2"), ("card", "md")]
)
def test_a_file_of_every_format_in_the_runs_folder(table_run, tmp_path, format, ending):
    run = shutil.copytree(table_run[1], tmp_path / "garden")
    answer = gradiente("export", run, "--format", format, "--lang", "en")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"{run / f'garden.{ending}'} (")
    assert (run / f"garden.{ending}").is_file()


def test_the_ending_of_the_output_says_the_format(table_run):
    assert gradiente("export", table_run[1], "--output", "network.py").status == 0
    with open("network.py", encoding="utf-8") as file:
        assert file.read().startswith('"""run, a network trained with gradiente.')


def test_a_run_that_has_no_weights(table_run, tmp_path):
    run = shutil.copytree(table_run[1], tmp_path / "run")
    (run / "network.safetensors").unlink()
    shutil.rmtree(run / "checkpoints")
    answer = gradiente("export", run, "--output", "network.onnx", "--lang", "en")
    assert answer.status == 1
    assert "contains no network yet" in answer.err
    assert not (tmp_path / "network.onnx").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--opset", "5"], "ONNX opset 5 cannot be written: choose one from 13 to"),
        (["--format", "hdf5"], "'hdf5' is not one of the choices"),
        (["--output", "."], ". is a folder: give the path of a file, network.onnx"),
        (["--output", "network.h5"], "format"),
        (["--format", "card", "--opset", "18"], "the format card has no opset"),
    ],
)
def test_bad_usage(table_run, tmp_path, arguments, words):
    chosen = (
        arguments
        if "--format" in arguments or "--output" in arguments
        else [*arguments, "--output", "n.onnx"]
    )
    if arguments == ["--output", "."]:
        chosen = [*arguments, "--format", "onnx"]
    answer = gradiente("export", table_run[1], *chosen, "--lang", "en")
    assert answer.status == 2
    assert words in answer.err
    assert not any(tmp_path.iterdir())


def test_a_digits_run_takes_images(digits_run, tmp_path):
    assert gradiente("export", digits_run, "--output", "digits.onnx").status == 0
    onnx = session(tmp_path / "digits.onnx")
    (entry,) = onnx.get_inputs()
    assert entry.shape == ["rows", 8, 8]
    images = (load_digits(return_X_y=True)[0][:50].reshape(-1, 8, 8) / 16).astype(np.float32)
    np.savez(tmp_path / "rows.npz", x=images.reshape(50, 64))
    answer = gradiente("predict", digits_run, "rows.npz", "--json")
    assert answer.status == 0, answer.err
    labels, p = answers(onnx, {"x": images})
    assert labels.tolist() == [row["class"] for row in answer.data]
    expected = [[*row["probabilities"].values()] for row in answer.data]
    np.testing.assert_allclose(p, expected, rtol=2e-5, atol=2e-5)
