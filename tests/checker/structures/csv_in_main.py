import numpy as np
import pandas as pd


def relu(x):
    return np.maximum(0, x)


def main():
    df = pd.read_csv("housing.csv")
    X = df.drop("price", axis=1).values
    y = df["price"].values.reshape(-1, 1)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    n_features = X.shape[1]
    hidden = 8
    np.random.seed(0)
    w1 = np.random.randn(n_features, hidden) * 0.3
    bias1 = np.zeros(hidden)
    w2 = np.random.randn(hidden, 1) * 0.3
    bias2 = np.zeros(1)
    lr = 0.05
    for epoch in range(1000):
        z = X @ w1 + bias1
        a = relu(z)
        y_hat = a @ w2 + bias2
        loss = np.mean((y_hat - y) ** 2)
        grad_out = 2 * (y_hat - y) / len(X)
        grad_w2 = a.T @ grad_out
        grad_b2 = grad_out.sum(axis=0)
        grad_a = grad_out @ w2.T
        grad_z = grad_a * (z > 0)
        grad_w1 = X.T @ grad_z
        grad_b1 = grad_z.sum(axis=0)
        w1 -= lr * grad_w1
        bias1 -= lr * grad_b1
        w2 -= lr * grad_w2
        bias2 -= lr * grad_b2
        if epoch % 100 == 0:
            print(epoch, loss)


if __name__ == "__main__":
    main()
