# %% [markdown] lang="es"
# # MNIST: una red que lee dígitos, con NumPy
#
# La misma idea del taller de XOR, ahora con imágenes de verdad: dígitos escritos a mano, de $28 \times 28$ píxeles,
# y diez respuestas posibles. Las funciones son suyas de principio a fin.
#
# **Lo que hay que hacer.** Complete cada celda que dice `raise NotImplementedError`, en este orden:
#
# 1. `softmax(z)`, `tanh(z)`, `tanhGrad(a)`, `relu(z)`, `reluGrad(z)`;
# 2. `initParams()`;
# 3. `costoGlobal(y_est, y)`;
# 4. `feedForward(X, w1, b1, w2, b2)`;
# 5. `backProp(X, y, w1, b1, w2, b2, a1, a2)`;
# 6. `entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2)`;
# 7. `entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2)`.
#
# La capa escondida usa tanh. En `feedForward` y en `backProp` deje además, como comentario, la línea que la cambiaría
# por ReLU. Después de cada función hay una celda que la pone a prueba; para una revisión a fondo, en la terminal:
# `gradiente check mnist.ipynb` (o `mnist.py`).
#
# **Notación.** Cada **columna** es una instancia:
#
# | símbolo | en el código | forma | qué es |
# |---|---|---|---|
# | $X = A^{[0]}$ | `X` | $(784, m)$ | los píxeles, entre 0 y 1 |
# | $Y$ | `y` | $(10, m)$ | las respuestas, one-hot: un 1 en la fila del dígito |
# | $W^{[1]}, b^{[1]}$ | `w1`, `b1` | $(512, 784)$, $(512, 1)$ | parámetros de la capa escondida |
# | $W^{[2]}, b^{[2]}$ | `w2`, `b2` | $(10, 512)$, $(10, 1)$ | parámetros de la capa de salida |
# | $A^{[1]} = \tanh(Z^{[1]})$ | `a1` | $(512, m)$ | activaciones de la capa escondida |
# | $A^{[2]} = \mathrm{softmax}(Z^{[2]}) = \hat Y$ | `a2` | $(10, m)$ | probabilidad de cada dígito |

# %% [markdown] lang="en"
# # MNIST: a network that reads digits, in NumPy
#
# The idea of the XOR workshop, now with real images: handwritten digits of $28 \times 28$ pixels, and ten possible
# answers. The functions are yours from beginning to end.
#
# **What is to be done.** Fill in every cell that says `raise NotImplementedError`, in this order:
#
# 1. `softmax(z)`, `tanh(z)`, `tanhGrad(a)`, `relu(z)`, `reluGrad(z)`;
# 2. `initParams()`;
# 3. `costoGlobal(y_est, y)` (*global cost*);
# 4. `feedForward(X, w1, b1, w2, b2)`;
# 5. `backProp(X, y, w1, b1, w2, b2, a1, a2)`;
# 6. `entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2)` (*train the network*);
# 7. `entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2)`.
#
# The hidden layer uses tanh. In `feedForward` and in `backProp`, leave beside it, as a comment, the line that would
# turn it into ReLU. After each function there is a cell that tries it out; for a thorough check, in the terminal:
# `gradiente check mnist.ipynb` (or `mnist.py`).
#
# **Notation.** Every **column** is an instance:
#
# | symbol | in the code | shape | what it is |
# |---|---|---|---|
# | $X = A^{[0]}$ | `X` | $(784, m)$ | the pixels, between 0 and 1 |
# | $Y$ | `y` | $(10, m)$ | the answers, one-hot: a 1 in the digit's row |
# | $W^{[1]}, b^{[1]}$ | `w1`, `b1` | $(512, 784)$, $(512, 1)$ | parameters of the hidden layer |
# | $W^{[2]}, b^{[2]}$ | `w2`, `b2` | $(10, 512)$, $(10, 1)$ | parameters of the output layer |
# | $A^{[1]} = \tanh(Z^{[1]})$ | `a1` | $(512, m)$ | activations of the hidden layer |
# | $A^{[2]} = \mathrm{softmax}(Z^{[2]}) = \hat Y$ | `a2` | $(10, m)$ | probability of each digit |

