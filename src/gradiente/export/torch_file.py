"""A network, or a run from a row's numbers to answers, as a program of torch.export."""

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.data import Encoder
from gradiente.errors import require_installed
from gradiente.export.onnx_encoder import category_numbers
from gradiente.export.subject import Subject

if TYPE_CHECKING:
    import torch

META = "gradiente.json"  # beside the program: what its columns and its answers mean


def torch_bytes(subject: Subject) -> bytes:
    """The file; `torch.export.load(path).module()` is a function of a tensor, for any number of rows.

    Of a network it goes from x to y. Of a run on a table the tensor is float64, (rows, columns): numbers as they stand
    in the table, NaN where one is missing, and of a category its number, −1 for another one; "gradiente.json" in the
    file has the names of the columns, the numbers of the categories and the names of the classes. It gives the
    probabilities of the classes or labels, or numbers in the target's units.

    Errors: ArgumentError where PyTorch is not installed, or for a layer that it cannot express
    """
    require_installed("torch", extra="torch")
    import torch

    module = torch.nn.Sequential(*_stages(subject)).eval()
    example = torch.zeros(2, *_input_shape(subject), dtype=_input_type(subject))
    rows = {0: torch.export.Dim("rows")}
    program = torch.export.export(module, (example,), dynamic_shapes=(rows,))
    content = io.BytesIO()
    torch.export.save(program, content, extra_files={META: json.dumps(_meaning(subject), ensure_ascii=False)})
    return content.getvalue()


def _stages(subject: Subject) -> list["torch.nn.Module"]:
    """What is applied one after the other."""
    import torch

    stages: list[torch.nn.Module] = [subject.network.to_torch()]
    if subject.encoder is not None:
        stages.insert(0, _encoding(subject.encoder, subject))
    elif subject.description is not None and subject.description.image_shape is not None:
        stages.insert(0, _reshaping(subject.input_shape))
    if subject.description is not None:
        stages.append(_answering(subject))
    return stages


def _input_shape(subject: Subject) -> tuple[int, ...]:
    if subject.encoder is not None:
        return (len(subject.encoder.columns),)
    if subject.description is not None and subject.description.image_shape is not None:
        return tuple(subject.description.image_shape)
    return subject.input_shape


def _input_type(subject: Subject) -> Any:
    import torch

    if subject.encoder is not None:
        return torch.float64
    return torch.int64 if subject.network.takes_indices else getattr(torch, subject.network.dtype.name)


def _encoding(encoder: Encoder, subject: Subject) -> "torch.nn.Module":
    import torch

    numeric = [name for name in encoder.columns if name not in encoder.categories]

    def buffer(values: Any) -> torch.Tensor:
        return torch.tensor(np.array(values, np.float64))

    class Encoding(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("mean", buffer(encoder.mean or (0.0,) * len(numeric)))
            self.register_buffer("scale", buffer(encoder.scale or (1.0,) * len(numeric)))
            self.register_buffer("fill", buffer(encoder.fill or (torch.nan,) * len(numeric)))

        def forward(self, rows: torch.Tensor) -> torch.Tensor:
            blocks, gaps = [], {}
            for place, name in enumerate(encoder.columns):
                column = rows[:, place : place + 1]
                if name in encoder.categories:
                    blocks.append(column == torch.arange(len(encoder.categories[name])))
                    continue
                k = numeric.index(name)
                gaps[name] = torch.isnan(column)
                column = torch.where(gaps[name], self.fill[k], column)  # pyright: ignore[reportIndexIssue, reportArgumentType]
                column = (column - self.mean[k]) / self.scale[k]  # pyright: ignore[reportIndexIssue]
                if encoder.clip is not None:
                    column = column / torch.sqrt(1 + (column / encoder.clip) ** 2)
                blocks.append(column)
            blocks += [gaps[name] for name in encoder.indicators]
            if encoder.constant_input:
                blocks.append(torch.ones_like(rows[:, :1]))
            kind = getattr(torch, subject.network.dtype.name)
            return torch.cat([block.to(kind) for block in blocks], 1).reshape(-1, *subject.input_shape)

    return Encoding()


def _reshaping(shape: tuple[int, ...]) -> "torch.nn.Module":
    import torch

    class Reshaping(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.reshape(-1, *shape)

    return Reshaping()


def _answering(subject: Subject) -> "torch.nn.Module":
    import torch

    link = subject.loss.link if subject.loss is not None else "identity"
    links = {"softmax": lambda y: torch.softmax(y, 1), "logistic": torch.sigmoid, "exponential": torch.exp}
    estimate = links.get(link, lambda y: y)
    encoder = subject.encoder
    scaled = encoder if encoder is not None and not subject.classifies and encoder.target_mean else None

    class Answering(torch.nn.Module):
        def forward(self, y: torch.Tensor) -> torch.Tensor:
            p = estimate(y)
            if scaled is not None:
                return p * torch.tensor(scaled.target_scale) + torch.tensor(scaled.target_mean)
            one = subject.classifies and p.shape[1] == 1
            return torch.cat([1 - p, p], 1) if one else p

    return Answering()


def _meaning(subject: Subject) -> dict[str, Any]:
    if subject.description is None:
        return {"input_shape": list(subject.input_shape)}
    meaning: dict[str, Any] = {"task": subject.description.task, "classes": subject.description.classes}
    meaning |= {"labels": subject.labels} if subject.labels else {}
    if subject.encoder is None:
        return meaning | {"input_shape": list(_input_shape(subject))}
    kinds = {name: category_numbers(kinds) for name, kinds in subject.encoder.categories.items()}
    return meaning | {"columns": list(subject.encoder.columns), "categories": kinds, "target": subject.target}
