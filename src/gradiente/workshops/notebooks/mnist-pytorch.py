# %% [markdown] lang="es"
# # MNIST en PyTorch, junto a su red de NumPy
#
# La misma red del taller de MNIST, 784-512-10 con tanh, ahora en PyTorch. Y una pregunta: ¿es de verdad **la misma**?
# Usted va a llevar los pesos de una a la otra y a mostrar que las predicciones y los gradientes coinciden número por
# número.
#
# **Lo que hay que hacer.** Complete cada celda que dice `raise NotImplementedError`:
#
# 1. `crearRed()` y `exactitud(red, X, y)`;
# 2. `entrenar(red, optimizador, X, y, epocas, batch_size)`;
# 3. `feedForward(X, w1, b1, w2, b2)` y `backProp(X, y, w1, b1, w2, b2, a1, a2)`, que ya tiene: son las de su taller
#    de NumPy;
# 4. `desdeNumpy(w1, b1, w2, b2)` y `gradientes(red, X, y)`, que hacen la comparación.
#
# Para una revisión a fondo, en la terminal: `gradiente check mnist-pytorch.ipynb` (o `mnist-pytorch.py`).
#
# **Notación.** Hay dos convenciones, y pasar de una a otra es parte del taller:
#
# | | PyTorch | NumPy, como en los talleres anteriores |
# |---|---|---|
# | instancias | filas: `X` $(m, 784)$ | columnas: `X.T` $(784, m)$ |
# | respuestas | enteros: `y` $(m,)$ | one-hot: $(10, m)$ |
# | pesos | `weight` $(512, 784)$ y $(10, 512)$ | `w1` $(512, 784)$ y `w2` $(10, 512)$ |
# | sesgos | `bias` $(512,)$ y $(10,)$ | `b1` $(512, 1)$ y `b2` $(10, 1)$ |
# | salida | logits: la softmax está en la pérdida | probabilidades `a2` |

# %% [markdown] lang="en"
# # MNIST in PyTorch, beside your NumPy network
#
# The network of the MNIST workshop, 784-512-10 with tanh, now in PyTorch. And a question: is it really **the
# same**? You are going to carry the weights from one to the other and show that predictions and gradients agree
# number by number.
#
# **What is to be done.** Fill in every cell that says `raise NotImplementedError`:
#
# 1. `crearRed()` (*make the network*) and `exactitud(red, X, y)` (*accuracy*);
# 2. `entrenar(red, optimizador, X, y, epocas, batch_size)` (*train*);
# 3. `feedForward(X, w1, b1, w2, b2)` and `backProp(X, y, w1, b1, w2, b2, a1, a2)`, which you have: they are those
#    of your NumPy workshop;
# 4. `desdeNumpy(w1, b1, w2, b2)` (*from NumPy*) and `gradientes(red, X, y)`, which make the comparison.
#
# For a thorough check, in the terminal: `gradiente check mnist-pytorch.ipynb` (or `mnist-pytorch.py`).
#
# **Notation.** There are two conventions, and going from one to the other is part of the workshop:
#
# | | PyTorch | NumPy, as in the earlier workshops |
# |---|---|---|
# | instances | rows: `X` $(m, 784)$ | columns: `X.T` $(784, m)$ |
# | answers | whole numbers: `y` $(m,)$ | one-hot: $(10, m)$ |
# | weights | `weight` $(512, 784)$ and $(10, 512)$ | `w1` $(512, 784)$ and `w2` $(10, 512)$ |
# | biases | `bias` $(512,)$ and $(10,)$ | `b1` $(512, 1)$ and `b2` $(10, 1)$ |
# | output | logits: the softmax is in the loss | probabilities `a2` |

# %%
from pathlib import Path

import numpy as np
import torch
from torch import nn

import gradiente as gr

# es: # Con menos instancias y menos épocas todo es más rápido y la red queda peor.
# en: # With fewer instances and epochs everything is faster and the network worse.
INSTANCIAS = 60000
EPOCAS = 5
BATCH_SIZE = 128

