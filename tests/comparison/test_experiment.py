"""The experiment: every figure is what another library makes of the same networks."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss, r2_score

from gradiente.comparison import compare, draw, remedies_named
from gradiente.data import Dataset, load
from gradiente.errors import ArgumentError, DataError

from .conftest import SMALL, by_name, digits, everything, row


@pytest.mark.parametrize("name", by_name)
def test_its_figures_are_those_of_scikit_learn(name):
    for outcome, gap in zip(row(name).outcomes, row(name).scores("gap"), strict=True):
        few, held_out = draw(digits()[0], 60, outcome.seed)
        parts = {"train": few, "validation": held_out, "test": digits()[1]}
        found = {}
        for part, data in parts.items():
            logits = outcome.network.predict(data.x).astype(np.float64)
            p = np.exp(logits - logits.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            found[part] = accuracy_score(data.y, p.argmax(axis=1))
            assert outcome.measures[part]["accuracy"] == pytest.approx(found[part], abs=1e-12)
            loss = log_loss(data.y, p, labels=range(10))
            assert outcome.measures[part]["loss"] == pytest.approx(loss, rel=1e-4)
            if part != "test":  # the network is that of one of its epochs
                last = outcome.best_epoch if name == "early-stopping" else len(outcome.curves[part])
                assert outcome.curves[part][last - 1] == pytest.approx(loss, rel=1e-4)
        assert gap == pytest.approx(found["train"] - found["test"], abs=1e-12)


def test_the_same_seeds_give_the_same_numbers():
    few = {**SMALL, "epochs": 3}
    one, same = (compare(*digits(), seeds=[1, 2], **few).to_dict() for _ in range(2))
    assert one == same
    assert compare(*digits(), seeds=[2, 3], **few).to_dict()["rows"] != one["rows"]


def test_what_is_learned_from_and_what_validates():
    train, _ = digits()
    few, held_out = draw(train, 200, 5)
    assert (len(few), len(held_out)) == (200, 200)
    rows = {values.tobytes() for values in few.x}
    assert not rows & {values.tobytes() for values in held_out.x}
    shares = np.bincount(train.y) / len(train)
    for part in (few, held_out):
        assert np.abs(np.bincount(part.y) - 200 * shares).max() < 1
    assert len(draw(train, 1100, 5)[1]) == len(train) - 1100


def test_only_images_are_augmented():
    done = compare(*load("iris"), seeds=[0], epochs=2, hidden=(4,))
    assert [remedy.name for remedy in done.left_out] == ["augmentation"]
    assert "augmentation" not in [row.remedy.name for row in done.rows]
    assert "not images" in (done.without() or "")
    assert everything().without() is None
    with pytest.raises(ArgumentError, match="nothing is left to compare"):
        compare(*load("iris"), remedies_named(["augmentation"]))


def test_no_batch_is_of_a_single_instance():
    done = compare(*digits(), remedies_named(["batch-norm"]), seeds=[0], samples=65, epochs=1, hidden=(4,))
    assert 65 % done.batch_size != 1


def test_a_regression_is_measured_by_r2():
    x = np.random.default_rng(0).uniform(-2, 2, (90, 1))
    whole = Dataset(x, np.sin(x[:, 0]), "regression", "sine")
    train, test = whole.subset(np.arange(60)), whole.subset(np.arange(60, 90))
    done = compare(train, test, remedies_named(["none"]), seeds=[0], epochs=30, hidden=(16,))
    assert (done.measure, done.samples, done.validation) == ("r2", 30, 30)
    outcome = done.rows[0].outcomes[0]
    few, _ = draw(train, 30, 0)
    learned, tested = (r2_score(part.y, outcome.network.predict(part.x)[:, 0]) for part in (few, test))
    assert outcome.measures["test"]["r2"] == pytest.approx(tested, rel=1e-5)
    assert done.rows[0].mean("gap") == pytest.approx(learned - tested, rel=1e-4)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"samples": 1151}, r"from 20 .* to 1150 .* got 1151"),
        ({"samples": 19}, "got 19"),
        ({"samples": 30.5}, r"a whole number .* got 30\.5"),
        ({"seeds": []}, "at least 1, got 0"),
        ({"epochs": 0}, "at least 1, got 0"),
        ({"epochs": 1.5}, r"a whole number .* got 1\.5"),
        ({"hidden": ()}, "at least one"),
    ],
)
def test_what_cannot_be(changes, words):
    train, test = digits()
    assert len(train) == 1438
    with pytest.raises(ArgumentError, match=words):
        compare(train, test, **changes)


def test_too_few_instances():
    with pytest.raises(DataError, match="too few"):
        compare(*load("xor"))
