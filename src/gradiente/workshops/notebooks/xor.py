# %% [markdown] lang="es"
# # XOR: back-propagation a mano, con NumPy
#
# En este taller usted escribe las dos funciones que hacen aprender a una red neuronal: la que calcula los
# gradientes y la que los usa. No hay ninguna librería de por medio: solo productos de matrices y la regla de la
# cadena.
#
# **Lo que hay que hacer.** Complete las dos celdas que dicen `raise NotImplementedError`:
#
# 1. `backProp(X, y, w1, w2, b1, b2, a2, a1)`, que retorna `dw1, db1, dw2, db2`;
# 2. `entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2)`, que retorna `w1, b1, w2, b2`.
#
# Todo lo demás ya está escrito. Después de cada función hay una celda que la pone a prueba, y cuando quiera una
# revisión a fondo, en la terminal: `gradiente check xor.ipynb` (o `xor.py`, si trabaja con el script).
#
# **Notación.** Cada **columna** es una instancia. La red tiene 3 entradas, 4 neuronas escondidas y 1 salida:
#
# | símbolo | en el código | forma | qué es |
# |---|---|---|---|
# | $X = A^{[0]}$ | `X` | $(3, m)$ | las entradas; la tercera fila es siempre 1 |
# | $Y$ | `y` | $(1, m)$ | lo que la red debe responder |
# | $W^{[1]}, b^{[1]}$ | `w1`, `b1` | $(4, 3)$, $(4, 1)$ | parámetros de la capa escondida |
# | $W^{[2]}, b^{[2]}$ | `w2`, `b2` | $(1, 4)$, $(1, 1)$ | parámetros de la capa de salida |
# | $A^{[1]}$ | `a1` | $(4, m)$ | activaciones de la capa escondida |
# | $A^{[2]} = \hat Y$ | `a2` | $(1, m)$ | la predicción |
#
# En los productos, `@` es el de matrices y `*` el de elemento por elemento.

# %% [markdown] lang="en"
# # XOR: back-propagation by hand, in NumPy
#
# In this workshop you write the two functions that make a neural network learn: the one that computes the
# gradients and the one that uses them. There is no library in between: only products of matrices and the chain
# rule.
#
# **What is to be done.** Fill in the two cells that say `raise NotImplementedError`:
#
# 1. `backProp(X, y, w1, w2, b1, b2, a2, a1)`, which returns `dw1, db1, dw2, db2`;
# 2. `entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2)` (*train the network*), which returns
#    `w1, b1, w2, b2`.
#
# Everything else is written. After each function there is a cell that tries it out, and whenever you want a
# thorough check, in the terminal: `gradiente check xor.ipynb` (or `xor.py`, if you work with the script).
#
# **Notation.** Every **column** is an instance. The network has 3 inputs, 4 hidden neurons and 1 output:
#
# | symbol | in the code | shape | what it is |
# |---|---|---|---|
# | $X = A^{[0]}$ | `X` | $(3, m)$ | the inputs; the third row is always 1 |
# | $Y$ | `y` | $(1, m)$ | what the network should answer |
# | $W^{[1]}, b^{[1]}$ | `w1`, `b1` | $(4, 3)$, $(4, 1)$ | parameters of the hidden layer |
# | $W^{[2]}, b^{[2]}$ | `w2`, `b2` | $(1, 4)$, $(1, 1)$ | parameters of the output layer |
# | $A^{[1]}$ | `a1` | $(4, m)$ | activations of the hidden layer |
# | $A^{[2]} = \hat Y$ | `a2` | $(1, m)$ | the prediction |
#
# Of the products, `@` is that of matrices and `*` the one element by element.

# %%
import matplotlib.pyplot as plt
import numpy as np

EPOCAS = 5000
LR = 1.0

