"""Findings about words: spellings of one thing that are taken for several."""

import unicodedata
from collections import defaultdict

import numpy as np

from gradiente.data.checks.finding import Finding, Level
from gradiente.data.checks.sheet import Sheet
from gradiente.formatting import count

Array = np.ndarray
SHOWN = 3  # groups of spellings
MOST = 5000  # words, of which alike ones are looked for
LETTERS = 20  # words of one letter, from which a and A are two of them: the letters themselves
EXACT = 16  # digits that a number does not have in full
KEPT = ("\u0303", "\u0327")  # ñ and ç are letters of their own
YES, NO = {"1.0", "true", "t", "yes", "y", "si", "s", "verdadero"}, {"0.0", "false", "f", "no", "n", "falso"}


def alike_words(sheet: Sheet) -> list[Finding]:
    """Classes and categories that differ only in capitals, accents or invisible signs, as 1 and 1.0, or as yes and 1.

    A class in two spellings is two classes, of which neither can be told from the other: that is warned of.
    """
    found = []
    for name, column in sheet.columns.items():
        if column.dtype.kind == "U":
            words, rows = np.unique(column, return_counts=True)
            found += _of(name, words.tolist(), rows, "remark")
    if sheet.classifies and sheet.y.ndim == 1:
        found += _of(sheet.target, list(sheet.classes), sheet.counts, "warning")
    return found


def _of(name: str, words: list[str], rows: Array, level: Level) -> list[Finding]:
    groups = defaultdict[str, list[int]](list)
    if len(words) <= MOST:
        keys = [key_of(word) for word in words]
        if set(keys) <= YES | NO:
            keys = ["yes" if key in YES else "no" for key in keys]
        for place, key in enumerate(keys):
            groups[key].append(place)
    alike = [places for places in groups.values() if len(places) > 1]
    if not alike or sum(len(word) == 1 for word in words) > LETTERS:
        return []
    shown = ["; ".join(f"{words[place]!r} {count(int(rows[place]))}" for place in group) for group in alike]
    values = {"column": name, "words": " · ".join(shown[:SHOWN]) + (" · …" if len(shown) > SHOWN else "")}
    return [Finding("alike_words" if level == "remark" else "alike_classes", values, level, name)]


def key_of(word: str) -> str:
    """What two spellings of one thing have in common.

    >>> key_of("Sí ") == key_of("si"), key_of("1.0") == key_of("1"), key_of("año") == key_of("ano")
    (True, True, False)
    """
    if len(word) < EXACT:
        try:
            return str(float(word))
        except ValueError:
            pass
    signs = unicodedata.normalize("NFKD", word)
    kept = (sign for sign in signs if sign in KEPT or unicodedata.category(sign) not in ("Mn", "Cf", "Cc"))
    return " ".join("".join(kept).casefold().split())
