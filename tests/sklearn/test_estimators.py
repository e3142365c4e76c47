"""The estimators among the tools of scikit-learn, and what they learn."""

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.inspection import permutation_importance
from sklearn.metrics import accuracy_score, log_loss, r2_score, recall_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_val_score, train_test_split
from sklearn.neural_network import MLPClassifier as Theirs
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import compute_class_weight, compute_sample_weight

import gradiente as gr

QUICK = {"max_iter": 30, "n_iter_no_change": 30, "learning_rate_init": 0.01, "random_state": 0}
MLPClassifier: Any = gr.MLPClassifier
MLPRegressor: Any = gr.MLPRegressor
IRIS: Any = load_iris(return_X_y=True)
CANCER: Any = load_breast_cancer(return_X_y=True)
DIABETES: Any = load_diabetes(return_X_y=True)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def model():
    with np.errstate(), pytest.warns(ConvergenceWarning):
        return MLPClassifier(**QUICK).fit(*IRIS)


def test_a_grid_search_over_its_own_notation():
    grid = {"activation": ["relu", "GELU()"], "optimizer": [None, "AdamW(lr=0.01, weight_decay=0.1)"]}
    search = GridSearchCV(MLPClassifier(**QUICK), grid, cv=3).fit(*IRIS)
    assert search.best_score_ > 0.9
    assert set(search.best_params_) == set(grid)


def test_several_processes_give_what_one_gives():
    alone = cross_val_score(MLPClassifier(**QUICK), *IRIS, cv=3)
    assert np.array_equal(cross_val_score(MLPClassifier(**QUICK), *IRIS, cv=3, n_jobs=2), alone)


def test_a_pipeline_with_a_scaler_gives_what_the_rows_as_they_are_give(model):
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**QUICK)).fit(*IRIS)
    assert np.allclose(pipeline.predict_proba(IRIS[0]), model.predict_proba(IRIS[0]), atol=1e-4)


def test_the_importance_of_columns(model):
    importance: Any = permutation_importance(model, *IRIS, n_repeats=5, random_state=0)
    assert set(np.argsort(importance.importances_mean)[-2:]) == {2, 3}  # length and width of the petals


def test_calibrated_probabilities():
    x, y = CANCER
    x, held_out, y, labels = train_test_split(x, y, random_state=0)
    plain = MLPClassifier(**QUICK, alpha=0).fit(x, y)
    calibrated = CalibratedClassifierCV(MLPClassifier(**QUICK, alpha=0), cv=3).fit(x, y)
    assert log_loss(labels, calibrated.predict_proba(held_out)) < log_loss(
        labels, plain.predict_proba(held_out)
    )


def test_a_pickled_one_is_the_same_without_the_training_data(model):
    copy = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copy.predict_proba(IRIS[0]), model.predict_proba(IRIS[0]))
    assert copy.loss_curve_ == model.loss_curve_
    assert model.history_.subject is not None
    assert copy.history_.subject is None


def test_a_clone_has_the_parameters_alone(model):
    copy: Any = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "network_")


def test_its_probabilities_are_those_of_its_network(model):
    x = (IRIS[0] - IRIS[0].mean(axis=0)) / IRIS[0].std(axis=0)
    output = model.network_.predict(x)
    e = np.exp(output)
    p = model.predict_proba(IRIS[0])
    assert np.allclose(p, e / e.sum(axis=1, keepdims=True), atol=1e-6)
    assert np.allclose(p.sum(axis=1), 1)
    assert np.array_equal(model.predict_log_proba(IRIS[0]), np.log(p))


def test_labels_of_text():
    names = np.array(["setosa", "versicolor", "virginica"])
    model = MLPClassifier(**QUICK).fit(IRIS[0], names[IRIS[1]])
    assert model.classes_.tolist() == names.tolist()
    assert model.score(IRIS[0], names[IRIS[1]]) > 0.95


