"""What a loop over the instances makes of a gradient that is summed as it goes."""

import numpy as np

from gradiente.checker.rules.dataflow import Array, View

MOST = 1000  # instances: of more the matrix of all pairs is too large


def through_running_gradient(q: View, *, before: bool = False) -> Array:
    """∂J/∂A[l−1] through the part of ∂L/∂W that is summed by then, instance by instance.

    Arguments:
        before: without the instance itself

    Errors: ValueError for too many instances
    """
    if q.m > MOST:
        raise ValueError(q.m)
    errors = q.m * q.dZ
    return q.X @ np.triu(errors.T @ errors, 1 if before else 0) / q.m
