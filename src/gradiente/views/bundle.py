"""Several of the modules of pages as one, for a host that takes one text: a widget in a notebook, a page in a file."""

import re
from pathlib import Path, PurePosixPath

from gradiente.locale import catalogue, get_language

STATIC = Path(__file__).with_name("static")

_IMPORT = re.compile(
    r'import (?:\{ (?P<names>[\w$, ]+) \}|\* as (?P<whole>[\w$]+)) from "(?P<path>\.\.?/[\w./-]+\.js)";'
)
_EXPORT = re.compile(r"export (?=(?:async function|function|const) (?P<name>[\w$]+))")
_MODULE_SYNTAX = re.compile(r"(?:import|export)\b|.*\bimport\s*[.(]")
_TEXT = re.compile(r"""\btext\((?:"(?P<key>[\w.]+)"|`(?P<start>[\w.]+)\$\{)""")
_PREFIX = "lab.page."  # of the texts that modules ask for


def bundle(name: str, folder: Path = STATIC) -> str:
    """One module that does what a module does together with all that it imports, and exports what it exports.

    A module imports `{ a, b as c }` or `* as n` from another file beside or above it, and exports functions and
    constants where they are declared.

    Arguments:
        name: of its file in the folder

    Errors: ValueError for another form of import or export, or for modules that import one another
    """
    done: dict[str, list[str]] = {}
    parts = _parts(name, folder, done, ())
    names = done[name]
    last = [f"const {{ {', '.join(names)} }} = {_variable(name, done)};\nexport {{ {', '.join(names)} }};\n"]
    return "\n".join(parts + (last if names else []))


def texts(name: str, folder: Path = STATIC) -> dict[str, str]:
    """The messages that a bundle asks for by `text("…")`, by key, in the language in use."""
    found = [match for part in bundle(name, folder).splitlines() for match in _TEXT.finditer(part)]
    keys = {match["key"] for match in found if match["key"]}
    starts = tuple(match["start"] for match in found if match["start"])
    known = {key.removeprefix(_PREFIX): words for key, words in catalogue(get_language()).items()}
    return {key: known[key] for key in sorted(known) if key in keys or key.startswith(starts)}


def _parts(name: str, folder: Path, done: dict[str, list[str]], importing: tuple[str, ...]) -> list[str]:
    """The functions of a module's imports that are not done yet, and its own; `done` has what each exports."""
    if name in importing:
        raise ValueError(f"modules that import one another: {' → '.join([*importing, name])}")
    parts, lines, exported = list[str](), list[str](), list[str]()
    for number, line in enumerate((folder / name).read_text(encoding="utf-8").splitlines(), start=1):
        imported, export = _IMPORT.fullmatch(line), _EXPORT.match(line)
        if imported:
            other = _beside(name, imported["path"])
            if other not in done:
                parts += _parts(other, folder, done, (*importing, name))
            lines.append(f"const {_binding(imported)} = {_variable(other, done)};")
        elif export:
            exported.append(export["name"])
            lines.append(line.removeprefix("export "))
        elif _MODULE_SYNTAX.match(line):
            raise ValueError(
                f"{name}:{number}: a form of import or export that is not bundled: {line.strip()}"
            )
        else:
            lines.append(line)
    done[name] = exported
    code = "\n".join(lines)
    own = f"const {_variable(name, done)} = (() => {{\n{code}\nreturn {{ {', '.join(exported)} }};\n}})();\n"
    return [*parts, own]


def _variable(name: str, done: dict[str, list[str]]) -> str:
    return f"module_{list(done).index(name)}"


def _binding(imported: re.Match[str]) -> str:
    """What stands left of the equals sign: `{ a, b: c }`, or `n`."""
    return imported["whole"] or f"{{ {imported['names'].replace(' as ', ': ')} }}"


def _beside(name: str, path: str) -> str:
    """The name of the file that a module means by a relative path."""
    parts = list[str]()
    for part in (*PurePosixPath(name).parent.parts, *path.split("/")):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
