# %% [markdown] lang="es"
# # Introducción a PyTorch
#
# PyTorch hace por usted lo que en los talleres anteriores hizo a mano: guarda los números en tensores, deriva y
# actualiza. Este taller es una serie de ejercicios cortos, cada uno una función de pocas líneas, para que sepa qué
# hay detrás de cada pieza antes de armar con ellas una red.
#
# **Lo que hay que hacer.** Complete cada celda que dice `raise NotImplementedError`. Los ejercicios son
# independientes: si uno se resiste, siga con el otro. Después de cada uno hay una celda que lo pone a prueba; para
# una revisión a fondo, en la terminal: `gradiente check pytorch-intro.ipynb` (o `pytorch-intro.py`).
#
# **Notación.** Aquí la convención es la de PyTorch: el **primer eje** separa las instancias, de modo que una matriz
# de datos es $(m, n)$, una instancia por **fila**. Es la transpuesta de lo que hacía con NumPy. $\theta$ es un
# parámetro, $g$ su gradiente y $\alpha$ la tasa de aprendizaje; los *logits* son los $z$ de la última capa, antes
# de softmax o de la sigmoide.

# %% [markdown] lang="en"
# # Introduction to PyTorch
#
# PyTorch does for you what you did by hand in the earlier workshops: it keeps the numbers in tensors, differentiates
# and updates. This workshop is a series of short exercises, each a function of a few lines, so that you know what is
# behind every piece before you build a network of them.
#
# **What is to be done.** Fill in every cell that says `raise NotImplementedError`. The exercises do not depend on one
# another: if one resists, go on with the next. After each there is a cell that tries it out; for a thorough check, in
# the terminal: `gradiente check pytorch-intro.ipynb` (or `pytorch-intro.py`).
#
# **Notation.** The convention here is PyTorch's: the **first axis** tells the instances apart, so a matrix of data is
# $(m, n)$, one instance per **row**. It is the transpose of what you did with NumPy. $\theta$ is a parameter, $g$ its
# gradient and $\alpha$ the learning rate; *logits* are the $z$ of the last layer, before softmax or the sigmoid.

# %%
import torch
import torchmetrics
from torch import nn

torch.manual_seed(0)

# %% [markdown] lang="es"
# ## 1. Tensores y rango
#
# Un tensor es un arreglo con cualquier número de ejes, y su **rango** es cuántos tiene: un escalar tiene rango 0, un
# vector 1, una matriz 2. En PyTorch el rango es `t.ndim` y la forma es `t.shape`.

# %% [markdown] lang="en"
# ## 1. Tensors and rank
#
# A tensor is an array with any number of axes, and its **rank** is how many it has: a scalar has rank 0, a vector
# 1, a matrix 2. In PyTorch the rank is `t.ndim` and the shape is `t.shape`.

# %%
for t in (torch.tensor(3.5), torch.tensor([1.0, 2.0]), torch.zeros(4, 2), torch.zeros(2, 4, 3)):
    print(t.ndim, tuple(t.shape), t.dtype)

# %% [markdown] lang="es"
# Tres preguntas: ¿qué tensor es una hoja de cálculo de 10 columnas y `m` filas? ¿Y un conjunto de `m` imágenes RGB?
# ¿Y uno de `m` videos RGB? Responda con tres tensores de ceros. Imágenes y videos van en *channels-first*: el eje
# de los colores antes del alto y el ancho, y en el video cada cuadro (*frame*) es una imagen.

# %% [markdown] lang="en"
# Three questions: which tensor is a spreadsheet of 10 columns and `m` rows? And a set of `m` RGB images? And one of
# `m` RGB videos? Answer with three tensors of zeros. Images and videos come *channels-first*: the axis of the colours
# before height (*alto*) and width (*ancho*), and in a video every frame is an image.


# %%
def tresPreguntas(m, frames, alto, ancho):
    # es: """Tres tensores de ceros: una hoja de 10 columnas, m imágenes RGB, m videos RGB de tantos frames."""
    # en: """Three tensors of zeros: a sheet of 10 columns, m RGB images, m RGB videos of that many frames."""
    ### BEGIN SOLUTION
    hoja = torch.zeros(m, 10)
    imagenes = torch.zeros(m, 3, alto, ancho)
    videos = torch.zeros(m, frames, 3, alto, ancho)
    return hoja, imagenes, videos
    ### END SOLUTION


