"""The workshops as files: from one source, the student's file with its blanks and the solution, in either language.

A source is a notebook in jupytext's percent format, or of a teacher an .ipynb. A markdown cell says its language
(`lang="es"`); a line of code that begins with `# es: ` or `# en: ` is what follows it, in that language only; and what
stands between `### BEGIN SOLUTION` and `### END SOLUTION` is the student's to write.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gradiente.errors import ArgumentError, FileError, did_you_mean
from gradiente.files import read_text
from gradiente.locale import LANGUAGES

if TYPE_CHECKING:
    from nbformat import NotebookNode

Format = Literal["notebook", "script"]
# In the order of the course.
NAMES = ("xor", "mnist", "optimizadores", "pytorch-intro", "mnist-pytorch")
SUFFIXES: dict[Format, str] = {"notebook": ".ipynb", "script": ".py"}

_FOLDER = Path(__file__).parent / "notebooks"
_ONE_LANGUAGE = re.compile(rf"^( *)# ({'|'.join(LANGUAGES)}):(?: (.*))?$")
_SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n.*?^ *### END SOLUTION$", re.MULTILINE | re.DOTALL)
_MARKER = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
_OWNER = re.compile(r"^(?:def|class) (\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Arguments:
        kind: what it holds
        source: its text
    """

    kind: Literal["markdown", "code"]
    source: str


def student_cells(name: str, language: str) -> list[Cell]:
    """What the student gets: in place of every solution, `raise NotImplementedError("itsFunction")`.

    Errors: ArgumentError for another name
    """
    return _student(_source(name), language)


def starter_cells(path: str | Path, language: str) -> list[Cell]:
    """What the student gets of a teacher's own solution, a .py or .ipynb with the same markers.

    Errors: FileError for a file that cannot be read or is no notebook; ArgumentError for one without a solution's
        markers
    """
    import jupytext

    content, path = read_text(path), Path(path)
    try:
        notebook = jupytext.reads(content, fmt="ipynb" if path.suffix.lower() == ".ipynb" else "py:percent")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError("submission.notebook", path=path) from error
    if not any(_SOLUTION.search(cell.source) for cell in notebook.cells):
        raise ArgumentError("workshop.no_solution", path=path)
    return _student(notebook, language)


def solution_cells(name: str, language: str) -> list[Cell]:
    """The same notebook with every solution in its place.

    Errors: ArgumentError for another name
    """
    return [Cell(cell.kind, _MARKER.sub("", cell.source).rstrip("\n")) for cell in _cells(name, language)]


def blanks(name: str) -> list[str]:
    """The functions and classes that the student writes, in the order of the notebook."""
    sources = [cell.source for cell in _cells(name, LANGUAGES[0])]
    owners = [_owner(source[: found.start()]) for source in sources for found in _SOLUTION.finditer(source)]
    return list(dict.fromkeys(owners))


def as_text(cells: list[Cell], format: Format) -> str:
    """The cells as the text of a file: an .ipynb, or a script whose cells begin with `# %%`."""
    import jupytext
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    make = {"markdown": new_markdown_cell, "code": new_code_cell}
    # Numbered, for the same notebook to be the same file: nbformat would draw its ids at random.
    nodes = [make[cell.kind](cell.source, id=f"cell-{index}") for index, cell in enumerate(cells, start=1)]
    notebook = new_notebook(cells=nodes)
    if format == "notebook":
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
        return jupytext.writes(notebook, fmt="ipynb") + "\n"
    notebook.metadata["jupytext"] = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "-all"}
    return jupytext.writes(notebook, fmt="py:percent")


def _student(notebook: "NotebookNode", language: str) -> list[Cell]:
    return [Cell(cell.kind, _blank(cell.source)) for cell in _spoken_cells(notebook, language)]


def _cells(name: str, language: str) -> list[Cell]:
    return _spoken_cells(_source(name), language)


def _spoken_cells(notebook: "NotebookNode", language: str) -> list[Cell]:
    return [
        Cell(node.cell_type, node.source if node.cell_type == "markdown" else _spoken(node.source, language))
        for node in notebook.cells
        if node.cell_type in ("markdown", "code") and node.metadata.get("lang", language) == language
    ]


def _source(name: str) -> "NotebookNode":
    import jupytext

    if name not in NAMES:
        raise ArgumentError("workshop.unknown", name=name, hint=did_you_mean(name, NAMES))
    return jupytext.reads((_FOLDER / f"{name}.py").read_text(encoding="utf-8"), fmt="py:percent")


def _spoken(source: str, language: str) -> str:
    """Code in one language: the lines of the other are gone, those of its own stand without their mark."""
    lines = []
    for line in source.split("\n"):
        marked = _ONE_LANGUAGE.match(line)
        if marked is None:
            lines.append(line)
        elif marked[2] == language:
            lines.append((marked[1] + marked[3]) if marked[3] else "")
    return "\n".join(lines)


def _blank(source: str) -> str:
    def raising(found: re.Match[str]) -> str:
        return f'{found[1]}raise NotImplementedError("{_owner(source[: found.start()])}")'

    return _SOLUTION.sub(raising, source)


def _owner(before: str) -> str:
    """The function or class that a place in a cell belongs to, by what stands before it."""
    return _OWNER.findall(before)[-1]
