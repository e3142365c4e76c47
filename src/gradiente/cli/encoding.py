"""Output on streams whose encoding lacks a character, such as ✓ in ASCII or α in Latin-1."""

import codecs
import io
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

HANDLER = "gradiente.readable"
# What is written for a character that a stream lacks; letters lose their accents, and Greek ones become their names.
READABLE = {
    **dict.fromkeys("·⊙∗★", "*"),
    **dict.fromkeys("−–—─", "-"),
    **dict.fromkeys("“”«»", '"'),
    **dict.fromkeys("‘’′", "'"),
    **dict.fromkeys("¿¡", ""),
    **dict.fromkeys("⌉⌋", ")"),
    **{"░": ".", "▒": "+", "▓": "*", "█": "#"},
    **{
        "×": "x",
        "±": "+-",
        "⁄": "/",
        "√": "sqrt",
        "Σ": "sum",
        "∫": "integral",
        "∞": "inf",
        "∂": "d",
        "∇": "grad",
        "‖": "||",
    },
    **{
        "≥": ">=",
        "≤": "<=",
        "≠": "!=",
        "≈": "~",
        "→": "->",
        "µ": "u",
        "∈": "in",
        "∅": "{}",
        "⟨": "<",
        "⟩": ">",
    },
    **{
        "⌈": "ceil(",
        "⌊": "floor(",
        "°": "deg",
        "✓": "ok",
        "✗": "no",
        "λ": "lambda",
        "Λ": "Lambda",
        "\N{REPLACEMENT CHARACTER}": "?",
    },
    **{"ŷ": "y_hat", "ȳ": "y_bar", "ḡ": "g_bar", "\N{COMBINING CIRCUMFLEX ACCENT}": "_hat"},
}
_RAISED = {"<super>": "^", "<sub>": "_"}


@contextmanager
def readable_output() -> Iterator[None]:
    """Context manager: standard output and error spell out characters that their encoding lacks.

    An error handler that the user chose, as in PYTHONIOENCODING=ascii:replace, is kept.
    """
    changed: list[tuple[io.TextIOWrapper, str]] = []
    # Python's own choices: for standard error it is always the last one.
    for stream, defaults in (
        (sys.stdout, ("strict", "surrogateescape")),
        (sys.stderr, ("strict", "surrogateescape", "backslashreplace")),
    ):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in defaults:
            changed.append((stream, str(stream.errors)))
            stream.reconfigure(errors=HANDLER)
    try:
        yield
    finally:
        for stream, before in changed:
            stream.reconfigure(errors=before)


def is_unicode() -> bool:
    """Whether standard output can print every character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").casefold().startswith("utf")


def readable(words: str) -> str:
    r"""A text in ASCII that a person can read; what has no such spelling is escaped.

    >>> readable("σ ≥ 4.5·10⁻³, ¿ŷᵢ?"), readable("猫")
    ('sigma >= 4.5*10^-3, y_hat_i?', '\\u732b')
    """
    return words.encode("ascii", HANDLER).decode("ascii")


def _spell(error: UnicodeError) -> tuple[str, int]:
    """The handler: one character, or a run of superscripts or subscripts, and where the encoder goes on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    words, start = error.object, error.start
    end, kind = start + 1, _kind(words[start])
    if kind not in _RAISED:
        return _spelled(words[start]), end
    while end < len(words) and _kind(words[end]) == kind:
        end += 1
    return _RAISED[kind] + "".join(map(_spelled, words[start:end])), end


def _kind(character: str) -> str:
    return unicodedata.decomposition(character).partition(" ")[0]


def _spelled(character: str) -> str:
    if character in READABLE or character.isascii():
        return READABLE.get(character, character)
    simpler = unicodedata.normalize("NFKD", character)
    if simpler != character:
        pieces = simpler[0] + "".join(piece for piece in simpler[1:] if not unicodedata.combining(piece))
        return "".join(map(_spelled, pieces))
    if unicodedata.combining(character):
        return ""
    group, _, name = unicodedata.name(character, "").partition(" LETTER ")
    if group == "GREEK SMALL":
        return name.lower()
    if group == "GREEK CAPITAL":
        return name.capitalize()
    return character.encode("ascii", "backslashreplace").decode("ascii")


codecs.register_error(HANDLER, _spell)
