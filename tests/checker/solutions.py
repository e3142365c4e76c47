"""A teacher's solutions and their exercises: functions, and a class."""

FUNCTIONS = """import numpy as np


def relu(z):
    return np.maximum(z, 0)


def forward(X, W1, b1, W2, b2, W3, b3):
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    A2 = relu(Z2)
    Z3 = A2 @ W3 + b3
    e = np.exp(Z3 - Z3.max(axis=1, keepdims=True))
    return Z1, A1, Z2, A2, Z3, e / e.sum(axis=1, keepdims=True)


def cost(A, y, weights, l2):
    return -np.log(A[np.arange(len(y)), y]).mean() + l2 / 2 * sum((w**2).sum() for w in weights)


def backward(X, y, Z1, A1, Z2, A2, A3, W1, W2, W3, l2):
    m = len(y)
    d3 = A3.copy()
    d3[np.arange(m), y] -= 1
    d3 /= m
    d2 = d3 @ W3.T * (Z2 > 0)
    d1 = d2 @ W2.T * (Z1 > 0)
    return {
        "W3": A2.T @ d3 + l2 * W3, "b3": d3.sum(axis=0),
        "W2": A1.T @ d2 + l2 * W2, "b2": d2.sum(axis=0),
        "W1": X.T @ d1 + l2 * W1, "b1": d1.sum(axis=0),
    }


def update(p, g, lr):
    for name in p:
        p[name] -= lr * g[name]


def train(X, y, epochs, lr, l2):
    g = np.random.default_rng(0)
    sizes = [X.shape[1], 8, 6, y.max() + 1]
    p = {}
    for i, (a, b) in enumerate(zip(sizes, sizes[1:]), 1):
        p[f"W{i}"], p[f"b{i}"] = g.normal(size=(a, b)) * 0.5, np.zeros(b)
    for _ in range(epochs):
        names = [f"{k}{i}" for i in (1, 2, 3) for k in "Wb"]
        Z1, A1, Z2, A2, Z3, A3 = forward(X, *(p[n] for n in names))
        grads = backward(X, y, Z1, A1, Z2, A2, A3, p["W1"], p["W2"], p["W3"], l2)
        update(p, grads, lr)
    return p
"""
FUNCTIONS_EXERCISE = """title = "Tres capas con ReLU"
network = "Linear(6, 5), ReLU(), Linear(5, 4), ReLU(), Linear(4, 3), Softmax()"
loss = "CrossEntropyLoss"
l2 = 0.1

[helpers.relu]
call = "relu(Z1)"
gives = "A1"

[forward]
call = "forward(X, W1, b1, W2, b2, W3, b3)"
gives = "Z1, A1, Z2, A2, Z3, A3"

[cost]
call = "cost(A3, labels, W, l2)"
gives = "J"

[gradients]
call = "backward(X, labels, Z1, A1, Z2, A2, A3, W1, W2, W3, l2)"
gives = "{'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2, 'W3': dW3, 'b3': db3}"

[update]
call = '''update(
    {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2, 'W3': W3, 'b3': b3},
    {'W1': dW1, 'b1': db1, 'W2': dW2, 'b2': db2, 'W3': dW3, 'b3': db3},
    lr,
)'''

[loop]
call = "train(X, labels, epochs, lr, l2)"
"""
CLASS = """import numpy as np


class Red:
    def __init__(self, n, h, k):
        self.pesos = [np.random.randn(h, n) * 0.4, np.random.randn(k, h) * 0.4]
        self.sesgos = [np.zeros((h, 1)), np.zeros((k, 1))]

    def adelante(self, X):
        self.a = [X]
        for W, b in zip(self.pesos, self.sesgos):
            self.a.append(1 / (1 + np.exp(-(W @ self.a[-1] + b))))
        return self.a[-1]

    def atras(self, Y):
        m = Y.shape[1]
        delta = (self.a[-1] - Y) * self.a[-1] * (1 - self.a[-1]) / m
        self.grads = []
        for i in (1, 0):
            self.grads.insert(0, (delta @ self.a[i].T, delta.sum(axis=1, keepdims=True)))
            delta = self.pesos[i].T @ delta * self.a[i] * (1 - self.a[i])

    def paso(self, X, Y, lr):
        self.adelante(X)
        self.atras(Y)
        for i, (dW, db) in enumerate(self.grads):
            self.pesos[i] = self.pesos[i] - lr * dW
            self.sesgos[i] = self.sesgos[i] - lr * db

    def entrenar(self, X, Y, epocas, lr, lote):
        for _ in range(epocas):
            orden = np.random.permutation(X.shape[1])
            for i in range(0, X.shape[1], lote):
                parte = orden[i : i + lote]
                self.paso(X[:, parte], Y[:, parte], lr)
"""
CLASS_EXERCISE = """network = "Linear(4, 3), Sigmoid(), Linear(3, 2), Sigmoid()"
loss = "MSELoss"
scale = "k/2"
layout = "columns"

[object]
make = "Red(n, h, k)"
attributes = "pesos = W; sesgos = b; a = [X, A1, A2]; grads = [(dW1, db1), (dW2, db2)]"

[forward]
call = "net.adelante(X)"
gives = "A2"

[gradients]
call = "net.atras(Y)"

[update]
call = "net.paso(X, Y, lr)"

[minibatch]
call = "net.entrenar(X, Y, epochs, lr, batch_size)"
"""
