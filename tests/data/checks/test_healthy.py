"""Tables that nothing is wrong with, of which none may be accused."""

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

from gradiente import check_data

RNG = np.random.default_rng


def heavy_tails():
    x = np.exp(RNG(0).normal(size=(500, 4)) * 1.5)
    return x, np.log(x).sum(axis=1) + RNG(1).normal(size=500)


def few_values():
    kinds = RNG(0).integers(0, 4, (800, 6))
    return kinds, (kinds.sum(axis=1) + RNG(1).integers(0, 6, 800) > 11).astype(int)


def sorted_by_class():
    labels = np.repeat(np.arange(3), 150)
    return RNG(0).normal(size=(450, 5)) + 1.5 * labels[:, None], labels


def sorted_by_target():
    x = RNG(0).normal(size=(400, 3))
    y = x.sum(axis=1) + RNG(1).normal(size=400)
    order = np.argsort(y)
    return x[order], y[order]


TABLES = {
    "wine": lambda: datasets.load_wine(return_X_y=True),
    "breast cancer": lambda: datasets.load_breast_cancer(return_X_y=True),
    "diabetes": lambda: datasets.load_diabetes(return_X_y=True),
    "iris": lambda: datasets.load_iris(return_X_y=True),
    "linear": lambda: datasets.make_regression(500, 8, noise=10.0, random_state=0),
    "friedman": lambda: datasets.make_friedman1(400, noise=1.0, random_state=0),
    "clusters": lambda: datasets.make_classification(600, 10, random_state=0),
    "heavy tails": heavy_tails,
    "few values": few_values,
    "sorted by class": sorted_by_class,
    "sorted by target": sorted_by_target,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_healthy_table_has_no_grave_finding(name, tmp_path):
    x, y = TABLES[name]()
    if y.dtype.kind in "iu" and len(np.unique(y)) <= 20:
        y = np.array([f"k{label}" for label in y])
    pd.DataFrame(np.asarray(x)).add_prefix("x").assign(y=y).to_csv(tmp_path / "t.csv", index=False)
    report = check_data(tmp_path / "t.csv")
    assert [str(finding) for finding in report if finding.level != "remark"] == []
    assert report.can_train