# %%
for respuesta in tresPreguntas(6, 5, 4, 7):
    print(respuesta.ndim, tuple(respuesta.shape))

# %% [markdown] lang="es"
# ## 2. Broadcasting
#
# Al operar elemento por elemento, los ejes se comparan **desde el último**: donde uno falta o mide 1, se repite.
# Por eso a una matriz $(n, m)$ se le puede sumar un vector $(m,)$, pero no uno $(n,)$… a menos que $n = m$, y
# entonces se suma por el lado que no era, en silencio.
#
# `Z` $(n, m)$ está como en los talleres de NumPy, con una instancia por columna, y `b` $(n,)$ tiene un sesgo por
# neurona. Súmelos.

# %% [markdown] lang="en"
# ## 2. Broadcasting
#
# In operations element by element, axes are compared **from the last**: where one is missing or measures 1, it is
# repeated. So a vector $(m,)$ can be added to a matrix $(n, m)$, but not one $(n,)$… unless $n = m$, and then it is
# added along the wrong side, in silence.
#
# `Z` $(n, m)$ is as in the NumPy workshops, with one instance per column, and `b` $(n,)$ has one bias per neuron. Add
# them.


# %%
def sumarSesgo(Z, b):
    # es: """Z (n, m) con b[i] sumado a toda la fila i."""
    # en: """Z (n, m) with b[i] added to all of row i."""
    ### BEGIN SOLUTION
    return Z + b[:, None]
    ### END SOLUTION


# %%
print(sumarSesgo(torch.zeros(3, 3), torch.tensor([1.0, 2.0, 3.0])))

# %% [markdown] lang="es"
# ## 3. Canales al principio, canales al final
#
# PyTorch espera las imágenes en *channels-first*, $(m, c, \text{alto}, \text{ancho})$; TensorFlow y matplotlib, en
# *channels-last*, $(m, \text{alto}, \text{ancho}, c)$. Pase de la primera a la segunda. Cuidado: `reshape` daría la
# forma correcta con los píxeles revueltos, porque no mueve ningún número.

# %% [markdown] lang="en"
# ## 3. Channels first, channels last
#
# PyTorch expects images *channels-first*, $(m, c, \text{height}, \text{width})$; TensorFlow and matplotlib,
# *channels-last*, $(m, \text{height}, \text{width}, c)$. Go from the first to the second. Careful: `reshape` would
# give the right shape with the pixels scrambled, since it moves no number.


# %%
def canalesAlFinal(imagenes):
    # es: """Las mismas imágenes, de (m, c, alto, ancho) a (m, alto, ancho, c)."""
    # en: """The same images, from (m, c, height, width) to (m, height, width, c)."""
    ### BEGIN SOLUTION
    return imagenes.permute(0, 2, 3, 1)
    ### END SOLUTION


# %%
imagenes = torch.rand(2, 3, 4, 5)
al_final = canalesAlFinal(imagenes)
print(tuple(al_final.shape), bool(al_final[1, 2, 4, 0] == imagenes[1, 0, 2, 4]))

# %% [markdown] lang="es"
# ## 4. Secuencias
#
# Una serie de tiempo es una tabla: una fila por momento, una columna por feature. Para aprender de ella se corta en
# **ventanas** de momentos consecutivos, y cada ventana es una instancia: el tensor queda con los ejes (instancias,
# tiempo, features). Con $T$ momentos y ventanas de `largo` momentos, corridas de a uno, hay $T - \text{largo} + 1$.

# %% [markdown] lang="en"
# ## 4. Sequences
#
# A time series is a table: one row per moment, one column per feature. To learn from it, it is cut into **windows**
# of consecutive moments, and every window is an instance: the tensor has the axes (instances, time, features). With
# $T$ moments and windows of length `largo`, each one moment further, there are $T - \text{largo} + 1$.


# %%
def ventanas(serie, largo):
    # es: """Las ventanas de una serie (T, features): un tensor (T - largo + 1, largo, features)."""
    # en: """The windows of a series (T, features): a tensor (T - largo + 1, largo, features)."""
    ### BEGIN SOLUTION
    cuantas = serie.shape[0] - largo + 1
    return torch.stack([serie[inicio : inicio + largo] for inicio in range(cuantas)])
    ### END SOLUTION