# %%
import matplotlib.pyplot as plt
import numpy as np

import gradiente as gr

# es: # Con menos instancias y menos épocas todo es más rápido y la red queda peor: elija según su paciencia.
# en: # With fewer instances and epochs everything is faster and the network worse: choose by your patience.
INSTANCIAS = 10000
EPOCAS = 20
EPOCAS_MINI_BATCH = 5
BATCH_SIZE = 64
LR = 0.1

# %% [markdown] lang="es"
# ## Los datos (ya escrito)
#
# La primera vez, los archivos de MNIST se descargan; si ya los tiene, ponga su carpeta en la variable de entorno
# `GRADIENTE_DATA_DIR`. Como `gradiente` entrega una instancia por fila, aquí se transponen.

# %% [markdown] lang="en"
# ## The data (already written)
#
# The first time, the files of MNIST are downloaded; if you have them, put their folder in the environment variable
# `GRADIENTE_DATA_DIR`. Since `gradiente` hands out one instance per row, they are transposed here.

# %%
train, test = gr.data.load("mnist")

X = train.x[:INSTANCIAS].T.astype(np.float64)
y = np.eye(10)[train.y[:INSTANCIAS]].T
X_test = test.x.T.astype(np.float64)
y_test = np.eye(10)[test.y].T
print(X.shape, y.shape, X_test.shape, y_test.shape)

# %%
figura, ejes = plt.subplots(1, 10, figsize=(10, 1.5))
for columna, eje in enumerate(ejes):
    eje.imshow(X[:, columna].reshape(28, 28), cmap="gray_r")
    eje.set_title(str(np.argmax(y[:, columna])))
    eje.axis("off")
plt.show()

# %% [markdown] lang="es"
# ## 1. Las funciones de activación
#
# $$\mathrm{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad
# \tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}} \qquad \mathrm{ReLU}(z) = \max(0, z)$$
#
# **softmax** se calcula columna por columna: cada instancia tiene sus diez probabilidades, que suman 1. Cuídese de
# $e^{1000}$, que para NumPy es infinito: sumarle la misma constante a todos los $z_k$ de una columna no cambia el
# resultado, y hay una constante muy conveniente.
#
# **tanhGrad** recibe la activación: si $a = \tanh(z)$, la derivada es $1 - a^2$. **reluGrad** vale 1 donde $z > 0$
# y 0 en las demás (en $z = 0$ la derivada no existe; se toma 0). No hay `softmaxGrad`: ya verá por qué no hace
# falta.

# %% [markdown] lang="en"
# ## 1. The activation functions
#
# $$\mathrm{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad
# \tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}} \qquad \mathrm{ReLU}(z) = \max(0, z)$$
#
# **softmax** is taken column by column: every instance has its ten probabilities, whose sum is 1. Beware of
# $e^{1000}$, which is infinite to NumPy: adding the same constant to all $z_k$ of a column does not change the
# result, and one constant is very convenient.
#
# **tanhGrad** takes the activation: if $a = \tanh(z)$, the derivative is $1 - a^2$. **reluGrad** is 1 where $z > 0$
# and 0 elsewhere (at $z = 0$ the derivative does not exist; take 0). There is no `softmaxGrad`: you will see why.


# %%
def softmax(z):
    # es: """Las probabilidades de cada columna de z (10, m), también cuando z tiene números enormes."""
    # en: """The probabilities of every column of z (10, m), also where z has huge numbers."""
    ### BEGIN SOLUTION
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)
    ### END SOLUTION


# %%
def tanh(z):
    # es: """La tangente hiperbólica, elemento por elemento."""
    # en: """The hyperbolic tangent, element by element."""
    ### BEGIN SOLUTION
    return np.tanh(z)
    ### END SOLUTION


# %%
def tanhGrad(a):
    # es: """La derivada de tanh, en función de la activación a = tanh(z)."""
    # en: """The derivative of tanh, as a function of the activation a = tanh(z)."""
    ### BEGIN SOLUTION
    return 1 - a**2
    ### END SOLUTION


# %%
def relu(z):
    # es: """El máximo entre 0 y z, elemento por elemento."""
    # en: """The larger of 0 and z, element by element."""
    ### BEGIN SOLUTION
    return np.maximum(0, z)
    ### END SOLUTION


