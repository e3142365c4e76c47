"""scikit-learn's own checks of an estimator, all of them: none is expected to fail."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import gradiente as gr


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([gr.MLPClassifier(), gr.MLPRegressor()])
def test_it_is_an_estimator(estimator, check):
    check(estimator)