# %%
print(ventanas(torch.arange(10.0).reshape(5, 2), 3))

# %% [markdown] lang="es"
# ## 5. Su derivada contra autograd
#
# Si un tensor tiene `requires_grad=True`, PyTorch anota cada operación que se haga con él, y `backward()` recorre
# esas notas hacia atrás con la regla de la cadena, la misma de `backProp`. El resultado queda en `.grad`.
#
# Tome $f(x) = x \cdot \sigma(x)$. Escriba su derivada **a mano**, elemento por elemento, y después pídasela a
# autograd. `backward()` parte de un solo número: como cada $f(x_i)$ depende solo de $x_i$, la suma sirve. No
# modifique el tensor que recibe: ni sus números ni su `requires_grad`.

# %% [markdown] lang="en"
# ## 5. Your derivative against autograd
#
# If a tensor has `requires_grad=True`, PyTorch takes note of every operation on it, and `backward()` follows these
# notes back by the chain rule, the one of `backProp`. The result is then in `.grad`.
#
# Take $f(x) = x \cdot \sigma(x)$. Write its derivative **by hand**, element by element, and then ask autograd for it.
# `backward()` starts from a single number: since each $f(x_i)$ depends on $x_i$ alone, the sum will do. Do not change
# the tensor you are given: neither its numbers nor its `requires_grad`.


# %%
def f(x):
    return x * torch.sigmoid(x)


# %%
def derivadaAMano(x):
    # es: """f'(x), elemento por elemento, con su propia fórmula y sin autograd."""
    # en: """f'(x), element by element, by your own formula and without autograd."""
    ### BEGIN SOLUTION
    s = torch.sigmoid(x)
    return s + x * s * (1 - s)
    ### END SOLUTION


# %%
def derivadaAutograd(x):
    # es: """f'(x), elemento por elemento, calculada por autograd a partir de f."""
    # en: """f'(x), element by element, computed by autograd from f."""
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    f(x).sum().backward()
    return x.grad
    ### END SOLUTION


# %%
x = torch.linspace(-3, 3, 7)
print(derivadaAMano(x))
print(derivadaAutograd(x))

# %% [markdown] lang="es"
# ## 6. Un módulo propio
#
# Todo componente de PyTorch hereda de `nn.Module`: en `__init__` se crean las capas, en `forward` se dice qué se
# hace con la entrada. Los parámetros de las capas guardadas como atributos (`self.algo = …`) quedan registrados, y
# la derivada sale sola.
#
# Complete `RedDensa`: una `nn.Linear` de `entradas` a `ocultas`, tanh, y otra `nn.Linear` de `ocultas` a `salidas`,
# sin activación al final (retorna logits).

# %% [markdown] lang="en"
# ## 6. A module of your own
#
# Every component of PyTorch inherits from `nn.Module`: `__init__` makes the layers, `forward` says what is done
# with the input. The parameters of layers kept as attributes (`self.something = …`) are registered, and the
# derivative comes by itself.
#
# Complete `RedDensa` (*dense network*): an `nn.Linear` from `entradas` (*inputs*) to `ocultas` (*hidden*), tanh, and
# another `nn.Linear` from `ocultas` to `salidas` (*outputs*), without an activation at the end (it returns logits).


# %%
class RedDensa(nn.Module):
    def __init__(self, entradas, ocultas, salidas):
        super().__init__()
        ### BEGIN SOLUTION
        self.escondida = nn.Linear(entradas, ocultas)
        self.salida = nn.Linear(ocultas, salidas)
        ### END SOLUTION

    def forward(self, x):
        ### BEGIN SOLUTION
        return self.salida(torch.tanh(self.escondida(x)))
        ### END SOLUTION


def crearRed(entradas, ocultas, salidas):
    return RedDensa(entradas, ocultas, salidas)


# %%
red = crearRed(3, 4, 2)
print(red)
print(red(torch.rand(5, 3)).shape, sum(p.numel() for p in red.parameters()))