def test_the_loss_curve_is_j_of_every_epoch(model):
    assert len(model.loss_curve_) == model.n_iter_ == 30
    assert model.t_ == 30 * len(model.history_) * -(-150 // 16) / 30
    assert model.loss_curve_ == model.history_["loss"]
    assert model.loss_curve_[-1] < model.loss_curve_[0] / 3


@pytest.mark.parametrize(
    ("name", "load"), [("iris", load_iris), ("breast cancer", load_breast_cancer), ("digits", load_digits)]
)
@pytest.mark.slow
def test_it_is_as_good_as_scikit_learns(name, load):
    x, y = load(return_X_y=True)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    theirs = make_pipeline(StandardScaler(), Theirs(random_state=0))
    ours = cross_val_score(MLPClassifier(random_state=0), x, y, cv=folds).mean()
    assert ours > cross_val_score(theirs, x, y, cv=folds).mean() - 0.015


@pytest.mark.slow
def test_a_regression_is_better_than_a_straight_line():
    x, y = DIABETES
    x, held_out, y, numbers = train_test_split(x, 1e6 + 1e3 * y, random_state=0)
    model = MLPRegressor(random_state=0, early_stopping=True, alpha=1).fit(x, y)
    assert model.predict(held_out).dtype == np.float64
    assert r2_score(numbers, model.predict(held_out)) > 0.3  # scikit-learn's LinearRegression: 0.36


def test_several_targets():
    x, y = DIABETES
    two = np.column_stack([y, -1000 * y])
    model = MLPRegressor(**QUICK).fit(x, two)
    estimate = model.predict(x)
    assert estimate.shape == two.shape
    assert np.corrcoef(estimate[:, 0], estimate[:, 1])[0, 1] < -0.95
    assert model.score(x, two) > 0.5


def test_a_loss_that_takes_only_some_numbers_has_the_targets_as_they_are():
    x, y = DIABETES
    model = MLPRegressor(
        **QUICK, loss="MSLELoss()", layers="Linear(10, 8), Tanh, Linear(8, 1), Softplus"
    ).fit(x, y)
    assert not model.encoder_.target_mean
    assert model.predict(x).min() > 0


def test_early_stopping_keeps_the_best_epoch():
    model = MLPClassifier(early_stopping=True, random_state=0, learning_rate_init=0.02).fit(*IRIS)
    losses = model.history_["val_loss"]
    assert model.n_iter_ == len(model.validation_scores_) < 200
    assert model.validation_scores_ == model.history_["val_accuracy"]
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert int(np.argmin(losses)) < len(losses) - 1
    theirs = np.log(model.predict_proba(IRIS[0])[np.arange(150), IRIS[1]])
    assert np.isfinite(theirs).all()


def test_validation_scores_of_a_regression_are_r2():
    x, y = DIABETES
    model = MLPRegressor(early_stopping=True, random_state=0).fit(x, y)
    ratio = [
        (1 - score) / loss
        for score, loss in zip(model.validation_scores_, model.history_["val_loss"], strict=True)
    ]
    assert np.allclose(ratio, ratio[0])  # R² = 1 − MSE / variance


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_partial_fit_is_an_epoch_and_the_optimizer_goes_on(kind):
    whole = kind(**{**QUICK, "max_iter": 1}, batch_size=150, alpha=0)
    first = {"classes": [0, 1, 2]} if kind is MLPClassifier else {}
    whole.partial_fit(*IRIS, **first)
    for _ in range(4):
        whole.partial_fit(*IRIS)
    fitted = kind(**{**QUICK, "max_iter": 5}, batch_size=150, alpha=0).fit(*IRIS)
    assert whole.n_iter_ == whole.t_ == 5
    assert np.allclose(whole.loss_curve_, fitted.loss_curve_)
    assert np.allclose(whole.network_.theta, fitted.network_.theta)


def test_partial_fit_takes_rows_of_one_class():
    model = MLPClassifier(**QUICK)
    for _ in range(20):
        for label in (0, 1, 2):
            model.partial_fit(IRIS[0][IRIS[1] == label], IRIS[1][IRIS[1] == label], classes=[0, 1, 2])
    assert model.n_iter_ == 60
    assert accuracy_score(IRIS[1], model.predict(IRIS[0])) > 0.3


def test_warm_start_goes_on_from_the_network():
    model = MLPClassifier(**{**QUICK, "max_iter": 10}, warm_start=True)
    before = model.fit(*IRIS).loss_curve_[-1]
    assert model.fit(*IRIS).loss_curve_[10] < 1.2 * before
    assert model.n_iter_ == 20
    assert [record["epoch"] for record in model.history_] == list(range(1, 21))


def test_a_schedule_sets_the_rate_of_every_epoch():
    model = MLPClassifier(**QUICK, schedule="ExponentialLR(gamma=0.5)").fit(*IRIS)
    assert np.allclose(model.history_["lr"], 0.01 * 0.5 ** np.arange(30))
    part = MLPClassifier(**QUICK, schedule="ExponentialLR(gamma=0.5)")
    for _ in range(3):
        part.partial_fit(*IRIS, classes=[0, 1, 2])
    assert np.allclose(part.history_["lr"], 0.01 * 0.5 ** np.arange(3))


def test_alpha_is_the_penalty_of_scikit_learn():
    options = {"hidden_layer_sizes": (), "batch_size": 150, "max_iter": 1, "random_state": 0}
    plain, penalized = (MLPClassifier(**options, alpha=alpha).fit(*IRIS) for alpha in (0, 30))
    start = gr.Network([gr.Linear(4, 3)], seed=plain._seed, dtype="float64")
    expected = 30 / (2 * 150) * float((start.parameters["0.weight"] ** 2).sum())
    assert np.isclose(penalized.loss_curve_[0] - plain.loss_curve_[0], expected)


def test_a_network_computes_in_the_type_of_the_rows():
    assert MLPClassifier(**QUICK).fit(IRIS[0].astype("float32"), IRIS[1]).network_.dtype == np.float32
    assert MLPClassifier(**QUICK).fit(*IRIS).network_.dtype == np.float64


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"solver": "lbfgs"}, r"solver must be one of 'adam', 'sgd', got 'lbfgs'"),
        ({"optimizer": "Adan()"}, "Adan.*did you mean Adam"),
        ({"optimizer": 0.1}, r"optimizer: got 0.1, which is none of gradiente's"),
        ({"activation": "rellu"}, "rellu.*did you mean ReLU"),
        ({"activation": 3}, "activation: got 3"),
        ({"hidden_layer_sizes": (0,)}, "0"),
        ({"hidden_layer_sizes": (2.5,)}, "2.5"),
        ({"max_iter": 0}, "max_iter"),
        ({"batch_size": "all"}, "batch_size"),
        ({"missing": "zero"}, "missing must be one of"),
        ({"alpha": -1}, "strength"),
        ({"n_iter_no_change": 0}, "patience"),
        ({"early_stopping": True, "validation_fraction": 1.5}, "1.5"),
        ({"layers": "Linear(4, 8), Linear(9, 3)"}, "9"),
        ({"engine": "turbo"}, "turbo"),
    ],
)
def test_a_parameter_that_does_not_fit_is_said_by_fit(option, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**option).fit(*IRIS)


