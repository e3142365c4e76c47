"""A class with the quantities in self: Spanish names, rows, sigmoid, the mean of half the squared error."""

SOURCE = """
import numpy as np


class RedNeuronal:
    def __init__(self, n_entradas, n_ocultas, n_salidas):
        self.pesos1 = np.random.randn(n_entradas, n_ocultas) * 0.8
        self.sesgo1 = np.zeros((1, n_ocultas))
        self.pesos2 = np.random.randn(n_ocultas, n_salidas) * 0.8
        self.sesgo2 = np.zeros((1, n_salidas))

    def sigmoide(self, z):
        return 1 / (1 + np.exp(-z))

    def derivada_sigmoide(self, a):
        return a * (1 - a)

    def hacia_adelante(self, X):
        self.z1 = np.dot(X, self.pesos1) + self.sesgo1
        self.a1 = self.sigmoide(self.z1)
        self.z2 = np.dot(self.a1, self.pesos2) + self.sesgo2
        self.a2 = self.sigmoide(self.z2)
        return self.a2

    def costo(self, Y):
        return np.sum((self.a2 - Y) ** 2) / (2 * len(Y))

    def hacia_atras(self, X, Y, tasa):
        m = X.shape[0]
        error = self.a2 - Y
        delta2 = error * self.derivada_sigmoide(self.a2)
        delta1 = np.dot(delta2, self.pesos2.T) * self.derivada_sigmoide(self.a1)
        grad_pesos2 = np.dot(self.a1.T, delta2) / m
        grad_sesgo2 = np.sum(delta2, axis=0, keepdims=True) / m
        grad_pesos1 = np.dot(X.T, delta1) / m
        grad_sesgo1 = np.sum(delta1, axis=0, keepdims=True) / m
        self.pesos2 -= tasa * grad_pesos2
        self.sesgo2 -= tasa * grad_sesgo2
        self.pesos1 -= tasa * grad_pesos1
        self.sesgo1 -= tasa * grad_sesgo1

    def entrenar(self, X, Y, epocas=1000, tasa=0.5):
        for epoca in range(epocas):
            self.hacia_adelante(X)
            costo = self.costo(Y)
            self.hacia_atras(X, Y, tasa)
"""

EDITS = [
    ("delta2 = error * self.derivada_sigmoide(self.a2)", "delta2 = error", "output_slope_missing"),
    (
        "delta2 = error * self.derivada_sigmoide(self.a2)",
        "delta2 = error * self.derivada_sigmoide(self.z2)",
        "derivative_of_z",
    ),
    (
        "delta2 = error * self.derivada_sigmoide(self.a2)",
        "delta2 = error * self.a2",
        "activation_for_derivative",
    ),
    ("error = self.a2 - Y", "error = Y - self.a2", "output_sign"),
    ("error = self.a2 - Y", "error = (self.a2 - Y) ** 2", "output_squared"),
    ("error = self.a2 - Y", "error = np.abs(self.a2 - Y)", "output_absolute"),
    ("* self.derivada_sigmoide(self.a1)", "* self.derivada_sigmoide(self.z1)", "derivative_of_z"),
    (" * self.derivada_sigmoide(self.a1)", "", "derivative_missing"),
    ("* self.derivada_sigmoide(self.a1)", "* self.sigmoide(self.z1)", "activation_for_derivative"),
    ("* self.derivada_sigmoide(self.a1)", "* self.derivada_sigmoide(self.a2)", "derivative_of_output"),
    ("* self.derivada_sigmoide(self.a1)", "* self.derivada_sigmoide(self.a1) ** 2", "derivative_twice"),
    ("return a * (1 - a)", "s = self.sigmoide(a)\n        return s * (1 - s)", "derivative_of_a"),
    ("return a * (1 - a)", "return 1 - a ** 2", "derivative_other"),
    ("return a * (1 - a)", "return a * (1 + a)", "derivative_sign"),
    (
        "delta1 = np.dot(delta2, self.pesos2.T)",
        "delta1 = np.dot(error, self.pesos2.T)",
        "error_without_slope",
    ),
    (
        "grad_pesos2 = np.dot(self.a1.T, delta2) / m",
        "grad_pesos2 = np.dot(self.z1.T, delta2) / m",
        "wrong_input",
    ),
    (
        "grad_pesos2 = np.dot(self.a1.T, delta2) / m",
        "grad_pesos2 = np.dot(self.a1.T, error) / m",
        "output_slope_missing",
    ),
    (
        "grad_pesos2 = np.dot(self.a1.T, delta2) / m",
        "grad_pesos2 = np.dot(self.a1.T, delta2)",
        "mean_missing",
    ),
    ("grad_pesos1 = np.dot(X.T, delta1) / m", "grad_pesos1 = np.dot(X.T, delta1) / m / m", "mean_twice"),
    (
        "grad_sesgo1 = np.sum(delta1, axis=0, keepdims=True) / m",
        "grad_sesgo1 = np.mean(delta1)",
        "bias_total",
    ),
    (
        "grad_sesgo1 = np.sum(delta1, axis=0, keepdims=True) / m",
        "grad_sesgo1 = np.sum(delta2, axis=0, keepdims=True) / m",
        "wrong_delta",
    ),
    (
        "grad_sesgo1 = np.sum(delta1, axis=0, keepdims=True) / m",
        "grad_sesgo1 = delta1[:1]",
        "only_first_instance",
    ),
    (
        "grad_sesgo1 = np.sum(delta1, axis=0, keepdims=True) / m",
        "grad_sesgo1 = delta1[-1:] / m",
        "only_last_instance",
    ),
    ("self.pesos1 -= tasa * grad_pesos1", "self.pesos1 -= grad_pesos1", "lr_missing"),
    ("self.pesos1 -= tasa * grad_pesos1", "self.pesos1 += tasa * grad_pesos1", "opposite_sign"),
    ("        self.sesgo1 -= tasa * grad_sesgo1\n", "", "not_updated"),
    ("self.sesgo1 -= tasa * grad_sesgo1", "self.sesgo1 -= tasa * self.sesgo1", "not_updated"),
    (
        "np.dot(delta2, self.pesos2.T)",
        "np.dot(delta2, (self.pesos2 - tasa * np.dot(self.a1.T, delta2) / m).T)",
        "w2_updated",
    ),
    ("self.a1 = self.sigmoide(self.z1)", "self.a1 = np.tanh(self.z1)", "derivative_other"),
    ("self.a1 = self.sigmoide(self.z1)", "self.a1 = self.z1", "activation_missing"),
    (
        "self.a1 = self.sigmoide(self.z1)",
        "self.a1 = self.derivada_sigmoide(self.sigmoide(self.z1))",
        "derivative_for_activation",
    ),
    ("np.dot(self.a1, self.pesos2) + self.sesgo2", "np.dot(self.a1, self.pesos2)", "bias_missing"),
    ("np.dot(X, self.pesos1) + self.sesgo1", "np.dot(X, self.pesos1) - self.sesgo1", "bias_sign"),
    ("np.dot(self.a1, self.pesos2)", "np.dot(self.z1, self.pesos2)", "wrong_input"),
    ("return 1 / (1 + np.exp(-z))", "return 1 / (1 + np.exp(z))", "activation_wrong"),
]