# %%
def reluGrad(z):
    # es: """La derivada de ReLU: 1 donde z es positivo, 0 en las demás."""
    # en: """The derivative of ReLU: 1 where z is positive, 0 elsewhere."""
    ### BEGIN SOLUTION
    return (z > 0).astype(float)
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngalas a prueba.** Las dos columnas de softmax deben sumar 1, sin `nan` ni advertencias; en cada par, las dos
# derivadas (la suya y la medida con diferencias finitas) deben coincidir.

# %% [markdown] lang="en"
# **Try them out.** Both columns of softmax should sum to 1, without `nan` or warnings; in each pair, the two
# derivatives (yours and the one measured by finite differences) should agree.

# %%
z = np.array([[1.0, 1000.0], [2.0, 1001.0], [-3.0, 996.0]])
print(softmax(z), softmax(z).sum(axis=0))

z, h = np.array([[-1.5, 0.3, 2.0]]), 1e-6
print("tanh", tanhGrad(tanh(z)), (tanh(z + h) - tanh(z - h)) / (2 * h))
print("ReLU", reluGrad(z), (relu(z + h) - relu(z - h)) / (2 * h))

# %% [markdown] lang="es"
# ## 2. `initParams`
#
# Los pesos deben empezar **distintos entre sí** (si no, todas las neuronas aprenderían lo mismo) y **pequeños**: con
# 784 entradas, pesos grandes dejan a tanh en sus extremos, donde la derivada es casi 0. Una normal de desviación
# $\sqrt{1/k}$, con $k$ el número de entradas de la capa, es una buena elección; para ReLU se usa $\sqrt{2/k}$. Los
# sesgos empiezan en 0.

# %% [markdown] lang="en"
# ## 2. `initParams`
#
# The weights must start **different from one another** (or else all neurons would learn the same) and **small**: with
# 784 inputs, large weights push tanh to its ends, where the derivative is almost 0. A normal distribution of standard
# deviation $\sqrt{1/k}$, $k$ being the number of inputs of the layer, is a good choice; for ReLU one uses
# $\sqrt{2/k}$. The biases start at 0.


# %%
def initParams():
    # es: """Los parámetros iniciales: w1 (512, 784), b1 (512, 1), w2 (10, 512), b2 (10, 1)."""
    # en: """The initial parameters: w1 (512, 784), b1 (512, 1), w2 (10, 512), b2 (10, 1)."""
    ### BEGIN SOLUTION
    azar = np.random.default_rng(0)
    w1 = azar.normal(0, np.sqrt(1 / 784), (512, 784))
    b1 = np.zeros((512, 1))
    w2 = azar.normal(0, np.sqrt(1 / 512), (10, 512))
    b2 = np.zeros((10, 1))
    return w1, b1, w2, b2
    ### END SOLUTION


# %%
w1, b1, w2, b2 = initParams()
for nombre, valor in {"w1": w1, "b1": b1, "w2": w2, "b2": b2}.items():
    print(nombre, valor.shape, valor.mean(), valor.std())

# %% [markdown] lang="es"
# ## 3. `costoGlobal`
#
# La categorical cross-entropy, promediada sobre las $m$ instancias:
#
# $$J = -\frac{1}{m} \sum_{i=1}^{m} \sum_{k=1}^{10} y_k^{(i)} \log \hat y_k^{(i)}$$
#
# Una probabilidad puede llegar a ser exactamente 0, y $\log 0$ es $-\infty$: ponga un piso muy pequeño, como
# $10^{-12}$, antes del logaritmo.

# %% [markdown] lang="en"
# ## 3. `costoGlobal`
#
# The categorical cross-entropy, averaged over the $m$ instances:
#
# $$J = -\frac{1}{m} \sum_{i=1}^{m} \sum_{k=1}^{10} y_k^{(i)} \log \hat y_k^{(i)}$$
#
# A probability can become exactly 0, and $\log 0$ is $-\infty$: put a very small floor, such as $10^{-12}$, under it
# before taking the logarithm.