# %% [markdown] lang="es"
# ## 7. Las activaciones
#
# `nn.ReLU`, `nn.Sigmoid`, `nn.Tanh` y `nn.Softmax` también son módulos: primero se crean y luego se llaman,
# `nn.ReLU()(z)`. A softmax hay que decirle **sobre qué eje** suman 1 sus resultados; con una instancia por fila, es
# el de las clases.

# %% [markdown] lang="en"
# ## 7. The activations
#
# `nn.ReLU`, `nn.Sigmoid`, `nn.Tanh` and `nn.Softmax` are modules too: they are made first and called then,
# `nn.ReLU()(z)`. Softmax must be told **over which axis** its results sum to 1; with one instance per row, it is
# that of the classes.


# %%
def activaciones(z):
    # es: """ReLU, sigmoide, tanh y softmax de z (m, clases), en ese orden."""
    # en: """ReLU, sigmoid, tanh and softmax of z (m, classes), in that order."""
    ### BEGIN SOLUTION
    return nn.ReLU()(z), nn.Sigmoid()(z), nn.Tanh()(z), nn.Softmax(dim=1)(z)
    ### END SOLUTION


# %%
for resultado in activaciones(torch.tensor([[-1.0, 0.0, 2.0], [3.0, 3.0, 3.0]])):
    print(resultado)

# %% [markdown] lang="es"
# ## 8. Las capas, en fila
#
# `nn.Sequential` encadena capas. Arme, en este orden, una red para imágenes de $8 \times 8$ con `canales` canales:
#
# 1. `nn.Conv2d`: de `canales` a 6 canales, filtros de $3 \times 3$, `padding=1` (el tamaño no cambia);
# 2. `nn.BatchNorm2d`, 3. `nn.ReLU`, 4. `nn.MaxPool2d(2)`, que reduce a la mitad el alto y el ancho;
# 5. `nn.Flatten`, 6. `nn.Dropout(0.5)`, 7. `nn.Linear` hasta `clases` logits. ¿Cuántos números le llegan?
#
# `Conv1d` y `Conv3d` (y sus `BatchNorm` y `MaxPool`) hacen lo mismo con secuencias y con videos.

# %% [markdown] lang="en"
# ## 8. The layers, in a row
#
# `nn.Sequential` chains layers. Build, in this order, a network for images of $8 \times 8$ with `canales` channels:
#
# 1. `nn.Conv2d`: from `canales` to 6 channels, filters of $3 \times 3$, `padding=1` (the size stays);
# 2. `nn.BatchNorm2d`, 3. `nn.ReLU`, 4. `nn.MaxPool2d(2)`, which halves height and width;
# 5. `nn.Flatten`, 6. `nn.Dropout(0.5)`, 7. `nn.Linear` to `clases` (*classes*) logits. How many numbers reach it?
#
# `Conv1d` and `Conv3d` (with their `BatchNorm` and `MaxPool`) do the same with sequences and videos.


# %%
def crearConvolucional(canales, clases):
    # es: """La red de arriba: de imágenes (m, canales, 8, 8) a logits (m, clases)."""
    # en: """The network above: from images (m, canales, 8, 8) to logits (m, clases)."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(canales, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(6 * 4 * 4, clases),
    )
    ### END SOLUTION


# %%
convolucional = crearConvolucional(3, 10)
print(convolucional(torch.rand(5, 3, 8, 8)).shape)

# %% [markdown] lang="es"
# ## 9. Entrenar no es predecir
#
# Dropout apaga neuronas y BatchNorm usa la media del lote, pero solo mientras se entrena. Para predecir se cambia
# de modo con `red.eval()`, y con `torch.no_grad()` no se anotan operaciones que nadie va a derivar.
#
# Retorne las **probabilidades** de cada clase y deje la red en el modo en que la recibió (`red.training` dice cuál
# es).

# %% [markdown] lang="en"
# ## 9. Training is not predicting
#
# Dropout switches neurons off and BatchNorm uses the mean of the batch, but only while training. To predict, one
# changes the mode with `red.eval()`, and with `torch.no_grad()` no notes are taken of operations that nobody will
# differentiate.
#
# Return the **probabilities** of every class, and leave the network in the mode in which you got it (`red.training`
# says which it is).


