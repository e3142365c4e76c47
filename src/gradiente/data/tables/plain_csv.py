"""The columns of a table that is written in the plainest way, by polars alone: what is read most often, and quickly."""

import csv
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.data.tables import cells
from gradiente.files import read_file

if TYPE_CHECKING:
    import polars as pl

_OTHERS = (b"\xef\xbb\xbf", b"\x1f\x8b")  # a byte order mark, gzip


def plain_columns(path: Path, names: Sequence[str], words: Collection[str]) -> dict[str, np.ndarray] | None:
    """Columns by their names, those of numbers as float64, those in `words` as text; or None: read it with care.

    It is plain where the first row has all the names, commas separate, no cell begins with a space, decimals have a
    point, and every cell of a column of numbers is a finite number for polars. What `read_table` reads is the same.

    Errors: FileError for a file that cannot be read
    """
    import polars as pl

    content = read_file(path)
    head = content[: content.find(b"\n") + 1].decode("utf-8", "replace").strip()
    titles = next(csv.reader([head]), [])
    plain = set(names) <= set(titles) and len(set(titles)) == len(titles) and all(titles)
    if not plain or content.startswith(_OTHERS) or b' "' in content or b"\r" in content or b"\0" in content:
        return None
    kinds = {title: pl.Float64 if title in names and title not in words else pl.String for title in titles}
    try:
        frame = pl.read_csv(content, schema=kinds, columns=list({*names, titles[-1]}))
    except pl.exceptions.PolarsError:
        return None
    numbers = [name for name in names if name not in words]
    odd = [frame[name].is_null().any() or not frame[name].is_finite().all() for name in numbers]
    if not len(frame) or frame[titles[-1]].is_null().any() or any(odd):
        return None
    return {name: _text(frame[name]) if name in words else frame[name].to_numpy() for name in names}


def _text(column: "pl.Series") -> np.ndarray:
    """Text without spaces around it, "" where it stands for no value."""
    column = column.fill_null("").str.strip_chars()
    written = column.unique()
    gaps = written.filter(cells.missing(written, number=False)).to_list()
    found = column.to_numpy().astype(str)
    return np.where(np.isin(found, gaps), "", found) if gaps else found
