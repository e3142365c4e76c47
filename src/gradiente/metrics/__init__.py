"""Metrics of classification and regression, as functions of (truth, prediction)."""

from gradiente.metrics.average_precision import average_precision
from gradiente.metrics.calibration import calibration
from gradiente.metrics.classification import (
    accuracy,
    classification_metrics,
    cohen_kappa,
    confusion_matrix,
    hamming_loss,
)
from gradiente.metrics.precision_recall import f1, fbeta, precision, recall, specificity
from gradiente.metrics.ranking import roc_auc, top_k_accuracy
from gradiente.metrics.regression import mae, mape, mse, pearson, r2, regression_metrics
from gradiente.metrics.undefined import Undefined, UndefinedMetricWarning, undefined_metrics

__all__ = [
    "Undefined",
    "UndefinedMetricWarning",
    "accuracy",
    "average_precision",
    "calibration",
    "classification_metrics",
    "cohen_kappa",
    "confusion_matrix",
    "f1",
    "fbeta",
    "hamming_loss",
    "mae",
    "mape",
    "mse",
    "pearson",
    "precision",
    "r2",
    "recall",
    "regression_metrics",
    "roc_auc",
    "specificity",
    "top_k_accuracy",
    "undefined_metrics",
]