# %%
def predecir(red, X):
    # es: """Las probabilidades (m, clases) que la red, cuya salida son logits, les da a las instancias X."""
    # en: """The probabilities (m, classes) that the network, whose output are logits, gives the instances X."""
    ### BEGIN SOLUTION
    estaba_entrenando = red.training
    red.eval()
    with torch.no_grad():
        probabilidades = torch.softmax(red(X), dim=1)
    red.train(estaba_entrenando)
    return probabilidades
    ### END SOLUTION


# %%
X = torch.rand(5, 3, 8, 8)
print(bool((predecir(convolucional, X) == predecir(convolucional, X)).all()), convolucional.training)

# %% [markdown] lang="es"
# ## 10. Las funciones de pérdida
#
# Cada una espera algo distinto, y equivocarse rara vez produce un error:
#
# - `nn.CrossEntropyLoss` recibe **logits** $(m, \text{clases})$ y las clases como enteros $(m,)$; la softmax ya está
#   adentro.
# - `nn.BCELoss` recibe **probabilidades** y respuestas 0 o 1, con la misma forma y ambas de punto flotante.
# - `nn.MSELoss` recibe dos tensores de la misma forma. Con $(m, 1)$ y $(m,)$ hace broadcasting a $(m, m)$ y promedia
#   $m^2$ diferencias: apenas da una advertencia.

# %% [markdown] lang="en"
# ## 10. The loss functions
#
# Each expects something else, and getting it wrong rarely makes an error:
#
# - `nn.CrossEntropyLoss` takes **logits** $(m, \text{classes})$ and the classes as whole numbers $(m,)$; the
#   softmax is already inside.
# - `nn.BCELoss` takes **probabilities** and answers 0 or 1, of the same shape and both floating point.
# - `nn.MSELoss` takes two tensors of the same shape. With $(m, 1)$ and $(m,)$ it broadcasts to $(m, m)$ and
#   averages $m^2$ differences: all it gives is a warning.


# %%
def perdidaMulticlase(logits, etiquetas):
    # es: """La cross-entropy media: logits (m, clases), etiquetas enteras (m,)."""
    # en: """The mean cross-entropy: logits (m, classes), whole-number labels (m,)."""
    ### BEGIN SOLUTION
    return nn.CrossEntropyLoss()(logits, etiquetas)
    ### END SOLUTION


# %%
def perdidaBinaria(z, y):
    # es: """La binary cross-entropy media, con nn.BCELoss: z (m,) son logits, y (m,) enteros 0 o 1."""
    # en: """The mean binary cross-entropy, by nn.BCELoss: z (m,) are logits, y (m,) whole numbers 0 or 1."""
    ### BEGIN SOLUTION
    return nn.BCELoss()(torch.sigmoid(z), y.to(z.dtype))
    ### END SOLUTION


# %%
def perdidaRegresion(y_est, y):
    # es: """El error cuadrático medio: y_est (m, 1) sale de una red, y (m,) son las respuestas."""
    # en: """The mean squared error: y_est (m, 1) comes out of a network, y (m,) are the answers."""
    ### BEGIN SOLUTION
    return nn.MSELoss()(y_est.squeeze(1), y)
    ### END SOLUTION


# %%
# es: # Deben salir 1.0986 (log 3), 0.6931 (log 2) y 0.
# en: # It should be 1.0986 (log 3), 0.6931 (log 2) and 0.
print(perdidaMulticlase(torch.zeros(4, 3), torch.tensor([0, 2, 1, 1])))
print(perdidaBinaria(torch.zeros(3), torch.tensor([0, 1, 1])))
print(perdidaRegresion(torch.tensor([[1.0], [2.0]]), torch.tensor([1.0, 2.0])))

# %% [markdown] lang="es"
# ## 11. El ciclo de entrenamiento
#
# Es el de `entrenarRed`, con otras palabras: feed-forward, pérdida, `backward()` (los gradientes) y
# `optimizador.step()` (la actualización). Falta un detalle: `backward()` **suma** al `.grad` que ya hubiera, así
# que cada vuelta empieza por `optimizador.zero_grad()`.
#
# Use `torch.optim.SGD` y `nn.CrossEntropyLoss`, con todas las instancias en cada época. Retorne una lista con la
# pérdida de cada época, como números de Python (`.item()`), medida **antes** de la actualización.