# %%
def costoGlobal(y_est, y):
    # es: """El costo J, un número: y_est (10, m) son probabilidades, y (10, m) las respuestas one-hot."""
    # en: """The cost J, a number: y_est (10, m) are probabilities, y (10, m) the one-hot answers."""
    ### BEGIN SOLUTION
    m = y.shape[1]
    return -np.sum(y * np.log(np.maximum(y_est, 1e-12))) / m
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Quien no sabe nada y reparte la probabilidad por igual tiene un costo de $\log 10 \approx
# 2.3026$; quien acierta con toda seguridad, de 0; quien se equivoca con toda seguridad, uno grande pero finito.

# %% [markdown] lang="en"
# **Try it out.** Who knows nothing and shares the probability out equally has a cost of $\log 10 \approx 2.3026$; who
# is right with full certainty, of 0; who is wrong with full certainty, a large but finite one.

# %%
print(costoGlobal(np.full(y.shape, 0.1), y), costoGlobal(y, y), costoGlobal(np.roll(y, 1, axis=0), y))

# %% [markdown] lang="es"
# ## 4. `feedForward`
#
# $$A^{[1]} = \tanh(W^{[1]} X + b^{[1]}) \qquad A^{[2]} = \mathrm{softmax}(W^{[2]} A^{[1]} + b^{[2]})$$
#
# Deje en un comentario la línea de la versión con ReLU.

# %% [markdown] lang="en"
# ## 4. `feedForward`
#
# $$A^{[1]} = \tanh(W^{[1]} X + b^{[1]}) \qquad A^{[2]} = \mathrm{softmax}(W^{[2]} A^{[1]} + b^{[2]})$$
#
# Leave the line of the version with ReLU in a comment.


# %%
def feedForward(X, w1, b1, w2, b2):
    # es: """Las activaciones de las dos capas: a1 (512, m) y a2 (10, m)."""
    # en: """The activations of both layers: a1 (512, m) and a2 (10, m)."""
    ### BEGIN SOLUTION
    z1 = w1 @ X + b1
    a1 = tanh(z1)
    # a1 = relu(z1)
    a2 = softmax(w2 @ a1 + b2)
    return a1, a2
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Antes de aprender, el costo debe estar cerca de $\log 10$, y la red acierta apenas por azar:
# un 10 % de las veces, según los pesos iniciales algo más o algo menos.

# %% [markdown] lang="en"
# **Try it out.** Before learning, the cost should be near $\log 10$, and the network is right by mere chance: 10 % of
# the time, somewhat more or less depending on the initial weights.


# %%
def exactitud(y_est, y):
    return np.mean(np.argmax(y_est, axis=0) == np.argmax(y, axis=0))


a1, a2 = feedForward(X, w1, b1, w2, b2)
# es: print(f"costo {costoGlobal(a2, y):.4f}, exactitud {exactitud(a2, y):.4f}")
# en: print(f"cost {costoGlobal(a2, y):.4f}, accuracy {exactitud(a2, y):.4f}")

# %% [markdown] lang="es"
# ## 5. `backProp`
#
# Softmax y cross-entropy se simplifican tal como lo hacían la sigmoide y la suya, y por eso no hizo falta una
# `softmaxGrad`:
#
# $$\frac{\partial J}{\partial Z^{[2]}} = \frac{1}{m} \left( A^{[2]} - Y \right)$$
#
# De ahí en adelante es el mismo camino del taller de XOR, con $\tanh'$ en lugar de $\sigma'$. Y la misma brújula:
# cada gradiente tiene la forma de su parámetro. Deje en un comentario la línea de la versión con ReLU: como
# $\mathrm{ReLU}(z) > 0$ justamente donde $z > 0$, `reluGrad` también sirve con la activación.

# %% [markdown] lang="en"
# ## 5. `backProp`
#
# Softmax and cross-entropy cancel just as the sigmoid and its own did, and that is why no `softmaxGrad` was needed:
#
# $$\frac{\partial J}{\partial Z^{[2]}} = \frac{1}{m} \left( A^{[2]} - Y \right)$$
#
# From there on it is the road of the XOR workshop, with $\tanh'$ in place of $\sigma'$. And with the same compass:
# every gradient has the shape of its parameter. Leave the line of the version with ReLU in a comment: since
# $\mathrm{ReLU}(z) > 0$ exactly where $z > 0$, `reluGrad` works with the activation too.


