"""How a metric is asked for, and what is said of one that cannot be."""

import importlib.util

import numpy as np
import pytest
import torch
import torchmetrics.classification

from gradiente.errors import ArgumentError
from gradiente.locale import LANGUAGES, set_language
from gradiente.pytorch.metric_names import read
from gradiente.pytorch.metrics import TorchMetric


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("f1score", "F1Score"),
        ("auroc()", "AUROC"),
        (" FBetaScore( beta = 0.5 ) ", "FBetaScore(beta=0.5)"),
        ("fbetascore(0.5)", "FBetaScore(beta=0.5)"),
        ("F1Score(average='macro', threshold=0.5)", "F1Score(average='macro')"),
        ("MINKOWSKIDISTANCE(3)", "MinkowskiDistance(p=3)"),
        ("ROC(thresholds=[0.1, 0.5])", "ROC(thresholds=[0.1, 0.5])"),
    ],
)
def test_its_name_is_its_notation_in_brief(source, name):
    metric = TorchMetric.parse(source)
    assert metric.name == name
    assert TorchMetric.parse(metric.name) == metric


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("F1Scor", "F1Score?"),
        ("BinaryF1Scor", "BinaryF1Score?"),
        ("Dyce", "Accuracy"),
        ("F1Score(averge='macro')", "average?"),
        ("F1Score(average='makro')", "but got makro"),
        ("F1Score(average=macro)", "macro"),
        ("F1Score(task='multiclass')", "task"),
        ("F1Score(num_classes=3)", "num_classes"),
        ("PearsonCorrCoef(num_outputs=3)", "num_outputs"),
        ("F1Score(validate_args=False)", "validate_args"),
        ("F1Score(dist_sync_on_step=True)", "dist_sync_on_step"),
        ("F1Score(multidim_average='samplewise')", "samplewise"),
        ("FBetaScore(beta=-1.0)", "-1.0"),
        ("MinkowskiDistance", "(p: float)"),
        ("MinkowskiDistance(p=0.5)", "0.5"),
        ("MinkowskiDistance(1, 2)", "(p: float)"),
        ("R2Score(multioutput='raw')", "raw_values"),
        ("F1Score(", "F1Score("),
        ("", "Accuracy"),
    ],
)
def test_what_cannot_be_is_said_at_once(source, said, code):
    with pytest.raises(ArgumentError) as caught:
        TorchMetric.parse(source)
    set_language(code)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "BinaryFairness",
        "BinaryGroupStatRates",
        "ContinuousRankedProbabilityScore",
        "MultilabelCoverageError",
        "MultilabelRankingAveragePrecision",
        "MultilabelRankingLoss",
    ],
)
def test_a_metric_of_something_else_says_so(name):
    with pytest.raises(ArgumentError, match=f"^{name} of torchmetrics needs more than"):
        TorchMetric.parse(name)


@pytest.mark.parametrize(
    "source",
    [
        "F1Score(average='macro')",
        "F1Score(average='none')",
        "FBetaScore(beta=2.0, average='weighted')",
        "AUROC",
        "AveragePrecision",
        "ExactMatch",
        "HammingDistance",
        "JaccardIndex",
    ],
)
def test_of_labels_a_metric_goes_by_its_general_name(source):
    generator = np.random.default_rng(0)
    y, p = generator.integers(2, size=(60, 3)), generator.random((60, 3))
    kind, options = read(source)
    theirs = getattr(torchmetrics.classification, f"Multilabel{kind}")
    expected = theirs(num_labels=3, **options)(torch.tensor(p), torch.tensor(y)).tolist()
    metric = TorchMetric.parse(source)
    metric.check(task="multilabel", outputs=3)
    np.testing.assert_allclose(metric.measure(y, p, task="multilabel"), expected, rtol=1e-6)
    with pytest.raises(ArgumentError, match=f"write {kind}"):
        TorchMetric.parse(f"Multilabel{source}")


def test_a_metric_that_is_not_of_labels():
    with pytest.raises(ArgumentError, match="not of several labels"):
        TorchMetric.parse("CohenKappa").check(task="multilabel", outputs=3)


def test_without_torchmetrics_the_message_has_the_command(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ArgumentError, match=r'pip install "gradiente\[torch\]"'):
        TorchMetric.parse("F1Score")
