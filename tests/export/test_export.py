"""What cannot be exported is refused in one clear message, and nothing is written."""

import re

import pytest

from gradiente import ArgumentError, Conv2d, FileError, Linear, Network, ShapeError, export, language

NETWORK = Network([Linear(2, 1)])


def refused(error, *arguments, **options):
    with language("en"), pytest.raises(error) as raised:
        export(*arguments, **options)
    return str(raised.value)


def test_the_ending_says_the_format(tmp_path):
    for ending, begins in (("onnx", b"\x08"), ("py", b'"""'), ("pt2", b"PK")):
        path = export(NETWORK, tmp_path / f"network.{ending}")
        assert path.read_bytes().startswith(begins)
    path = export(NETWORK, tmp_path / "network.txt", format="python")
    assert path.read_bytes().startswith(b'"""')


@pytest.mark.parametrize("opset", [7, 12, 9999])
def test_an_opset_that_is_too_old_or_too_new(opset, tmp_path):
    message = refused(ArgumentError, NETWORK, tmp_path / "network.onnx", opset=opset)
    assert re.match(rf"ONNX opset {opset} cannot be written: choose one from 13 to \d+ with --opset", message)
    assert not any(tmp_path.iterdir())


def test_a_path_that_exists_is_not_overwritten(tmp_path):
    path = tmp_path / "network.py"
    path.write_text("mine", encoding="utf-8")
    assert "already exists" in refused(ArgumentError, NETWORK, path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_path_that_is_a_folder(tmp_path):
    message = refused(ArgumentError, NETWORK, tmp_path, format="onnx")
    assert message == f"{tmp_path} is a folder: give the path of a file, {tmp_path / 'network.onnx'}"


def test_a_folder_that_is_not_there(tmp_path):
    assert "no such file or folder" in refused(FileError, NETWORK, tmp_path / "nowhere" / "network.onnx")


def test_what_is_no_run_and_no_network(tmp_path):
    assert "is not a run" in refused(FileError, tmp_path, tmp_path / "network.onnx")
    assert "not int" in refused(ArgumentError, 3, tmp_path / "network.onnx")


def test_an_ending_that_says_no_format(tmp_path):
    assert "'onnx', 'torch', 'python', 'card'" in refused(ArgumentError, NETWORK, tmp_path / "network.h5")


def test_a_network_that_does_not_say_what_it_takes(tmp_path):
    network = Network([Conv2d(3, 2, 3)])
    assert "input_shape=(3, 32, 32)" in refused(ShapeError, network, tmp_path / "network.onnx")
    assert export(network, tmp_path / "network.onnx", input_shape=(3, 8, 8)).is_file()


def test_a_network_alone_has_no_folder_and_no_card(tmp_path):
    assert "give the path" in refused(ArgumentError, NETWORK)
    assert "not a network" in refused(ArgumentError, NETWORK, tmp_path / "network.md")


def test_an_opset_for_another_format(tmp_path):
    assert "python has no opset" in refused(ArgumentError, NETWORK, tmp_path / "network.py", opset=18)
