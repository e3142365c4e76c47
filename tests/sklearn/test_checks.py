"""scikit-learn's own checks of an estimator, all of them; those expected to fail are named, with the reason."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

import gradiente as gr

BATCHES = (
    "rows are drawn into batches: one row of weight 2 is not two rows there, and the encoder counts it once"
)


def expected_to_fail(estimator):
    return {"check_sample_weight_equivalence_on_dense_data": BATCHES}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([gr.MLPClassifier(), gr.MLPRegressor()], expected_failed_checks=expected_to_fail)
def test_it_is_an_estimator(estimator, check):
    check(estimator)
