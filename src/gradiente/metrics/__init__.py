"""Metrics of classification and regression, as functions of (truth, prediction)."""

from gradiente.metrics.classification import (
    accuracy,
    classification_metrics,
    cohen_kappa,
    confusion_matrix,
    f1,
    precision,
    recall,
    roc_auc,
    specificity,
)
from gradiente.metrics.regression import mae, mape, mse, pearson, r2, regression_metrics

__all__ = [
    "accuracy",
    "classification_metrics",
    "cohen_kappa",
    "confusion_matrix",
    "f1",
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
]
