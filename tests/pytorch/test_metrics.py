import inspect
import json
import subprocess
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torchmetrics.classification
import torchmetrics.regression
from scipy import stats
from sklearn import metrics as sk

from gradiente.errors import ArgumentError, DataError, GradienteError, ShapeError
from gradiente.locale import LANGUAGES, set_language
from gradiente.pytorch.metrics import TorchMetric
from gradiente.storage import json_text

# torchmetrics' metrics of something else: several labels, groups of instances, ensembles of forecasts.
OF_SOMETHING_ELSE = {"BinaryFairness", "BinaryGroupStatRates", "ContinuousRankedProbabilityScore"}
CLASSIFICATION = [
    name
    for name in torchmetrics.classification.__all__
    if not name.startswith("Multilabel") and name not in OF_SOMETHING_ELSE
]
REGRESSION = [name for name in torchmetrics.regression.__all__ if name not in OF_SOMETHING_ELSE]
GENERAL = [name for name in CLASSIFICATION if not name.startswith(("Binary", "Multiclass"))]
FOR_SEVERAL_TARGETS = ["CosineSimilarity", "JensenShannonDivergence", "KLDivergence"]
ONE_FOR_EACH_TARGET = [
    "ConcordanceCorrCoef",
    "KendallRankCorrCoef",
    "LogCoshError",
    "PearsonCorrCoef",
    "RelativeSquaredError",
    "SpearmanCorrCoef",
]
REQUIRED = {
    "beta": 2.0,
    "min_precision": 0.4,
    "min_recall": 0.4,
    "min_sensitivity": 0.4,
    "min_specificity": 0.4,
    "p": 3.0,
    "threshold": 0.5,
}


def required(name):
    """The arguments that torchmetrics has no default for, save those that follow from the data."""
    module = torchmetrics.classification if name in CLASSIFICATION else torchmetrics.regression
    parameters = inspect.signature(getattr(module, name)).parameters
    return {
        key: value
        for key, value in REQUIRED.items()
        if key in parameters and parameters[key].default is inspect.Parameter.empty
    }


def written(name):
    return f"{name}({', '.join(f'{key}={value}' for key, value in required(name).items())})"


def classes(k, *, rows=60, dtype: type[np.floating] = np.float32):
    generator = np.random.default_rng(k)
    truth = np.concatenate([np.arange(k), generator.integers(k, size=rows - k)])
    p = generator.dirichlet(np.ones(k), size=rows) + 0.3 * np.eye(k)[truth]
    return truth, (p / p.sum(axis=1, keepdims=True)).astype(dtype)


def numbers(k, *, rows=40, dtype: type[np.floating] = np.float32):
    generator = np.random.default_rng(k)
    truth = generator.random((rows, k) if k > 1 else rows) + 0.1
    return truth.astype(dtype), (0.7 * truth + 0.3 * generator.random(truth.shape)).astype(dtype)


def of_each(correlation: Callable[..., Any], truth, prediction):
    return [correlation(*pair).statistic for pair in zip(truth.T, prediction.T, strict=True)]


