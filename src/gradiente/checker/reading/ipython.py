"""IPython's own syntax in a student's code: magics, shell commands, help, none of which Python can read."""

import re

QUOTES = r"'''|\"\"\""
# What changes where a statement may begin: texts of several lines and of one, comments, brackets.
TOKEN = re.compile(
    rf"(?P<open>{QUOTES})|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|#.*|(?P<bracket>[()\[\]{{}}])"
)
TIMED = re.compile(r"(\s*)%time\s+(?!-)(\S.*)")
ALONE = re.compile(r"(\s*)(?:[%!?].*|[\w.*]+\?+\s*)")
ASSIGNED = re.compile(r"(\s*[^#'\"\s][^#'\"]*=\s*)[%!].*")
OTHER_LANGUAGE = re.compile(r"%%(?!(?:check|time|timeit|capture|prun)\b|writefile\s.*\.py\s*$)")


def without_ipython(source: str) -> tuple[str, tuple[int, ...]]:
    """The same code with as many lines, IPython's own made Python's, and the numbers of those lines.

    Only a line that begins a statement can be IPython's. `%time` leaves its statement; the result of a command is
    that of `get_ipython()`; all else becomes `pass`.
    """
    lines, changed = [], []
    depth, quote, continued, command = 0, "", False, False
    for number, line in enumerate(source.split("\n"), 1):
        begins = not (depth or quote or continued)
        python = "" if command else _python(line) if begins else line
        if python != line:
            changed.append(number)
        own = command or (begins and python != line and not TIMED.fullmatch(line))
        if not own:
            depth, quote = _state(python, depth, quote)
        command = own and line.rstrip().endswith("\\")
        continued = not own and line.endswith("\\")
        lines.append(python)
    return "\n".join(lines), tuple(changed)


def other_language(cell: str) -> bool:
    """Whether a notebook's cell is handed to another program than Python."""
    first = next((line for line in cell.split("\n") if line.strip()), "")
    return OTHER_LANGUAGE.match(first) is not None


def _python(line: str) -> str:
    """A line that begins a statement, as Python."""
    if timed := TIMED.fullmatch(line):
        return timed[1] + timed[2]
    if alone := ALONE.fullmatch(line):
        return f"{alone[1]}pass"
    if assigned := ASSIGNED.fullmatch(line):
        return f"{assigned[1]}get_ipython()"
    return line


def _state(line: str, depth: int, quote: str) -> tuple[int, str]:
    """The open brackets and the open text after a line."""
    place = 0
    while place < len(line):
        if quote:
            end = re.compile(rf"(?:\\.|(?!{quote})[^\\])*{quote}").match(line, place)
            if end is None:
                return depth, quote
            place, quote = end.end(), ""
            continue
        found = TOKEN.search(line, place)
        if found is None:
            break
        place, quote = found.end(), found["open"] or ""
        if found["bracket"]:
            depth = max(depth + (1 if found["bracket"] in "([{" else -1), 0)
    return depth, quote