torch.manual_seed(0)

# %%
train, test = gr.data.load("mnist")

X = torch.from_numpy(train.x[:INSTANCIAS])
y = torch.from_numpy(train.y[:INSTANCIAS])
X_test = torch.from_numpy(test.x)
y_test = torch.from_numpy(test.y)
print(X.shape, X.dtype, y.shape, y.dtype)

# %% [markdown] lang="es"
# ## 1. La red y su exactitud
#
# Dos capas `nn.Linear` con una `nn.Tanh` en el medio, y nada después de la última: la salida son logits. Para la
# exactitud, el dígito leído es el de mayor logit; ponga la red en modo de evaluación, sin autograd, y déjela
# después en el modo en que la recibió.

# %% [markdown] lang="en"
# ## 1. The network and its accuracy
#
# Two `nn.Linear` layers with an `nn.Tanh` in the middle, and nothing after the last: the output are logits. For the
# accuracy, the digit read is the one with the largest logit; put the network in evaluation mode, without autograd,
# and leave it afterwards in the mode in which you got it.


# %%
def crearRed():
    # es: """Una red nueva, 784-512-10 con tanh: de X (m, 784) a logits (m, 10)."""
    # en: """A new network, 784-512-10 with tanh: from X (m, 784) to logits (m, 10)."""
    ### BEGIN SOLUTION
    return nn.Sequential(nn.Linear(784, 512), nn.Tanh(), nn.Linear(512, 10))
    ### END SOLUTION


# %%
def exactitud(red, X, y):
    # es: """La fracción de aciertos de la red, un número de Python; y (m,) son enteros."""
    # en: """The fraction that the network gets right, a Python number; y (m,) are whole numbers."""
    ### BEGIN SOLUTION
    estaba_entrenando = red.training
    red.eval()
    with torch.no_grad():
        aciertos = red(X).argmax(dim=1) == y
    red.train(estaba_entrenando)
    return aciertos.float().mean().item()
    ### END SOLUTION


# %%
red = crearRed()
print(red)
# es: print(f"exactitud antes de aprender: {exactitud(red, X_test, y_test):.4f}")
# en: print(f"accuracy before learning: {exactitud(red, X_test, y_test):.4f}")

# %% [markdown] lang="es"
# ## 2. Entrenar
#
# El ciclo por lotes: en cada época se barajan las instancias (`torch.randperm`), y con cada lote se hace una
# actualización. La pérdida es `nn.CrossEntropyLoss`; el optimizador llega ya creado, con los parámetros de la red
# adentro.
#
# Retorne la pérdida media de cada época. Como el último lote puede ser más pequeño, pese cada pérdida por el tamaño
# de su lote.

# %% [markdown] lang="en"
# ## 2. Training
#
# The loop over batches: in every epoch (*época*) the instances are shuffled (`torch.randperm`), and every batch
# makes one update. The loss is `nn.CrossEntropyLoss`; the optimizer arrives ready, with the parameters of the
# network inside.
#
# Return the mean loss of every epoch. Since the last batch may be smaller, weigh every loss by the size of its batch.


# %%
def entrenar(red, optimizador, X, y, epocas, batch_size):
    # es: """Entrena la red por lotes; retorna la lista de pérdidas medias, una por época."""
    # en: """Trains the network in batches; returns the list of mean losses, one per epoch."""
    ### BEGIN SOLUTION
    perdida = nn.CrossEntropyLoss()
    medias = []
    red.train()
    for _ in range(epocas):
        suma = 0.0
        for lote in torch.randperm(len(X)).split(batch_size):
            optimizador.zero_grad()
            costo = perdida(red(X[lote]), y[lote])
            costo.backward()
            optimizador.step()
            suma += costo.item() * len(lote)
        medias.append(suma / len(X))
    return medias
    ### END SOLUTION