# %% [markdown] lang="es"
# ## Los datos
#
# La tabla de XOR: la respuesta es 1 cuando exactamente una de las dos primeras entradas es 1. Ninguna recta separa
# los unos de los ceros, y por eso hace falta una capa escondida. La tercera entrada, siempre 1, hace de sesgo para
# la capa escondida; los sesgos propiamente dichos parten de $b = 0$.
#
# Fíjese en que aquí $m = 4$ y también hay 4 neuronas escondidas: una transpuesta de más o de menos puede pasar sin
# que NumPy proteste. Las formas de la tabla de arriba son su mejor defensa.

# %% [markdown] lang="en"
# ## The data
#
# The table of XOR: the answer is 1 when exactly one of the first two inputs is 1. No straight line parts the ones
# from the zeros, hence the hidden layer. The third input, always 1, acts as a bias for the hidden layer; the
# biases proper start at $b = 0$.
#
# Note that $m = 4$ here and that there are 4 hidden neurons too: one transpose too many or too few may pass without
# a complaint from NumPy. The shapes in the table above are your best defence.

# %%
X = np.array([[0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
y = np.array([[0.0, 1.0, 1.0, 0.0]])

azar = np.random.default_rng(0)
w1 = azar.uniform(-1, 1, (4, 3))
b1 = np.zeros((4, 1))
w2 = azar.uniform(-1, 1, (1, 4))
b2 = np.zeros((1, 1))

# %% [markdown] lang="es"
# ## Feed-forward (ya escrito)
#
# $$Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]} \qquad A^{[l]} = \sigma(Z^{[l]}) \qquad \sigma(Z) = \frac{1}{1 + e^{-Z}}$$
#
# La derivada de la sigmoide se puede escribir con su propio resultado: si $a = \sigma(z)$, entonces
# $\sigma'(z) = a\,(1 - a)$. Por eso `sigmoidGrad` recibe la **activación** `a`, no `z`: lo que el feed-forward ya
# calculó no se calcula otra vez.

# %% [markdown] lang="en"
# ## Feed-forward (already written)
#
# $$Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]} \qquad A^{[l]} = \sigma(Z^{[l]}) \qquad \sigma(Z) = \frac{1}{1 + e^{-Z}}$$
#
# The derivative of the sigmoid can be written with its own result: if $a = \sigma(z)$, then
# $\sigma'(z) = a\,(1 - a)$. That is why `sigmoidGrad` takes the **activation** `a` and not `z`: what the
# feed-forward has computed is not computed again.


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoidGrad(a):
    return a * (1 - a)


def feedForward(X, w1, b1, w2, b2):
    a1 = sigmoid(w1 @ X + b1)
    a2 = sigmoid(w2 @ a1 + b2)
    return a1, a2


a1, a2 = feedForward(X, w1, b1, w2, b2)
# es: print("Antes de aprender:", np.round(a2, 3))
# en: print("Before learning:", np.round(a2, 3))

# %% [markdown] lang="es"
# ## El costo (ya escrito)
#
# La binary cross-entropy, promediada sobre las $m$ instancias:
#
# $$J = \frac{1}{m} \sum_{i=1}^{m} -\left[ y_i \log \hat y_i + (1 - y_i) \log (1 - \hat y_i) \right]$$

# %% [markdown] lang="en"
# ## The cost (already written)
#
# The binary cross-entropy, averaged over the $m$ instances:
#
# $$J = \frac{1}{m} \sum_{i=1}^{m} -\left[ y_i \log \hat y_i + (1 - y_i) \log (1 - \hat y_i) \right]$$


# %%
def costo(y_est, y):
    return np.mean(-y * np.log(y_est) - (1 - y) * np.log(1 - y_est))


# es: print("Costo inicial:", costo(a2, y))
# en: print("Initial cost:", costo(a2, y))

# %% [markdown] lang="es"
# ## 1. `backProp`
#
# Se parte del costo y se retrocede, capa por capa. En la salida, la derivada de la cross-entropy y la de la
# sigmoide se simplifican entre sí:
#
# $$\frac{\partial J}{\partial A^{[2]}} \cdot \sigma'(Z^{[2]}) =
# \frac{1}{m} \cdot \frac{A^{[2]} - Y}{A^{[2]} (1 - A^{[2]})} \cdot A^{[2]} (1 - A^{[2]})
# \quad\Longrightarrow\quad \frac{\partial J}{\partial Z^{[2]}} = \frac{1}{m} \left( A^{[2]} - Y \right)$$
#
# De ahí salen los gradientes de la capa de salida. Recuerde que $Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$, y que la
# suma sobre las instancias está escondida en el producto de matrices, pero en $b$ le toca hacerla a usted.
#
# Para la capa escondida, el error debe cruzar primero $W^{[2]}$ y luego la sigmoide:
#
# $$\frac{\partial J}{\partial Z^{[1]}} =
# \left( \frac{\partial Z^{[2]}}{\partial A^{[1]}} \text{ aplicada a } \frac{\partial J}{\partial Z^{[2]}} \right) *
# \sigma'(Z^{[1]})$$
#
# Deduzca en papel cada producto antes de programarlo, con esta regla: **el gradiente de una cantidad tiene la forma
# de esa cantidad.** `dw1` es $(4, 3)$ como `w1`, `db1` es $(4, 1)$ como `b1`, y así las demás.

# %% [markdown] lang="en"
# ## 1. `backProp`
#
# One starts at the cost and walks back, layer by layer. At the output, the derivative of the cross-entropy and that
# of the sigmoid cancel each other:
#
# $$\frac{\partial J}{\partial A^{[2]}} \cdot \sigma'(Z^{[2]}) =
# \frac{1}{m} \cdot \frac{A^{[2]} - Y}{A^{[2]} (1 - A^{[2]})} \cdot A^{[2]} (1 - A^{[2]})
# \quad\Longrightarrow\quad \frac{\partial J}{\partial Z^{[2]}} = \frac{1}{m} \left( A^{[2]} - Y \right)$$
#
# From there come the gradients of the output layer. Remember that $Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}$, and that
# the sum over the instances hides inside the product of matrices, but for $b$ it is yours to take.
#
# For the hidden layer, the error must first cross $W^{[2]}$ and then the sigmoid:
#
# $$\frac{\partial J}{\partial Z^{[1]}} =
# \left( \frac{\partial Z^{[2]}}{\partial A^{[1]}} \text{ applied to } \frac{\partial J}{\partial Z^{[2]}} \right) *
# \sigma'(Z^{[1]})$$
#
# Derive every product on paper before you program it, with this rule: **the gradient of a quantity has the shape of
# that quantity.** `dw1` is $(4, 3)$ like `w1`, `db1` is $(4, 1)$ like `b1`, and so on.


# %%
def backProp(X, y, w1, w2, b1, b2, a2, a1):
    # es: """Los gradientes del costo J con respecto a cada parámetro.
    # es:
    # es: Recibe las entradas X (3, m), las respuestas y (1, m), los parámetros, y las activaciones que el
    # es: feed-forward calculó con ellos: a2 (1, m) y a1 (4, m).
    # es: Retorna dw1, db1, dw2, db2, cada uno con la forma de su parámetro, sin modificar los argumentos.
    # es: """
    # en: """The gradients of the cost J with respect to every parameter.
    # en:
    # en: Takes the inputs X (3, m), the answers y (1, m), the parameters, and the activations that the
    # en: feed-forward computed with them: a2 (1, m) and a1 (4, m).
    # en: Returns dw1, db1, dw2, db2, each with the shape of its parameter, without changing the arguments.
    # en: """
    ### BEGIN SOLUTION
    m = X.shape[1]
    dz2 = (a2 - y) / m
    dw2 = dz2 @ a1.T
    db2 = np.sum(dz2, axis=1, keepdims=True)
    dz1 = (w2.T @ dz2) * sigmoidGrad(a1)
    dw1 = dz1 @ X.T
    db1 = np.sum(dz1, axis=1, keepdims=True)
    return dw1, db1, dw2, db2
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Un gradiente se puede medir sin ninguna derivada: se mueve un peso un poquito hacia cada lado
# y se mira cuánto cambia el costo. Las dos columnas deben coincidir en unas seis cifras.

# %% [markdown] lang="en"
# **Try it out.** A gradient can be measured without any derivative: move one weight a little to either side and see
# how much the cost changes. The two columns should agree to some six digits.

# %%
por_forma = {np.shape(gradiente): gradiente for gradiente in backProp(X, y, w1, w2, b1, b2, a2, a1)}

veces = X.shape[1]
parametros = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
for nombre, parametro in parametros.items():
    # es: assert parametro.shape in por_forma, f"ningún gradiente tiene la forma {parametro.shape} de {nombre}"
    # en: assert parametro.shape in por_forma, f"no gradient has the shape {parametro.shape} of {nombre}"
    suyo = por_forma[parametro.shape][0, 0]
    h = 1e-5
    costos = []
    for paso in (h, -h):
        movidos = {otro: valor.copy() for otro, valor in parametros.items()}
        movidos[nombre][0, 0] += paso
        costos.append(costo(feedForward(X, **movidos)[1], y))
    medido = (costos[0] - costos[1]) / (2 * h)
    suma = abs(medido) > 1e-8 and np.isclose(suyo, veces * medido, rtol=1e-3)
    # es: nota = f"   ({veces} veces el medido: la suma, sin 1/m; también sirve, con otra α)" if suma else ""
    # en: nota = f"   ({veces} times the measured: the sum, without 1/m; it will do, with another α)" if suma else ""
    # es: print(f"d{nombre}[0, 0]: backProp {suyo:.8f}   medido {medido:.8f}{nota}")
    # en: print(f"d{nombre}[0, 0]: backProp {suyo:.8f}   measured {medido:.8f}{nota}")

# %% [markdown] lang="es"
# ## 2. `entrenarRed`
#
# El descenso de gradiente: en cada época, todos los parámetros dan un paso en contra de su gradiente,
#
# $$W^{[l]} := W^{[l]} - \alpha \frac{\partial J}{\partial W^{[l]}} \qquad
# b^{[l]} := b^{[l]} - \alpha \frac{\partial J}{\partial b^{[l]}}$$
#
# y en seguida las activaciones se calculan de nuevo, porque las anteriores eran de los parámetros anteriores. `a1` y
# `a2` llegan calculadas con los parámetros iniciales.
#
# Escriba `w1 = w1 - …` y no `w1 -= …`: lo segundo cambiaría también la matriz de quien llamó a la función.

# %% [markdown] lang="en"
# ## 2. `entrenarRed`
#
# Gradient descent: in every epoch (*época*), all parameters take a step against their gradient,
#
# $$W^{[l]} := W^{[l]} - \alpha \frac{\partial J}{\partial W^{[l]}} \qquad
# b^{[l]} := b^{[l]} - \alpha \frac{\partial J}{\partial b^{[l]}}$$
#
# and right after that the activations are computed anew, since the old ones belonged to the old parameters. `a1` and
# `a2` arrive computed with the initial parameters.
#
# Write `w1 = w1 - …` and not `w1 -= …`: the latter would also change the matrix of whoever called the function.


# %%
def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    # es: """Los parámetros después de tantas épocas de descenso de gradiente, con tasa de aprendizaje lr.
    # es:
    # es: Retorna w1, b1, w2, b2; los argumentos quedan como estaban.
    # es: """
    # en: """The parameters after that many epochs of gradient descent, with learning rate lr.
    # en:
    # en: Returns w1, b1, w2, b2; the arguments stay as they were.
    # en: """
    ### BEGIN SOLUTION
    for _ in range(epocas):
        dw1, db1, dw2, db2 = backProp(X, y, w1, w2, b1, b2, a2, a1)
        w1 = w1 - lr * dw1
        b1 = b1 - lr * db1
        w2 = w2 - lr * dw2
        b2 = b2 - lr * db2
        a1, a2 = feedForward(X, w1, b1, w2, b2)
    return w1, b1, w2, b2
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Se entrena por tramos de 50 épocas, para ver cómo baja el costo. Al principio la red parece no
# aprender nada: está deshaciendo la simetría entre sus neuronas escondidas. Al final, la predicción redondeada debe
# ser la tabla de XOR.

# %% [markdown] lang="en"
# **Try it out.** We train in stretches of 50 epochs, to see the cost go down. At first the network seems to learn
# nothing: it is breaking the symmetry between its hidden neurons. In the end, the rounded prediction should be the
# table of XOR.

# %%
TRAMO = 50
aprendidos = (w1, b1, w2, b2)
activaciones = feedForward(X, *aprendidos)
costos = [costo(activaciones[1], y)]
for _ in range(EPOCAS // TRAMO):
    aprendidos = entrenarRed(TRAMO, LR, X, y, *aprendidos, *activaciones)
    activaciones = feedForward(X, *aprendidos)
    costos.append(costo(activaciones[1], y))

y_est = activaciones[1]
# es: print("las dos entradas, la predicción y lo que debe ser:")
# en: print("the two inputs, the prediction and what it should be:")
for columna in range(X.shape[1]):
    print(X[:2, columna], "→", f"{y_est[0, columna]:.3f}", y[0, columna])

# es: print(f"costo: de {costos[0]:.4f} a {costos[-1]:.6f}")
# en: print(f"cost: from {costos[0]:.4f} to {costos[-1]:.6f}")
# es: assert np.array_equal(np.round(y_est), y), "la red no llegó a la tabla de XOR"
# en: assert np.array_equal(np.round(y_est), y), "the network did not get to the table of XOR"

# %%
plt.plot(np.arange(len(costos)) * TRAMO, costos)
# es: plt.xlabel("época")
# en: plt.xlabel("epoch")
# es: plt.ylabel("costo J")
# en: plt.ylabel("cost J")
plt.show()

# %% [markdown] lang="es"
# Los comandos tienen esta misma red, con estos mismos pesos iniciales: `gradiente explain xor --columns` muestra todos
# los números de la primera época, y `gradiente train xor` la entrena con las mismas épocas. Compare con los suyos.

# %% [markdown] lang="en"
# The commands have this very network, with these very initial weights: `gradiente explain xor --columns` shows all
# numbers of the first epoch, and `gradiente train xor` trains it for the same epochs. Compare them with yours.

# %% [markdown] lang="es"
# ## Para pensar
#
# - ¿Qué pasa si todos los pesos iniciales son iguales, en las dos capas? Pruébelo con `w1 = np.full((4, 3), 0.5)` y
#   `w2 = np.full((1, 4), 0.5)`, y mire las filas de `w1` después de entrenar. ¿Por qué sí aprende si solo `w1` empieza
#   así, y `w2` queda al azar?
# - ¿Y con una tasa de aprendizaje de 0.01, o de 50?
# - Quite la tercera entrada. ¿Sigue aprendiendo? ¿Quién hace ahora su trabajo?

# %% [markdown] lang="en"
# ## To think about
#
# - What happens if all initial weights are equal, in both layers? Try it with `w1 = np.full((4, 3), 0.5)` and
#   `w2 = np.full((1, 4), 0.5)`, and look at the rows of `w1` after training. Why does it learn if only `w1` begins like
#   that, and `w2` stays random?
# - And with a learning rate of 0.01, or of 50?
# - Leave the third input out. Does it still learn? Who does its work now?