# %% [markdown] lang="en"
# ## 11. The training loop
#
# It is the one of `entrenarRed` (*train*) in other words: feed-forward, loss, `backward()` (the gradients) and
# `optimizador.step()` (the update). One detail is missing: `backward()` **adds** to whatever was in `.grad`, so every
# round starts with `optimizador.zero_grad()`.
#
# Use `torch.optim.SGD` and `nn.CrossEntropyLoss`, with all instances in every epoch. Return a list with the loss of
# every epoch, as Python numbers (`.item()`), measured **before** the update.


# %%
def entrenar(red, X, y, epocas, lr):
    # es: """Entrena la red con descenso de gradiente; retorna la lista de pérdidas, una por época."""
    # en: """Trains the network by gradient descent; returns the list of losses, one per epoch."""
    ### BEGIN SOLUTION
    optimizador = torch.optim.SGD(red.parameters(), lr=lr)
    perdida = nn.CrossEntropyLoss()
    perdidas = []
    for _ in range(epocas):
        optimizador.zero_grad()
        costo = perdida(red(X), y)
        costo.backward()
        optimizador.step()
        perdidas.append(costo.item())
    return perdidas
    ### END SOLUTION


# %%
X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = torch.tensor([0, 1, 1, 0])
red = crearRed(2, 8, 2)
perdidas = entrenar(red, X, y, 2000, 0.5)
# es: print(f"pérdida: de {perdidas[0]:.4f} a {perdidas[-1]:.4f}; predicción: {red(X).argmax(dim=1).tolist()}")
# en: print(f"loss: from {perdidas[0]:.4f} to {perdidas[-1]:.4f}; prediction: {red(X).argmax(dim=1).tolist()}")

# %% [markdown] lang="es"
# ## 12. Un optimizador propio
#
# Un optimizador hereda de `torch.optim.Optimizer`. Los parámetros están en `self.param_groups`, su gradiente en
# `theta.grad`, y lo que haya que recordar de cada uno, en `self.state[theta]`, que empieza como un diccionario vacío.
# Complete el paso de Momentum, que parte de $m = 0$:
#
# $$m := \beta\, m + (1 - \beta)\, g \qquad \theta := \theta - \alpha\, m$$
#
# No es el de `torch.optim.SGD(momentum=…)`, al que le falta el $(1 - \beta)$. Los parámetros se cambian en su sitio
# (`theta -= …`) y sin que autograd tome nota: de eso se encarga `@torch.no_grad()`.

# %% [markdown] lang="en"
# ## 12. An optimizer of your own
#
# An optimizer inherits from `torch.optim.Optimizer`. The parameters are in `self.param_groups`, their gradient in
# `theta.grad`, and what must be remembered of each, in `self.state[theta]`, which starts as an empty dictionary.
# Complete the step of Momentum, which starts at $m = 0$:
#
# $$m := \beta\, m + (1 - \beta)\, g \qquad \theta := \theta - \alpha\, m$$
#
# It is not that of `torch.optim.SGD(momentum=…)`, which lacks the $(1 - \beta)$. The parameters are changed in place
# (`theta -= …`) and without autograd taking note: `@torch.no_grad()` sees to that.


# %%
class Momentum(torch.optim.Optimizer):
    def __init__(self, params, alfa, beta):
        super().__init__(params, {"alfa": alfa, "beta": beta})

    @torch.no_grad()
    def step(self, closure=None):
        for grupo in self.param_groups:
            alfa, beta = grupo["alfa"], grupo["beta"]
            for theta in grupo["params"]:
                if theta.grad is None:
                    continue
                ### BEGIN SOLUTION
                m = self.state[theta].get("m", torch.zeros_like(theta))
                m = beta * m + (1 - beta) * theta.grad
                self.state[theta]["m"] = m
                theta -= alfa * m
                ### END SOLUTION


# %% [markdown] lang="es"
# Para verlo andar: `descenderConMomentum` minimiza $\frac{1}{2} \sum_i c_i \theta_i^2$ con su optimizador y retorna
# todo el camino, una fila por paso y la primera, el punto de partida.

# %% [markdown] lang="en"
# To see it at work: `descenderConMomentum` (*descend with momentum*) minimizes $\frac{1}{2} \sum_i c_i \theta_i^2$
# with your optimizer and returns the whole path, one row per step and the first, the starting point.