# %%
optimizador = torch.optim.Adam(red.parameters(), lr=1e-3)
medias = entrenar(red, optimizador, X, y, EPOCAS, BATCH_SIZE)
# es: print("pérdida de cada época:", np.round(medias, 4))
# en: print("loss of every epoch:", np.round(medias, 4))
# es: print(f"exactitud en prueba: {exactitud(red, X_test, y_test):.4f}")
# en: print(f"test accuracy: {exactitud(red, X_test, y_test):.4f}")

# %% [markdown] lang="es"
# ## 3. Su red de NumPy
#
# Traiga aquí `feedForward` y `backProp` de su taller de MNIST, con las funciones de activación que necesiten.

# %% [markdown] lang="en"
# ## 3. Your NumPy network
#
# Bring `feedForward` and `backProp` here from your MNIST workshop, with the activation functions that they need.


# %%
def feedForward(X, w1, b1, w2, b2):
    # es: """Las activaciones a1 (512, m) y a2 (10, m), con una instancia por columna: X (784, m)."""
    # en: """The activations a1 (512, m) and a2 (10, m), with one instance per column: X (784, m)."""
    ### BEGIN SOLUTION
    a1 = np.tanh(w1 @ X + b1)
    z2 = w2 @ a1 + b2
    e = np.exp(z2 - np.max(z2, axis=0, keepdims=True))
    return a1, e / np.sum(e, axis=0, keepdims=True)
    ### END SOLUTION


# %%
def backProp(X, y, w1, b1, w2, b2, a1, a2):
    # es: """Los gradientes dw1, db1, dw2, db2 del costo medio; y (10, m) es one-hot."""
    # en: """The gradients dw1, db1, dw2, db2 of the mean cost; y (10, m) is one-hot."""
    ### BEGIN SOLUTION
    dz2 = (a2 - y) / X.shape[1]
    dz1 = (w2.T @ dz2) * (1 - a1**2)
    db1 = np.sum(dz1, axis=1, keepdims=True)
    db2 = np.sum(dz2, axis=1, keepdims=True)
    return dz1 @ X.T, db1, dz2 @ a1.T, db2
    ### END SOLUTION


# %% [markdown] lang="es"
# Los pesos que guardó al final del taller de MNIST (`mnist_numpy.npz`). Si no los tiene en esta carpeta, sirven
# unos al azar: la comparación es la misma.

# %% [markdown] lang="en"
# The weights that you kept at the end of the MNIST workshop (`mnist_numpy.npz`). If they are not in this folder,
# random ones will do: the comparison is the same.

# %%
if Path("mnist_numpy.npz").exists():
    pesos = np.load("mnist_numpy.npz")
    w1, b1, w2, b2 = (pesos[nombre] for nombre in ("w1", "b1", "w2", "b2"))
else:
    azar = np.random.default_rng(0)
    w1, b1 = azar.normal(0, 0.04, (512, 784)), np.zeros((512, 1))
    w2, b2 = azar.normal(0, 0.04, (10, 512)), np.zeros((10, 1))

# %% [markdown] lang="es"
# ## 4. ¿Son la misma red?
#
# Copie los pesos de NumPy en una red nueva. Dos cuidados: la red de PyTorch debe quedar en `float64` (`.double()`),
# como NumPy, o las cifras solo coincidirían hasta la séptima; y los sesgos cambian de forma.

# %% [markdown] lang="en"
# ## 4. Are they the same network?
#
# Copy the weights of NumPy into a new network. Take care of two things: the PyTorch network should be in `float64`
# (`.double()`), as NumPy is, or the digits would only agree up to the seventh; and the biases change their shape.


# %%
def desdeNumpy(w1, b1, w2, b2):
    # es: """Una red de crearRed(), en float64, con copias de esos pesos: b1 (512, 1) y b2 (10, 1)."""
    # en: """A network of crearRed(), in float64, with copies of these weights: b1 (512, 1) and b2 (10, 1)."""
    ### BEGIN SOLUTION
    red = crearRed().double()
    valores = (w1, b1.ravel(), w2, b2.ravel())
    with torch.no_grad():
        for parametro, valor in zip(red.parameters(), valores, strict=True):
            parametro.copy_(torch.from_numpy(valor))
    return red
    ### END SOLUTION


