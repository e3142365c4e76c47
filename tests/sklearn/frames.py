"""A table with a column of text, as both kinds of DataFrame."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

CITIES = np.array(["Cali", "Pasto", "Tunja"])
KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
of_either_kind = pytest.mark.parametrize("frame", KINDS.values(), ids=list(KINDS))


def table(rows=120, seed=0):
    """Columns, and a target that needs the numbers and the text."""
    generator = np.random.default_rng(seed)
    city = generator.integers(3, size=rows)
    columns = {
        "height": generator.normal(170, 10, rows),
        "city": CITIES[city].tolist(),
        "member": generator.integers(2, size=rows).astype(bool),
    }
    score = (columns["height"] - 170) / 10 + np.array([-2.0, 0, 2])[city] + columns["member"]
    return columns, score
