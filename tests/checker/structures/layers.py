import numpy as np
from sklearn.datasets import make_moons
from sklearn.preprocessing import OneHotEncoder


class DenseLayer:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad, lr):
        dW = self.x.T @ grad
        db = grad.sum(axis=0, keepdims=True)
        dx = grad @ self.W.T
        self.W -= lr * dW
        self.b -= lr * db
        return dx


class ReLULayer:
    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad, lr):
        return grad * self.mask


class SoftmaxCrossEntropy:
    def forward(self, logits, y):
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        self.y = y
        return -np.mean(np.sum(y * np.log(self.p + 1e-15), axis=1))

    def backward(self):
        return (self.p - self.y) / self.y.shape[0]


class Model:
    def __init__(self):
        self.layers = []
        self.loss = SoftmaxCrossEntropy()

    def add(self, layer):
        self.layers.append(layer)

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def fit(self, x, y, epochs, lr):
        history = []
        for epoch in range(epochs):
            logits = self.predict(x)
            history.append(self.loss.forward(logits, y))
            grad = self.loss.backward()
            for layer in reversed(self.layers):
                grad = layer.backward(grad, lr)
        return history


X, labels = make_moons(n_samples=200, noise=0.2, random_state=0)
y = OneHotEncoder(sparse_output=False).fit_transform(labels.reshape(-1, 1))
model = Model()
model.add(DenseLayer(2, 16))
model.add(ReLULayer())
model.add(DenseLayer(16, 2))
history = model.fit(X, y, epochs=500, lr=0.5)
print(history[-1])
