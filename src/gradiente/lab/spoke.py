"""Which numbers of an instance spoke for a class: the gradient of its score times the input."""

from dataclasses import dataclass

import numpy as np

from gradiente.layers import Context, LogSoftmax, Sigmoid, Softmax
from gradiente.layers.graph import needed, walk_back
from gradiente.network import Network

Array = np.ndarray


@dataclass(frozen=True)
class Spoke:
    """What each number of an instance said.

    Arguments:
        scores: z of every class, before they become probabilities; of two classes with one output −z and z
        parts: xᵢ ∂z_k/∂xᵢ of every number of the instance
    """

    scores: Array
    parts: Array

    @property
    def total(self) -> float:
        """Σᵢ xᵢ ∂z_k/∂xᵢ: z_k itself of a linear network without biases."""
        return float(self.parts.sum(dtype=np.float64))


def spoke(network: Network, x: Array, k: int) -> Spoke:
    r"""What the numbers of one instance said for class k, by back-propagation from ∂z_k/∂z.

    Equation:   partsᵢ = xᵢ ∂z_k/∂xᵢ

    A linear network has z_k = Σᵢ partsᵢ + b_k. For one that bends, this is the tangent at x.

    Arguments:
        x: one instance
        k: from 0

    >>> from gradiente.layers import Linear
    >>> network = Network([Linear(2, 3, bias=False)], seed=0)
    >>> found = spoke(network, np.array([1.0, 2.0]), 1)
    >>> bool(np.isclose(found.total, found.scores[1])), found.parts.shape
    (True, (2,))
    """
    batch = network.as_batch(np.asarray(x)[None])
    steps = list(network.walk(batch, Context()))
    ends_in_probabilities = isinstance(network.nodes[-1].layer, Softmax | LogSoftmax | Sigmoid)
    count = len(steps) - ends_in_probabilities
    nodes, steps = network.nodes[:count], steps[:count]
    z = steps[-1][0] if steps else batch
    single = z.shape[1] == 1
    dz = np.zeros_like(z)
    dz[0, 0 if single else k] = -1 if single and k == 0 else 1
    needs = needed(nodes, [False] * count, input_gradient=True)
    parameters = [network.node_parameters(i) for i in range(count)]
    caches = [cache for _, cache in steps]
    deltas = dict(walk_back(nodes, parameters, caches, dz, needs, [None] * count))
    scores = np.concatenate([-z[0], z[0]]) if single else z[0]
    return Spoke(scores, batch[0] * deltas[0][0])
