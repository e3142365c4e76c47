"""One training step laid open: forward, loss, backward, update, each by itself, every number at hand."""

import numpy as np

import gradiente as gr

x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([[0.0], [1.0], [1.0], [0.0]])

net = gr.Network([gr.Linear(2, 4), gr.Tanh(), gr.Linear(4, 1)], seed=0, dtype="float64")
loss = gr.BCEWithLogitsLoss()
optimizer = gr.Adam(lr=0.1)

z, caches = net.forward(x)
print("J =", loss.value(z, y))
print("∂J/∂z = (ŷ − y)/m =", loss.gradient(z, y).ravel())

net.backward(caches, loss.gradient(z, y))
for name, gradient in net.gradients.items():
    print(f"∂J/∂{name} =", gradient.tolist())

theta, slots = optimizer.rule(net.theta, net.gradient, optimizer.initial_slots(net.theta), t=1)
print("θ moved by", (theta - net.theta).round(4).tolist())
net.theta[...] = theta
print("J =", loss.value(net.forward(x)[0], y))