# %%
gemela = desdeNumpy(w1, b1, w2, b2)
X64 = X_test.double()
de_torch = torch.softmax(gemela(X64), dim=1).detach().numpy()
_, de_numpy = feedForward(X64.numpy().T, w1, b1, w2, b2)

iguales = np.mean(de_torch.argmax(axis=1) == de_numpy.argmax(axis=0))
diferencia = np.abs(de_torch.T - de_numpy).max()
# es: print(f"el mismo dígito en {iguales:.2%} de las imágenes; mayor diferencia de probabilidad: {diferencia:.1e}")
# en: print(f"the same digit in {iguales:.2%} of the images; largest difference in probability: {diferencia:.1e}")
# es: assert diferencia < 1e-9, "con los mismos pesos, las dos redes deben dar lo mismo"
# en: assert diferencia < 1e-9, "with the same weights, both networks should give the same"

# %% [markdown] lang="es"
# Y los gradientes: lo que `backward()` calcula por su cuenta, frente a lo que usted dedujo en papel. Retórnelos con
# las formas de los talleres de NumPy.

# %% [markdown] lang="en"
# And the gradients: what `backward()` computes on its own, against what you derived on paper. Return them with the
# shapes of the NumPy workshops.


# %%
def gradientes(red, X, y):
    # es: """dw1, db1, dw2, db2 de la cross-entropy media, por autograd, como arreglos de NumPy.
    # es:
    # es: X (m, 784) y y (m,) son tensores; db1 es (512, 1) y db2 (10, 1).
    # es: """
    # en: """dw1, db1, dw2, db2 of the mean cross-entropy, by autograd, as NumPy arrays.
    # en:
    # en: X (m, 784) and y (m,) are tensors; db1 is (512, 1) and db2 (10, 1).
    # en: """
    ### BEGIN SOLUTION
    red.zero_grad()
    nn.CrossEntropyLoss()(red(X), y).backward()
    dw1, db1, dw2, db2 = (parametro.grad.numpy().copy() for parametro in red.parameters())
    return dw1, db1[:, None], dw2, db2[:, None]
    ### END SOLUTION


# %%
pocas, sus = X64[:100], y_test[:100]
por_autograd = gradientes(gemela, pocas, sus)

columnas, one_hot = pocas.numpy().T, np.eye(10)[sus.numpy()].T
a_mano = backProp(columnas, one_hot, w1, b1, w2, b2, *feedForward(columnas, w1, b1, w2, b2))

for nombre, suyo, automatico in zip(("dw1", "db1", "dw2", "db2"), a_mano, por_autograd, strict=True):
    diferencia = np.abs(suyo - automatico).max()
    # es: print(f"{nombre} {suyo.shape}: mayor diferencia {diferencia:.1e}")
    # en: print(f"{nombre} {suyo.shape}: largest difference {diferencia:.1e}")
    # es: assert diferencia < 1e-9, f"{nombre}: su gradiente y el de PyTorch no coinciden"
    # en: assert diferencia < 1e-9, f"{nombre}: your gradient and PyTorch's do not agree"

# %% [markdown] lang="es"
# ## Para pensar
#
# - Su red de NumPy y la de PyTorch, con los mismos datos y las mismas épocas, ¿llegan a la misma exactitud? ¿De qué
#   depende?
# - Cambie Adam por `torch.optim.SGD` con la misma tasa de aprendizaje. ¿Por qué queda tan atrás?
# - Agregue una `nn.Dropout` después de la tanh. ¿Dónde se nota: en la pérdida de entrenamiento o en la exactitud en
#   prueba?

# %% [markdown] lang="en"
# ## To think about
#
# - With the same data and the same epochs, do your NumPy network and PyTorch's get to the same accuracy? What does it
#   depend on?
# - Put `torch.optim.SGD` in place of Adam, with the same learning rate. Why does it stay so far behind?
# - Add an `nn.Dropout` after the tanh. Where does it show: in the training loss or in the test accuracy?
