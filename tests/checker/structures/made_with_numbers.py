"""A regression of two outputs: a class whose sizes have unusual names, made with numbers and trained at once."""

import numpy as np

np.random.seed(2020)


class Reseau:
    def __init__(self, entree, cachee, sortie):
        self.poids1 = np.random.randn(entree, cachee) * 0.4
        self.biais1 = np.full((1, cachee), 0.1)
        self.poids2 = np.random.randn(cachee, sortie) * 0.4
        self.biais2 = np.zeros((1, sortie))

    def avant(self, X):
        self.z1 = X @ self.poids1 + self.biais1
        self.a1 = np.maximum(self.z1, 0)
        self.sortie = self.a1 @ self.poids2 + self.biais2
        return self.sortie

    def eqm(self, y):
        return np.mean((self.sortie - y) ** 2)

    def fit(self, X, y, epochs=500, lr=0.01):
        for epoch in range(epochs):
            self.avant(X)
            d2 = 2 * (self.sortie - y) / y.size
            d1 = d2 @ self.poids2.T * (self.z1 > 0)
            self.poids2 -= lr * self.a1.T @ d2
            self.biais2 -= lr * d2.sum(axis=0, keepdims=True)
            self.poids1 -= lr * X.T @ d1
            self.biais1 -= lr * d1.sum(axis=0, keepdims=True)
            if epoch % 100 == 0:
                print(epoch, self.eqm(y))


X = np.random.uniform(0, 4, (7, 3))
y = np.stack([X.sum(axis=1), X[:, 0] - X[:, 1]], axis=1)
modele = Reseau(3, 6, 2)
modele.fit(X, y, epochs=800, lr=0.02)