# %%
def descenderConMomentum(theta, c, alfa, beta, pasos):
    theta = theta.detach().clone().requires_grad_()
    optimizador = Momentum([theta], alfa, beta)
    camino = [theta.detach().clone()]
    for _ in range(pasos):
        optimizador.zero_grad()
        (c * theta**2).sum().div(2).backward()
        optimizador.step()
        camino.append(theta.detach().clone())
    return torch.stack(camino)


print(descenderConMomentum(torch.tensor([1.0, 1.0]), torch.tensor([1.0, 10.0]), 0.1, 0.9, 5))

# %% [markdown] lang="es"
# ## 13. Dispositivos
#
# Un tensor vive en un dispositivo: la CPU (`"cpu"`), una tarjeta Nvidia (`"cuda"`), el chip de un Mac (`"mps"`).
# Los datos y la red deben estar en el mismo, y se llevan con `.to(dispositivo)`. Elija el mejor de los que haya, en
# este orden: `cuda`, `mps`, `cpu`. Le sirven `torch.cuda.is_available()` y `torch.backends.mps.is_available()`.

# %% [markdown] lang="en"
# ## 13. Devices
#
# A tensor lives on a device: the CPU (`"cpu"`), an Nvidia card (`"cuda"`), the chip of a Mac (`"mps"`). Data and
# network must be on the same one, and are taken there with `.to(device)`. Choose the best of those there are, in
# this order: `cuda`, `mps`, `cpu`. You need `torch.cuda.is_available()` and `torch.backends.mps.is_available()`.


# %%
def elegirDispositivo():
    # es: """El mejor torch.device de esta máquina: cuda, si no mps, si no cpu."""
    # en: """The best torch.device of this machine: cuda, else mps, else cpu."""
    ### BEGIN SOLUTION
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
    ### END SOLUTION


# %%
dispositivo = elegirDispositivo()
print(dispositivo, red.to(dispositivo)(X.to(dispositivo)).device)

# %% [markdown] lang="es"
# ## 14. Métricas por lotes
#
# La exactitud de todo el conjunto **no** es el promedio de las exactitudes de los lotes cuando uno es más pequeño,
# y la F1 no lo es casi nunca. Las métricas de `torchmetrics` lo resuelven acumulando conteos:
# `metrica.update(logits, etiquetas)` con cada lote, y al final `metrica.compute()`.
#
# Use `torchmetrics.classification.MulticlassAccuracy` con `average="micro"` (la fracción de aciertos) y
# `MulticlassF1Score` con `average="macro"` (la media de la F1 de cada clase). Ambas necesitan `num_classes`.

# %% [markdown] lang="en"
# ## 14. Metrics over batches
#
# The accuracy of the whole set is **not** the average of the accuracies of its batches when one is smaller, and the
# F1 hardly ever is. The metrics of `torchmetrics` solve it by gathering counts: `metric.update(logits, labels)`
# with every batch, and `metric.compute()` at the end.
#
# Use `torchmetrics.classification.MulticlassAccuracy` with `average="micro"` (the fraction that is right) and
# `MulticlassF1Score` with `average="macro"` (the mean of the F1 of every class). Both need `num_classes`.


# %%
def metricasPorLotes(lotes, clases):
    # es: """La exactitud y la F1 macro, dos números, de una lista de lotes (logits, etiquetas)."""
    # en: """The accuracy and the macro F1, two numbers, of a list of batches (logits, labels)."""
    ### BEGIN SOLUTION
    exactitud = torchmetrics.classification.MulticlassAccuracy(num_classes=clases, average="micro")
    f1 = torchmetrics.classification.MulticlassF1Score(num_classes=clases, average="macro")
    for logits, etiquetas in lotes:
        exactitud.update(logits, etiquetas)
        f1.update(logits, etiquetas)
    return exactitud.compute().item(), f1.compute().item()
    ### END SOLUTION


# %%
# es: # Tres aciertos en el primer lote de tres, ninguno en el segundo, que es de una: 0.75, no 0.5.
# en: # Three right in the first batch of three, none in the second, which has one: 0.75, not 0.5.
lotes = [(torch.eye(3), torch.tensor([0, 1, 2])), (torch.eye(3)[:1], torch.tensor([1]))]
print(metricasPorLotes(lotes, 3))