# %%
def backProp(X, y, w1, b1, w2, b2, a1, a2):
    # es: """Los gradientes dw1, db1, dw2, db2 del costo, cada uno con la forma de su parámetro."""
    # en: """The gradients dw1, db1, dw2, db2 of the cost, each with the shape of its parameter."""
    ### BEGIN SOLUTION
    m = X.shape[1]
    dz2 = (a2 - y) / m
    dw2 = dz2 @ a1.T
    db2 = np.sum(dz2, axis=1, keepdims=True)
    dz1 = (w2.T @ dz2) * tanhGrad(a1)
    # dz1 = (w2.T @ dz2) * reluGrad(a1)
    dw1 = dz1 @ X.T
    db1 = np.sum(dz1, axis=1, keepdims=True)
    return dw1, db1, dw2, db2
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba**, con unas pocas instancias: el gradiente de algunos pesos, el suyo y el medido.

# %% [markdown] lang="en"
# **Try it out**, with a few instances: the gradient of some weights, yours and the measured one.

# %%
pocas, sus = X[:, :7], y[:, :7]
resultado = backProp(pocas, sus, w1, b1, w2, b2, *feedForward(pocas, w1, b1, w2, b2))
por_forma = {np.shape(gradiente): gradiente for gradiente in resultado}

parametros = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
for nombre, lugar in {"w1": (3, 350), "b1": (5, 0), "w2": (2, 41), "b2": (9, 0)}.items():
    forma = parametros[nombre].shape
    # es: assert forma in por_forma, f"ningún gradiente tiene la forma {forma} de {nombre}"
    # en: assert forma in por_forma, f"no gradient has the shape {forma} of {nombre}"
    suyo = por_forma[forma][lugar]
    h = 1e-5
    costos = []
    for paso in (h, -h):
        movidos = {otro: valor.copy() for otro, valor in parametros.items()}
        movidos[nombre][lugar] += paso
        costos.append(costoGlobal(feedForward(pocas, **movidos)[1], sus))
    medido = (costos[0] - costos[1]) / (2 * h)
    suma = abs(medido) > 1e-8 and np.isclose(suyo, 7 * medido, rtol=1e-3)
    # es: nota = "   (7 veces el medido: la suma, sin 1/m; también sirve, con otra α)" if suma else ""
    # en: nota = "   (7 times the measured: the sum, without 1/m; it will do, with another α)" if suma else ""
    # es: print(f"d{nombre}{lugar}: backProp {suyo:.8f}   medido {medido:.8f}{nota}")
    # en: print(f"d{nombre}{lugar}: backProp {suyo:.8f}   measured {medido:.8f}{nota}")

# %% [markdown] lang="es"
# ## 6. `entrenarRed`
#
# Descenso de gradiente con todas las instancias a la vez: una actualización por época, y las activaciones se calculan
# de nuevo después de cada una. Los argumentos quedan como estaban.

# %% [markdown] lang="en"
# ## 6. `entrenarRed`
#
# Gradient descent with all instances at once: one update per epoch (*época*), and the activations are computed anew
# after each. The arguments stay as they were.


# %%
def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    # es: """Los parámetros w1, b1, w2, b2 después de tantas épocas con tasa de aprendizaje lr."""
    # en: """The parameters w1, b1, w2, b2 after that many epochs with learning rate lr."""
    ### BEGIN SOLUTION
    for _ in range(epocas):
        dw1, db1, dw2, db2 = backProp(X, y, w1, b1, w2, b2, a1, a2)
        w1 = w1 - lr * dw1
        b1 = b1 - lr * db1
        w2 = w2 - lr * dw2
        b2 = b2 - lr * db2
        a1, a2 = feedForward(X, w1, b1, w2, b2)
    return w1, b1, w2, b2
    ### END SOLUTION


# %%
con_todas = entrenarRed(EPOCAS, LR, X, y, w1, b1, w2, b2, a1, a2)
y_est = feedForward(X_test, *con_todas)[1]
# es: print(f"con todas a la vez: costo {costoGlobal(y_est, y_test):.4f}, exactitud {exactitud(y_est, y_test):.4f}")
# en: print(f"all at once: cost {costoGlobal(y_est, y_test):.4f}, accuracy {exactitud(y_est, y_test):.4f}")