def test_classes_that_came_too_late():
    model = MLPClassifier(**QUICK)
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        model.partial_fit(*IRIS)
    model.partial_fit(*IRIS, classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"\[3\] \(it learns \[0, 1, 2\]\)"):
        model.partial_fit(IRIS[0], IRIS[1] + 1)
    with pytest.raises(ValueError, match="early_stopping"):
        model.set_params(early_stopping=True).partial_fit(*IRIS)


def test_it_says_that_training_was_not_over():
    with pytest.warns(ConvergenceWarning, match="max_iter=1 epoch,"):
        MLPClassifier(max_iter=1).fit(*IRIS)


def test_progress_is_shown_where_it_is_asked_for(capsys):
    MLPClassifier(max_iter=2, verbose=True).fit(*IRIS)
    assert "2/2" in capsys.readouterr().err


def test_what_is_explained_is_the_fitted_network(model):
    assert isinstance(model.network_, gr.Network)
    assert model.history_.diagnosis is not None
    x = model.encoder_.transform_rows(IRIS[0])
    assert gr.trace(model.network_, gr.CrossEntropyLoss(), x[:2], IRIS[1][:2]) is not None


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", [gr.MLPClassifier, gr.MLPRegressor])
def test_in_a_full_batch_a_row_of_weight_two_is_the_row_twice(kind):
    x, y = load_iris(return_X_y=True)
    weights = np.random.default_rng(0).integers(0, 4, len(x))
    times = np.repeat(np.arange(len(x)), weights)
    options: Any = {"standardize": False, "alpha": 0.0, "max_iter": 20, "random_state": 0, "tol": 0.0}
    if (
        kind is gr.MLPRegressor
    ):  # with a loss that takes the targets as they are, since the encoder counts a row once
        options |= {"loss": "MSLELoss()", "layers": "Linear(4, 8), Tanh(), Linear(8, 1), Softplus()"}
    weighted = kind(**options, batch_size=10_000)
    repeated: Any = clone(weighted)
    weighted.fit(x, y, sample_weight=weights)
    repeated.fit(x[times], y[times])
    np.testing.assert_allclose(weighted.network_.theta, repeated.network_.theta, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(weighted.loss_curve_, repeated.loss_curve_, rtol=1e-9)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_balanced_weights_find_more_of_a_rare_class():
    generator = np.random.default_rng(0)
    y = (generator.random(2000) < 0.05).astype(int)
    x = generator.normal(size=(2000, 2)) + y[:, None]
    model: Any = MLPClassifier((8,), max_iter=20, learning_rate_init=0.01, random_state=0)
    plain = recall_score(y, model.fit(x, y).predict(x))
    balanced = recall_score(y, model.fit(x, y, compute_sample_weight("balanced", y)).predict(x))
    assert plain < 0.4 < 0.6 < balanced


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("given", ["balanced", {"red": 3.0, "white": 0.5}, {"red": 2}, {"white": 0}])
@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("early", [False, True])
def test_class_weights_are_sample_weights_of_scikit_learn(given, own, early):
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(200, 3)), generator.choice(["pink", "red", "white"], 200, p=[0.6, 0.3, 0.1])
    weights = generator.uniform(1, 2, 200) if own else np.ones(200)
    options: Any = {"max_iter": 4, "random_state": 0, "early_stopping": early}
    of_classes: Any = gr.MLPClassifier(class_weight=given, **options)
    of_classes.fit(x, y, sample_weight=weights if own else None)
    if given == "balanced":  # where a row counts as often as its weight says
        expected = compute_class_weight(given, classes=np.unique(y), y=y, sample_weight=weights)
        expected = weights * expected[np.searchsorted(np.unique(y), y)]
    else:
        expected = weights * compute_sample_weight(given, y)
    if 0 not in dict(given if given != "balanced" else {}).values():
        by_rows: Any = gr.MLPClassifier(**options).fit(x, y, sample_weight=expected)
        np.testing.assert_allclose(of_classes.network_.theta, by_rows.network_.theta, rtol=1e-12)
    assert of_classes.classes_.tolist() == ["pink", "red", "white"]
    assert of_classes.predict_proba(x).shape == (200, 3)


