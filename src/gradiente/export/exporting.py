"""A trained network as one file that runs without gradiente."""

import os
from pathlib import Path
from typing import Any

from gradiente.errors import ArgumentError, require_one_of
from gradiente.export.card import card
from gradiente.export.onnx_file import OPSET, onnx_model
from gradiente.export.python_file import python_text
from gradiente.export.subject import Subject, subject_of
from gradiente.export.torch_file import torch_bytes
from gradiente.network import Network
from gradiente.storage import require_folder_of, write_atomically
from gradiente.training.run import Run

SUFFIXES = {"onnx": ".onnx", "torch": ".pt2", "python": ".py", "card": ".md"}


def export(
    source: Subject | Run | Network | str | Path,
    path: str | Path | None = None,
    *,
    format: str | None = None,
    opset: int | None = None,
    input_shape: tuple[int, ...] | None = None,
) -> Path:
    """Write a run, or a network alone, as one file that runs without gradiente; return its path.

    - "onnx": from the raw columns of a table, or an image, to labels and probabilities; for onnxruntime
    - "torch": the same as a program of torch.export, for torch.export.load
    - "python": the same as one readable program that needs NumPy only, its weights inside
    - "card": of a run, what it is and how good it is, in Markdown

    Arguments:
        source: a run, its folder, or a network, whose file goes from x to its output; what an estimator hands over
        path: of the new file; None: in the run's folder, named like the run
        format: one of the four; None: by the ending of the path
        opset: the version of ONNX's operators, from 13 on
        input_shape: of one instance, where a network does not fix it: (3, 32, 32)

    Errors: ArgumentError for another format, an opset that is too old or too new, a path that exists, a layer that has
        no such form; FileError for a folder without a run or without a network, or where nothing can be written;
        ShapeError where the shape of an instance is not known

    >>> import tempfile
    >>> from gradiente import Linear, Network, Tanh
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = export(Network([Linear(2, 1), Tanh()]), Path(folder, "small.py"))
    ...     print(path.read_text().count("np.tanh"))
    1
    """
    if format is None:
        endings = {ending: name for name, ending in SUFFIXES.items()}
        format = endings.get(
            "" if path is None else Path(path).suffix.lower(), "onnx" if path is None else ""
        )
    require_one_of(tuple(SUFFIXES), "export", format=format)
    if opset is not None and format != "onnx":
        raise ArgumentError("export.only_onnx", format=format)
    file = _place(source, path, SUFFIXES[format])
    if format == "card":
        content: Any = card(_run(source))
    else:
        subject = subject_of(source, input_shape)
        if format == "onnx":
            content = onnx_model(subject, OPSET if opset is None else opset).SerializeToString()
        else:
            content = torch_bytes(subject) if format == "torch" else python_text(subject)
    write_atomically(file, content)
    return file


def _run(source: Any) -> Run:
    if isinstance(source, Network | Subject):
        raise ArgumentError("export.card_of_network")
    return source if isinstance(source, Run) else Run.open(source)


def _place(source: Any, path: str | Path | None, suffix: str) -> Path:
    """The path of the new file, which is not there yet.

    Errors: ArgumentError where it exists; FileError where its folder does not
    """
    if path is None:
        if isinstance(source, Network):
            raise ArgumentError("export.path")
        folder = _run(source).folder
        path = folder / f"{folder.name}{suffix}"
    path = Path(path)
    if os.path.isdir(path):
        raise ArgumentError("export.folder", path=path, example=path / f"network{suffix}")
    if os.path.lexists(path):
        raise ArgumentError("export.exists", path=path)
    require_folder_of(path)
    return path