def by_hand(metric, preds, target):
    """What a user of torchmetrics writes, as plain data."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return plain(metric(torch.tensor(preds), torch.tensor(target)))


def plain(value):
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value.item() if value.ndim == 0 else value.tolist()


def same(ours, theirs):
    return json_text(ours) == json_text(theirs)


@pytest.mark.parametrize("k", [2, 3, 10])
@pytest.mark.parametrize("name", GENERAL)
def test_a_metric_of_classes_is_told_its_task(name, k):
    truth, p = classes(k)
    kind = getattr(torchmetrics.classification, name)
    metric = TorchMetric.parse(written(name))
    if name == "ExactMatch" and k == 2:
        with pytest.raises(ArgumentError, match="MulticlassExactMatch"):
            metric.measure(truth, p, task="classification")
        return
    if k == 2:
        expected = by_hand(kind(task="binary", **required(name)), p[:, 1], truth)
    else:
        expected = by_hand(kind(task="multiclass", num_classes=k, **required(name)), p, truth)
    metric.check(task="classification", outputs=k)
    assert same(metric.measure(truth, p, task="classification"), expected)


@pytest.mark.parametrize("name", [name for name in CLASSIFICATION if name.startswith("Binary")])
def test_a_metric_of_two_classes_takes_the_second_ones_probability(name):
    truth, p = classes(2)
    kind = getattr(torchmetrics.classification, name)
    metric = TorchMetric.parse(written(name))
    expected = by_hand(kind(**required(name)), p[:, 1], truth)
    assert same(metric.measure(truth, p, task="classification"), expected)
    assert same(metric.measure(truth, p[:, 1], task="classification"), expected)
    assert same(metric.measure(truth, p[:, 1:], task="classification"), expected)
    with pytest.raises(ArgumentError, match=rf"two classes, and here there are 3: {name[6:]} supports"):
        metric.check(task="classification", outputs=3)


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("name", [name for name in CLASSIFICATION if name.startswith("Multiclass")])
def test_a_metric_of_many_classes_is_told_how_many(name, k):
    truth, p = classes(k)
    kind = getattr(torchmetrics.classification, name)
    expected = by_hand(kind(num_classes=k, **required(name)), p, truth)
    metric = TorchMetric.parse(written(name))
    metric.check(task="classification", outputs=k)
    assert same(metric.measure(truth, p, task="classification"), expected)


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("name", REGRESSION)
def test_a_metric_of_numbers_is_told_how_many_targets(name, k):
    truth, prediction = numbers(k)
    kind = getattr(torchmetrics.regression, name)
    metric = TorchMetric.parse(written(name))
    if k == 1 and name in FOR_SEVERAL_TARGETS:
        with pytest.raises(ArgumentError, match="does not support a single target"):
            metric.check(task="regression", outputs=1)
        return
    options = {"num_outputs": k} if k > 1 and name in ONE_FOR_EACH_TARGET else {}
    pair = (prediction, truth) if name != "KLDivergence" else (truth, prediction)  # p is what is so
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spearman's, of memory
        expected = by_hand(kind(**options, **required(name)), *pair)
    metric.check(task="regression", outputs=k)
    value = metric.measure(truth, prediction, task="regression")
    assert same(value, expected)
    assert isinstance(value, list) == (bool(options) and name != "RelativeSquaredError")


@pytest.mark.parametrize("name", [*CLASSIFICATION, *REGRESSION])
def test_every_value_is_plain_data(name):
    task = "classification" if name in CLASSIFICATION else "regression"
    truth, estimate = numbers(2) if task == "regression" else classes(2 if name.startswith("Binary") else 3)
    value = TorchMetric.parse(written(name)).measure(truth, estimate, task=task)
    assert json.loads(json_text(value)) == value
    assert isinstance(value, float | list)


def test_kullback_and_leibler_measure_from_the_truth():
    truth, prediction = numbers(3, dtype=np.float64)
    rows = stats.entropy(truth, prediction, axis=1)
    value = TorchMetric.parse("KLDivergence").measure(truth, prediction, task="regression")
    assert value == pytest.approx(rows.mean(), rel=1e-6)


OF_CLASSES = {
    "Accuracy": lambda y, p: sk.accuracy_score(y, p.argmax(1)),
    "F1Score": lambda y, p: sk.f1_score(y, p.argmax(1), average="micro"),
    "F1Score(average='macro')": lambda y, p: sk.f1_score(y, p.argmax(1), average="macro"),
    "FBetaScore(beta=0.5, average='macro')": lambda y, p: sk.fbeta_score(
        y, p.argmax(1), beta=0.5, average="macro"
    ),
    "Precision(average='weighted')": lambda y, p: sk.precision_score(y, p.argmax(1), average="weighted"),
    "Recall(average='none')": lambda y, p: sk.recall_score(y, p.argmax(1), average=None),  # pyright: ignore[reportArgumentType]
    "JaccardIndex": lambda y, p: sk.jaccard_score(y, p.argmax(1), average="macro"),
    "HammingDistance": lambda y, p: sk.hamming_loss(y, p.argmax(1)),
    "CohenKappa(weights='quadratic')": lambda y, p: sk.cohen_kappa_score(y, p.argmax(1), weights="quadratic"),
    "MatthewsCorrCoef": lambda y, p: sk.matthews_corrcoef(y, p.argmax(1)),
    "ConfusionMatrix": lambda y, p: sk.confusion_matrix(y, p.argmax(1)),
    "AUROC": lambda y, p: sk.roc_auc_score(y, p, multi_class="ovr"),
    "Accuracy(top_k=2)": lambda y, p: sk.top_k_accuracy_score(y, p, k=2),
}
OF_TWO_CLASSES = {
    "F1Score": lambda y, p: sk.f1_score(y, p > 0.5),
    "Accuracy(threshold=0.7)": lambda y, p: sk.accuracy_score(y, p > 0.7),
    "AUROC": sk.roc_auc_score,
    "AveragePrecision": sk.average_precision_score,
    "Specificity": lambda y, p: sk.recall_score(y, p > 0.5, pos_label=0),
    "ROC": lambda y, p: sk.roc_curve(y, p, drop_intermediate=False)[:2],
}
OF_NUMBERS = {
    "MeanAbsoluteError": sk.mean_absolute_error,
    "MeanSquaredError": sk.mean_squared_error,
    "MeanSquaredError(squared=False)": lambda y, z: sk.mean_squared_error(y, z) ** 0.5,
    "MeanAbsolutePercentageError": sk.mean_absolute_percentage_error,
    "MeanSquaredLogError": sk.mean_squared_log_error,
    "R2Score": sk.r2_score,
    "R2Score(multioutput='raw_values')": lambda y, z: sk.r2_score(y, z, multioutput="raw_values"),
    "ExplainedVariance": sk.explained_variance_score,
    "TweedieDevianceScore(1.5)": lambda y, z: sk.mean_tweedie_deviance(y.ravel(), z.ravel(), power=1.5),  # pyright: ignore[reportArgumentType]
    "PearsonCorrCoef": lambda y, z: of_each(stats.pearsonr, y, z),
    "SpearmanCorrCoef": lambda y, z: of_each(stats.spearmanr, y, z),
    "KendallRankCorrCoef": lambda y, z: of_each(stats.kendalltau, y, z),
}


@pytest.mark.parametrize("source", OF_CLASSES)
def test_of_classes_it_is_what_scikit_learn_says(source):
    truth, p = classes(5, dtype=np.float64)
    value = TorchMetric.parse(source).measure(truth, p, task="classification")
    np.testing.assert_allclose(value, OF_CLASSES[source](truth, p), rtol=1e-6)


@pytest.mark.parametrize("source", OF_TWO_CLASSES)
def test_of_two_classes_it_is_what_scikit_learn_says(source):
    truth, p = classes(2, dtype=np.float64)
    value = TorchMetric.parse(source).measure(truth, p, task="classification")
    value = value[:2] if source == "ROC" and isinstance(value, list) else value
    np.testing.assert_allclose(value, OF_TWO_CLASSES[source](truth, p[:, 1]), rtol=1e-6)


@pytest.mark.parametrize("source", OF_NUMBERS)
def test_of_numbers_it_is_what_scikit_learn_and_scipy_say(source):
    truth, prediction = numbers(3, dtype=np.float64)
    value = TorchMetric.parse(source).measure(truth, prediction, task="regression")
    ranks = source in ("KendallRankCorrCoef", "SpearmanCorrCoef")  # float32 in torchmetrics
    np.testing.assert_allclose(value, OF_NUMBERS[source](truth, prediction), rtol=1e-6 if ranks else 1e-12)


def test_half_precision_and_float64_meet_in_float64():
    truth, prediction = numbers(1, dtype=np.float64)
    value = TorchMetric.parse("MeanSquaredError").measure(
        truth, prediction.astype(np.float16), task="regression"
    )
    expected = sk.mean_squared_error(truth, prediction.astype(np.float16).astype(np.float64))
    assert value == pytest.approx(expected, rel=1e-12)


def test_a_single_target_may_be_a_column():
    truth, prediction = numbers(1)
    metric = TorchMetric.parse("PearsonCorrCoef")
    flat = metric.measure(truth, prediction, task="regression")
    assert metric.measure(truth[:, np.newaxis], prediction, task="regression") == flat
    assert metric.measure(truth, prediction[:, np.newaxis], task="regression") == flat


def test_arrays_of_any_memory_are_measured_and_stay():
    truth, p = classes(3)
    metric = TorchMetric.parse("AUROC")
    expected = metric.measure(truth, p, task="classification")
    backwards = np.asfortranarray(p)[::-1]
    backwards.flags.writeable = False
    assert metric.measure(truth[::-1], backwards, task="classification") == pytest.approx(expected)
    rounded = p.copy()
    rounded[0] = [1.0000001, -0.0000001, 0.0]
    assert metric.measure(truth, rounded, task="classification") == pytest.approx(
        metric.measure(truth, rounded.clip(0, 1), task="classification")
    )


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("source", "task", "outputs", "said"),
    [
        ("F1Score", "regression", 1, "MeanAbsoluteError"),
        ("R2Score", "classification", 2, "CohenKappa"),
        ("BinaryF1Score", "classification", 3, "F1Score"),
        ("ExactMatch", "classification", 2, "MulticlassExactMatch"),
        ("F1Score(top_k=5)", "classification", 3, "5 and 3"),
        ("KLDivergence", "regression", 1, "2D"),
    ],
)
def test_what_does_not_fit_the_data_is_said_before_the_training(source, task, outputs, said, code):
    metric = TorchMetric.parse(source)
    with pytest.raises(ArgumentError) as caught:
        metric.check(task=task, outputs=outputs)
    set_language(code)
    assert said in str(caught.value)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(
    ("source", "truth", "estimate", "error", "said"),
    [
        ("TweedieDevianceScore(1.5)", [1.0, 2.0], [-1.0, 2.0], DataError, "strictly positive"),
        ("R2Score", [1.0], [2.0], DataError, "at least two samples"),
        ("R2Score", [1.0, np.nan], [1.0, 2.0], DataError, "NaN"),
        ("R2Score", [], [], DataError, ""),
        ("R2Score", [1.0, 2.0], [[1.0, 2.0], [2.0, 3.0]], ShapeError, "(2, 2)"),
        ("AUROC", [0, 1], [[2.0, -1.0], [0.0, 1.0]], DataError, "2.0"),
        ("AUROC", [0, 1], [np.nan, 0.5], DataError, "nan"),
        ("AUROC", [0, 1], [0.5, 1.5], DataError, "1.5"),
        ("AUROC", [0, 2], [0.5, 0.5], DataError, "2"),
        ("AUROC", [0, -1], [0.5, 0.5], DataError, "-1"),
        ("AUROC", [0, 0.25], [0.5, 0.5], DataError, "0.25"),
        ("AUROC", [0, np.nan], [0.5, 0.5], DataError, "nan"),
        ("AUROC", [], np.ones((0, 3)), DataError, ""),
        ("AUROC", [0, 1, 1], [0.5, 0.5], ShapeError, "(3,)"),
        ("AUROC", [[0], [1]], [0.5, 0.5], ShapeError, "(2, 1)"),
    ],
)
def test_what_cannot_be_measured_is_said_clearly(source, truth, estimate, error, said, code):
    task = "classification" if source == "AUROC" else "regression"
    with pytest.raises(error) as caught:
        TorchMetric.parse(source).measure(truth, estimate, task=task)
    assert isinstance(caught.value, GradienteError)
    set_language(code)
    assert said in str(caught.value)


def test_what_torchmetrics_remarks_is_not_printed(capfd):
    truth, p = np.zeros(4, dtype=int), np.full((4, 3), 1 / 3)
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        TorchMetric.parse("AUROC").measure(truth, p, task="classification")
        TorchMetric.parse("SpearmanCorrCoef").measure([1.0, 2.0], [1.0, 3.0], task="regression")
        warnings.warn("one's own", UserWarning, stacklevel=1)
    assert [str(remark.message) for remark in remarks] == ["one's own"]
    assert capfd.readouterr() == ("", "")


def test_nan_stays_nan():
    value = TorchMetric.parse("PearsonCorrCoef").measure([1.0, 1.0, 1.0], [1.0, 2.0, 3.0], task="regression")
    assert np.isnan(value)


ONE_OF_TWO = """
import sys
import torch.distributed as dist
from gradiente.pytorch.metrics import TorchMetric

rank = int(sys.argv[1])
dist.init_process_group("gloo", init_method=f"file://{sys.argv[2]}", rank=rank, world_size=2)
if rank == 0:
    print(TorchMetric.parse("StatScores").measure([0, 1, 1], [0.2, 0.7, 0.4], task="classification"))
dist.barrier()
dist.destroy_process_group()
"""


@pytest.mark.slow
def test_one_process_of_two_may_measure_alone(tmp_path):
    command = [sys.executable, "-c", ONE_OF_TWO]
    processes = [
        subprocess.Popen([*command, str(rank), str(tmp_path / "store")], stdout=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    try:
        said = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert said == ["[1, 0, 1, 1, 2]\n", ""]