def test_class_weights_in_parts():
    x, y = load_iris(return_X_y=True)
    options: Any = {"hidden_layer_sizes": (4,), "random_state": 0}
    given: Any = gr.MLPClassifier(class_weight={0: 5, 2: 0.1}, **options)
    plain: Any = gr.MLPClassifier(**options)
    for _ in range(3):
        given.partial_fit(x, y, classes=[0, 1, 2])
        plain.partial_fit(x, y, classes=[0, 1, 2], sample_weight=np.array([5, 1, 0.1])[y])
    np.testing.assert_allclose(given.network_.theta, plain.network_.theta, rtol=1e-12)
    with pytest.raises(ValueError, match="partial_fit does not see all rows"):
        gr.MLPClassifier(class_weight="balanced").partial_fit(x, y, classes=[0, 1, 2])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("given", ["balanced", [{0: 1, 1: 3}, {0: 2, 1: 1}]])
def test_class_weights_of_several_labels_are_those_of_scikit_learn(given):
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(100, 3)), (generator.random((100, 2)) < [0.2, 0.6]).astype(int)
    options: Any = {"max_iter": 3, "random_state": 0}
    by_class: Any = gr.MLPClassifier(class_weight=given, **options).fit(x, y)
    by_rows: Any = gr.MLPClassifier(**options).fit(x, y, sample_weight=compute_sample_weight(given, y))
    np.testing.assert_allclose(by_class.network_.theta, by_rows.network_.theta, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("even", "balanced"),
        ({3: 1.0}, "not in class_weight"),
        ({0: -1.0}, "weight"),
        ({0: 0, 1: 0, 2: 0}, "weight"),
    ],
)
def test_class_weights_that_cannot_be(given, words):
    with pytest.raises(ValueError, match=words):
        gr.MLPClassifier(class_weight=given).fit(*load_iris(return_X_y=True))


def test_a_negative_weight_is_refused():
    x, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="Negative"):
        gr.MLPClassifier().fit(x, y, sample_weight=np.full(len(x), -1.0))