# %% [markdown] lang="es"
# ## 7. `entrenarRedMiniBatch`
#
# Ahora cada época se reparte en lotes de `batch_size` instancias, y cada lote produce una actualización. Tres cosas
# para cuidar:
#
# - en cada época las instancias se barajan, y cada imagen **conserva su respuesta**: una sola permutación para las
#   columnas de `X` y las de `y`;
# - el último lote puede ser más pequeño: sus instancias también cuentan, y su $1/m$ es el de su tamaño;
# - las activaciones de un lote se calculan con los parámetros del momento.

# %% [markdown] lang="en"
# ## 7. `entrenarRedMiniBatch`
#
# Now every epoch is dealt out in batches of `batch_size` instances, and every batch makes one update. Three things to
# take care of:
#
# - in every epoch the instances are shuffled, and every image **keeps its answer**: one permutation for the columns
#   of `X` and those of `y`;
# - the last batch may be smaller: its instances count too, and its $1/m$ is that of its size;
# - the activations of a batch are computed with the parameters of the moment.


# %%
def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    # es: """Los parámetros w1, b1, w2, b2 después de tantas épocas, con una actualización por lote."""
    # en: """The parameters w1, b1, w2, b2 after that many epochs, with one update per batch."""
    ### BEGIN SOLUTION
    azar = np.random.default_rng(0)
    m = X.shape[1]
    for _ in range(epocas):
        orden = azar.permutation(m)
        for inicio in range(0, m, batch_size):
            lote = orden[inicio : inicio + batch_size]
            X_lote, y_lote = X[:, lote], y[:, lote]
            a1, a2 = feedForward(X_lote, w1, b1, w2, b2)
            dw1, db1, dw2, db2 = backProp(X_lote, y_lote, w1, b1, w2, b2, a1, a2)
            w1 = w1 - lr * dw1
            b1 = b1 - lr * db1
            w2 = w2 - lr * dw2
            b2 = b2 - lr * db2
    return w1, b1, w2, b2
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Parta de los mismos parámetros iniciales y compare: con muchas menos épocas, los lotes llegan
# más lejos.

# %% [markdown] lang="en"
# **Try it out.** Start from the same initial parameters and compare: with far fewer epochs, batches get further.

# %%
por_lotes = entrenarRedMiniBatch(EPOCAS_MINI_BATCH, BATCH_SIZE, LR, X, y, w1, b1, w2, b2, a1, a2)
y_est = feedForward(X_test, *por_lotes)[1]
# es: print(f"por lotes: costo {costoGlobal(y_est, y_test):.4f}, exactitud {exactitud(y_est, y_test):.4f}")
# en: print(f"in batches: cost {costoGlobal(y_est, y_test):.4f}, accuracy {exactitud(y_est, y_test):.4f}")

# %% [markdown] lang="es"
# Las primeras diez imágenes de prueba en las que la red se equivoca, con lo que leyó y lo que era. ¿Usted habría
# acertado?

# %% [markdown] lang="en"
# The first ten test images that the network gets wrong, with what it read and what it was. Would you have been right?

# %%
errores = np.flatnonzero(np.argmax(y_est, axis=0) != test.y)[:10]
figura, ejes = plt.subplots(1, 10, figsize=(10, 1.5))
for columna, eje in zip(errores, ejes, strict=False):
    eje.imshow(X_test[:, columna].reshape(28, 28), cmap="gray_r")
    eje.set_title(f"{np.argmax(y_est[:, columna])} ({test.y[columna]})")
for eje in ejes:
    eje.axis("off")
plt.show()

# %% [markdown] lang="es"
# Guarde lo aprendido: el taller de MNIST en PyTorch parte de estos pesos.

# %% [markdown] lang="en"
# Keep what was learned: the workshop of MNIST in PyTorch starts from these weights.

# %%
np.savez("mnist_numpy.npz", w1=por_lotes[0], b1=por_lotes[1], w2=por_lotes[2], b2=por_lotes[3])
