# %% [markdown] lang="es"
# # Optimizadores: cómo baja el costo, y cuándo parar, con NumPy
#
# `backProp` dice hacia dónde crece el costo. En este taller usted escribe lo que se hace con ese gradiente: las reglas
# de actualización de la clase, la degradación de la tasa de aprendizaje, y tres remedios contra el overfitting.
#
# **Lo que hay que hacer.** Complete cada celda que dice `raise NotImplementedError`, en este orden:
#
# 1. `nesterov(theta, M, gradiente, alfa, beta)`;
# 2. `adagrad(theta, g, S, alfa, eps)`;
# 3. `adadelta(theta, g, S, alfa, beta, eps)`;
# 4. `rmsprop(theta, g, S, alfa, beta, eps)`;
# 5. `adam(theta, g, estado, alfa, beta1, beta2, eps)`, y
#    `adamCorregido(theta, g, estado, t, alfa, beta1, beta2, eps)`;
# 6. `degradacionInversa(alfa0, k, t)`, `degradacionExponencial(alfa0, gamma, t)`,
#    `degradacionEscalonada(alfa0, gamma, s, t)`;
# 7. `detencionTemprana(costos, paciencia)`;
# 8. `regularizacionL1(J, w1, b1, w2, b2, dw1, db1, dw2, db2, lam)` y `regularizacionL2`, con los mismos parámetros;
# 9. `dropout(a, p, entrenando)`.
#
# Después de cada una hay una celda que la pone a prueba, con los números que debe dar; para una revisión a fondo, en
# la terminal: `gradiente check optimizadores.ipynb` (u `optimizadores.py`).
#
# **Notación.**
#
# | símbolo | en el código | qué es |
# |---|---|---|
# | $\theta$ | `theta` | un parámetro: un arreglo de cualquier forma |
# | $\frac{\partial J}{\partial \theta}$ | `g` | su gradiente, con la misma forma |
# | $\mathrm{Momentum}(\theta)$ | `M` | el promedio de los gradientes |
# | $S(\theta)$ | `S` | la suma, o el promedio, de sus cuadrados |
# | $\alpha$, $\beta$, $\epsilon$ | `alfa`, `beta`, `eps` | tasa de aprendizaje, peso del pasado, un número pequeño |
#
# Todas las operaciones son elemento por elemento. Cada regla da **un paso**: recibe $\theta$ y lo que recuerda de los
# pasos anteriores, y retorna los dos, actualizados. Escriba `theta = theta - …` y no `theta -= …`: lo segundo
# cambiaría también el arreglo de quien llamó a la función.

# %% [markdown] lang="en"
# # Optimizers: how the cost goes down, and when to stop, in NumPy
#
# `backProp` says in which direction the cost grows. In this workshop you write what is done with that gradient: the
# update rules of the lecture, the decay of the learning rate, and three remedies against overfitting.
#
# **What is to be done.** Fill in every cell that says `raise NotImplementedError`, in this order:
#
# 1. `nesterov(theta, M, gradiente, alfa, beta)`;
# 2. `adagrad(theta, g, S, alfa, eps)`;
# 3. `adadelta(theta, g, S, alfa, beta, eps)`;
# 4. `rmsprop(theta, g, S, alfa, beta, eps)`;
# 5. `adam(theta, g, estado, alfa, beta1, beta2, eps)` (*state*), and
#    `adamCorregido(theta, g, estado, t, alfa, beta1, beta2, eps)` (*corrected*);
# 6. `degradacionInversa(alfa0, k, t)`, `degradacionExponencial(alfa0, gamma, t)`,
#    `degradacionEscalonada(alfa0, gamma, s, t)` (*inverse, exponential and step decay*);
# 7. `detencionTemprana(costos, paciencia)` (*early stopping: costs, patience*);
# 8. `regularizacionL1(J, w1, b1, w2, b2, dw1, db1, dw2, db2, lam)` and `regularizacionL2`, with the same parameters;
# 9. `dropout(a, p, entrenando)` (*training*).
#
# After each one there is a cell that tries it out, with the numbers that it should give; for a thorough check, in the
# terminal: `gradiente check optimizadores.ipynb` (or `optimizadores.py`).
#
# **Notation.**
#
# | symbol | in the code | what it is |
# |---|---|---|
# | $\theta$ | `theta` | a parameter: an array of any shape |
# | $\frac{\partial J}{\partial \theta}$ | `g` | its gradient, of the same shape |
# | $\mathrm{Momentum}(\theta)$ | `M` | the average of the gradients |
# | $S(\theta)$ | `S` | the sum, or the average, of their squares |
# | $\alpha$, $\beta$, $\epsilon$ | `alfa`, `beta`, `eps` | learning rate, weight of the past, a small number |
#
# All operations are element by element. Every rule takes **one step**: it gets $\theta$ and what it remembers of the
# steps before, and returns both, updated. Write `theta = theta - …` and not `theta -= …`: the latter would also change
# the array of whoever called the function.

# %%
import matplotlib.pyplot as plt
import numpy as np

azar = np.random.default_rng(0)

# es: # Con estos números se ponen a prueba las reglas: dos parámetros, y su gradiente en dos pasos seguidos.
# en: # The rules are tried out with these numbers: two parameters, and their gradient in two steps in a row.
theta0 = np.array([1.0, -2.0])
gradientes = [np.array([0.5, -4.0]), np.array([-1.0, -3.0])]


def dosPasos(paso, estado):
    theta = theta0
    for t, g in enumerate(gradientes, start=1):
        theta, estado = paso(theta, g, estado, t)
        # es: print("después del paso", t, "theta =", np.round(theta, 4))
        # en: print("after step", t, "theta =", np.round(theta, 4))


# %% [markdown] lang="es"
# ## 1. `nesterov`
#
# Momentum promedia los gradientes de los últimos pasos. Nesterov mira primero **hacia dónde lo va a llevar** ese
# promedio, y toma el gradiente allá, no donde está parado:
#
# $$\mathrm{Momentum}(\theta) := \beta \cdot \mathrm{Momentum}(\theta) +
# (1 - \beta) \frac{\partial J}{\partial \theta}\big(\theta - \alpha \beta \, \mathrm{Momentum}(\theta)\big) \qquad
# \theta := \theta - \alpha \cdot \mathrm{Momentum}(\theta)$$
#
# Por eso no recibe un gradiente, sino la función `gradiente`, que lo calcula en el punto que se le pida:
# `gradiente(theta)`. `M` es 0 antes del primer paso.

# %% [markdown] lang="en"
# ## 1. `nesterov`
#
# Momentum averages the gradients of the last steps. Nesterov first looks **where that average is about to take it**,
# and takes the gradient there and not where it stands:
#
# $$\mathrm{Momentum}(\theta) := \beta \cdot \mathrm{Momentum}(\theta) +
# (1 - \beta) \frac{\partial J}{\partial \theta}\big(\theta - \alpha \beta \, \mathrm{Momentum}(\theta)\big) \qquad
# \theta := \theta - \alpha \cdot \mathrm{Momentum}(\theta)$$
#
# That is why it does not get a gradient but the function `gradiente`, which computes it at the point that it is asked
# for: `gradiente(theta)`. `M` is 0 before the first step.


# %%
def nesterov(theta, M, gradiente, alfa, beta):
    # es: """Un paso de Nesterov: retorna theta y M; gradiente(punto) es el gradiente en ese punto."""
    # en: """One step of Nesterov: returns theta and M; gradiente(point) is the gradient at that point."""
    ### BEGIN SOLUTION
    adelante = theta - alfa * beta * M
    M = beta * M + (1 - beta) * gradiente(adelante)
    theta = theta - alfa * M
    return theta, M
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba** con $J = \frac{1}{2}(\theta_1^2 + 10\,\theta_2^2)$, cuyo gradiente es $(\theta_1, 10\,\theta_2)$.
# Debe dar `[0.95 -1.]`, `[0.8788 -0.25]` y `[0.801 0.0625]`. Si el segundo paso es el primero que no coincide, el
# gradiente se tomó en otro punto.
#
# La misma regla se puede escribir guardando en `theta` el punto de adelante, como lo hacen algunas librerías; es
# correcta y `gradiente check` la acepta, pero aquí muestra otros números (0.925 y -0.5 en el primer paso).

# %% [markdown] lang="en"
# **Try it out** on $J = \frac{1}{2}(\theta_1^2 + 10\,\theta_2^2)$, whose gradient is $(\theta_1, 10\,\theta_2)$. It
# should give `[0.95 -1.]`, `[0.8788 -0.25]` and `[0.801 0.0625]`. If the second step is the first that differs, the
# gradient was taken at another point.
#
# The same rule can be written with the point ahead kept in `theta`, as some libraries do; that is right and
# `gradiente check` accepts it, but here it shows other numbers (0.925 and -0.5 in the first step).

# %%
theta, M = theta0, np.zeros(2)
for _ in range(3):
    theta, M = nesterov(theta, M, lambda punto: np.array([1.0, 10.0]) * punto, alfa=0.1, beta=0.5)
    print("theta =", np.round(theta, 4))

# %% [markdown] lang="es"
# ## 2. `adagrad`
#
# Cada parámetro tiene su propia tasa, que baja con la suma de los cuadrados de sus gradientes:
#
# $$S(\theta) := S(\theta) + \left( \frac{\partial J}{\partial \theta} \right)^2 \qquad
# \theta := \theta - \alpha \cdot \frac{\frac{\partial J}{\partial \theta}}{\sqrt{S(\theta)} + \epsilon}$$
#
# La diapositiva imprime el gradiente del numerador al cuadrado, y es una errata: un cuadrado no tiene signo, y con él
# todo parámetro bajaría siempre, también cuando el costo crece al bajar. `S` es 0 antes del primer paso.

# %% [markdown] lang="en"
# ## 2. `adagrad`
#
# Every parameter has a rate of its own, which falls with the sum of its squared gradients:
#
# $$S(\theta) := S(\theta) + \left( \frac{\partial J}{\partial \theta} \right)^2 \qquad
# \theta := \theta - \alpha \cdot \frac{\frac{\partial J}{\partial \theta}}{\sqrt{S(\theta)} + \epsilon}$$
#
# The slide prints the gradient in the numerator squared, which is a misprint: a square has no sign, and with it every
# parameter would always go down, also where the cost grows as it does. `S` is 0 before the first step.


# %%
def adagrad(theta, g, S, alfa, eps):
    # es: """Un paso de Adagrad: retorna theta y S."""
    # en: """One step of Adagrad: returns theta and S."""
    ### BEGIN SOLUTION
    S = S + g**2
    theta = theta - alfa * g / (np.sqrt(S) + eps)
    return theta, S
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Debe dar `[0.1667 -1.0244]` y `[0.9877 -0.4362]`. Aquí $\epsilon = 0.1$, mucho más grande que de
# costumbre, para que se note dónde está.

# %% [markdown] lang="en"
# **Try it out.** It should give `[0.1667 -1.0244]` and `[0.9877 -0.4362]`. Here $\epsilon = 0.1$, much larger than
# usual, so that one can see where it stands.

# %%
dosPasos(lambda th, g, S, t: adagrad(th, g, S, alfa=1.0, eps=0.1), np.zeros(2))

# %% [markdown] lang="es"
# ## 3. `adadelta`
#
# En Adagrad $S$ solo crece, y la tasa termina en casi nada. AdaDelta olvida: en lugar de la suma de todos los
# cuadrados lleva su promedio exponencial ponderado, una ventana móvil.
#
# $$S(\theta) := \beta \cdot S(\theta) + (1 - \beta) \left( \frac{\partial J}{\partial \theta} \right)^2 \qquad
# \theta := \theta - \alpha \cdot \frac{\frac{\partial J}{\partial \theta}}{\sqrt{S(\theta)} + \epsilon}$$

# %% [markdown] lang="en"
# ## 3. `adadelta`
#
# In Adagrad $S$ only grows, and the rate ends up at almost nothing. AdaDelta forgets: in place of the sum of all
# squares it keeps their exponentially weighted average, a moving window.
#
# $$S(\theta) := \beta \cdot S(\theta) + (1 - \beta) \left( \frac{\partial J}{\partial \theta} \right)^2 \qquad
# \theta := \theta - \alpha \cdot \frac{\frac{\partial J}{\partial \theta}}{\sqrt{S(\theta)} + \epsilon}$$


# %%
def adadelta(theta, g, S, alfa, beta, eps):
    # es: """Un paso de AdaDelta, como lo describe la clase: retorna theta y S."""
    # en: """One step of AdaDelta, as the lecture describes it: returns theta and S."""
    ### BEGIN SOLUTION
    S = beta * S + (1 - beta) * g**2
    theta = theta - alfa * g / (np.sqrt(S) + eps)
    return theta, S
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Debe dar `[-0.4286 -0.0952]` y `[1.1221 1.1593]`.

# %% [markdown] lang="en"
# **Try it out.** It should give `[-0.4286 -0.0952]` and `[1.1221 1.1593]`.

# %%
dosPasos(lambda th, g, S, t: adadelta(th, g, S, alfa=1.0, beta=0.75, eps=0.1), np.zeros(2))

# %% [markdown] lang="es"
# ## 4. `rmsprop`
#
# La misma ventana móvil; en la clase, con $\epsilon$ **dentro** de la raíz:
#
# $$S(\theta) := \beta \cdot S(\theta) + (1 - \beta) \left( \frac{\partial J}{\partial \theta} \right)^2 \qquad
# \theta := \theta - \alpha \cdot \frac{\partial J}{\partial \theta} \cdot \frac{1}{\sqrt{S(\theta) + \epsilon}}$$

# %% [markdown] lang="en"
# ## 4. `rmsprop`
#
# The same moving window; in the lecture, with $\epsilon$ **inside** the root:
#
# $$S(\theta) := \beta \cdot S(\theta) + (1 - \beta) \left( \frac{\partial J}{\partial \theta} \right)^2 \qquad
# \theta := \theta - \alpha \cdot \frac{\partial J}{\partial \theta} \cdot \frac{1}{\sqrt{S(\theta) + \epsilon}}$$


# %%
def rmsprop(theta, g, S, alfa, beta, eps):
    # es: """Un paso de RMSProp: retorna theta y S."""
    # en: """One step of RMSProp: returns theta and S."""
    ### BEGIN SOLUTION
    S = beta * S + (1 - beta) * g**2
    theta = theta - alfa * g / np.sqrt(S + eps)
    return theta, S
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Debe dar `[-0.2403 -0.0245]` y `[1.347 1.2725]`.

# %% [markdown] lang="en"
# **Try it out.** It should give `[-0.2403 -0.0245]` and `[1.347 1.2725]`.

# %%
dosPasos(lambda th, g, S, t: rmsprop(th, g, S, alfa=1.0, beta=0.75, eps=0.1), np.zeros(2))

# %% [markdown] lang="es"
# ## 5. `adam` y `adamCorregido`
#
# Adam junta los dos momentos, el promedio de los gradientes y el de sus cuadrados. En la clase:
#
# $$\mathrm{Momentum}(\theta) := \beta_1 \cdot \mathrm{Momentum}(\theta) +
# (1 - \beta_1) \frac{\partial J}{\partial \theta} \qquad
# S(\theta) := \beta_2 \cdot S(\theta) + (1 - \beta_2) \left( \frac{\partial J}{\partial \theta} \right)^2$$
#
# $$\theta := \theta - \alpha \cdot \mathrm{Momentum}(\theta) \cdot \frac{1}{\sqrt{S(\theta) + \epsilon}}$$
#
# Ahora hay que recordar dos cosas, y **usted decide cómo**: `estado` es `None` en el primer paso, y después es lo que
# su función haya retornado, ya sea una tupla, una lista o un diccionario.
#
# Como los dos promedios parten de 0, al principio son demasiado pequeños. El artículo de Adam lo corrige, y con
# él PyTorch, que además deja $\epsilon$ **fuera** de la raíz. Eso es `adamCorregido`, donde $t = 1, 2, 3, \dots$ es el
# número del paso:
#
# $$\theta := \theta - \alpha \cdot
# \frac{\mathrm{Momentum}(\theta) / (1 - \beta_1^t)}{\sqrt{S(\theta) / (1 - \beta_2^t)} + \epsilon}$$
#
# La corrección es solo para el paso: lo que se recuerda son los promedios sin corregir.

# %% [markdown] lang="en"
# ## 5. `adam` and `adamCorregido`
#
# Adam joins both moments, the average of the gradients and that of their squares. In the lecture:
#
# $$\mathrm{Momentum}(\theta) := \beta_1 \cdot \mathrm{Momentum}(\theta) +
# (1 - \beta_1) \frac{\partial J}{\partial \theta} \qquad
# S(\theta) := \beta_2 \cdot S(\theta) + (1 - \beta_2) \left( \frac{\partial J}{\partial \theta} \right)^2$$
#
# $$\theta := \theta - \alpha \cdot \mathrm{Momentum}(\theta) \cdot \frac{1}{\sqrt{S(\theta) + \epsilon}}$$
#
# Now there are two things to remember, and **how is up to you**: `estado` is `None` in the first step, and afterwards
# what your function has returned, be it a tuple, a list or a dictionary.
#
# Since both averages start at 0, they are too small in the beginning. The paper on Adam corrects that, and so does
# PyTorch, which also keeps $\epsilon$ **outside** the root. That is `adamCorregido`, where $t = 1, 2, 3, \dots$ is the
# number of the step:
#
# $$\theta := \theta - \alpha \cdot
# \frac{\mathrm{Momentum}(\theta) / (1 - \beta_1^t)}{\sqrt{S(\theta) / (1 - \beta_2^t)} + \epsilon}$$
#
# The correction is for the step alone: what is remembered are the averages as they are.


# %%
def adam(theta, g, estado, alfa, beta1, beta2, eps):
    # es: """Un paso de Adam, como en la clase: retorna theta y el estado (None antes del primer paso)."""
    # en: """One step of Adam, as in the lecture: returns theta and the state (None before the first step)."""
    ### BEGIN SOLUTION
    M, S = (np.zeros_like(theta), np.zeros_like(theta)) if estado is None else estado
    M = beta1 * M + (1 - beta1) * g
    S = beta2 * S + (1 - beta2) * g**2
    theta = theta - alfa * M / np.sqrt(S + eps)
    return theta, (M, S)
    ### END SOLUTION


# %%
def adamCorregido(theta, g, estado, t, alfa, beta1, beta2, eps):
    # es: """Un paso de Adam con la corrección del artículo: retorna theta y el estado; t es 1 en el primer paso."""
    # en: """One step of Adam with the paper's correction: returns theta and the state; t is 1 in the first step."""
    ### BEGIN SOLUTION
    M, S = (np.zeros_like(theta), np.zeros_like(theta)) if estado is None else estado
    M = beta1 * M + (1 - beta1) * g
    S = beta2 * S + (1 - beta2) * g**2
    M_corregido = M / (1 - beta1**t)
    S_corregido = S / (1 - beta2**t)
    theta = theta - alfa * M_corregido / (np.sqrt(S_corregido) + eps)
    return theta, (M, S)
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngalas a prueba.** `adam` debe dar `[0.3798 -1.0123]` y `[0.9751 0.0686]`; `adamCorregido`, `[0.1667 -1.0244]` y
# `[0.7079 -0.0891]`. Quien pasa las dos correcciones a la tasa de aprendizaje, como también lo propone el artículo, le
# suma $\epsilon$ a otra raíz: con $\epsilon = 0.1$ ve otros números, y es correcto.

# %% [markdown] lang="en"
# **Try them out.** `adam` should give `[0.3798 -1.0123]` and `[0.9751 0.0686]`; `adamCorregido`, `[0.1667 -1.0244]` and
# `[0.7079 -0.0891]`. Who moves both corrections into the learning rate, as the paper proposes too, adds $\epsilon$ to
# another root: with $\epsilon = 0.1$ other numbers are seen, and that is right.

# %%
dosPasos(lambda th, g, e, t: adam(th, g, e, alfa=1.0, beta1=0.5, beta2=0.75, eps=0.1), None)
dosPasos(lambda th, g, e, t: adamCorregido(th, g, e, t, alfa=1.0, beta1=0.5, beta2=0.75, eps=0.1), None)

# %% [markdown] lang="es"
# **La carrera.** Todas parten del mismo punto de un valle alargado, $J = \frac{1}{2}(\theta_1^2 + 30\,\theta_2^2)$.
# Cambie las tasas y mire quién gana.

# %% [markdown] lang="en"
# **The race.** All start at the same point of a long valley, $J = \frac{1}{2}(\theta_1^2 + 30\,\theta_2^2)$. Change the
# rates and see who wins.


# %%
def enElValle(theta):
    return np.array([1.0, 30.0]) * theta


def costoDelValle(theta):
    return 0.5 * (theta[0] ** 2 + 30 * theta[1] ** 2)


def correr(paso, estado, pasos=80):
    theta, costos = np.array([4.0, 1.0]), []
    for t in range(1, pasos + 1):
        theta, estado = paso(theta, estado, t)
        costos.append(costoDelValle(theta))
    return costos


cero = np.zeros(2)
corredores = {
    "nesterov": (lambda th, M, t: nesterov(th, M, enElValle, 0.1, 0.9), cero),
    "adagrad": (lambda th, S, t: adagrad(th, enElValle(th), S, 0.5, 1e-8), cero),
    "adadelta": (lambda th, S, t: adadelta(th, enElValle(th), S, 0.1, 0.9, 1e-8), cero),
    "rmsprop": (lambda th, S, t: rmsprop(th, enElValle(th), S, 0.1, 0.9, 1e-8), cero),
    "adam": (lambda th, e, t: adam(th, enElValle(th), e, 0.1, 0.9, 0.99, 1e-8), None),
    "adamCorregido": (lambda th, e, t: adamCorregido(th, enElValle(th), e, t, 0.1, 0.9, 0.999, 1e-8), None),
}
for nombre, (paso, estado) in corredores.items():
    costos = correr(paso, estado)
    print(f"{nombre:14} J = {costos[9]:8.4f} → {costos[-1]:8.4f}")
    plt.semilogy(costos, label=nombre)
# es: plt.xlabel("paso")
# en: plt.xlabel("step")
# es: plt.ylabel("costo J")
# en: plt.ylabel("cost J")
plt.legend()
plt.show()

# %% [markdown] lang="es"
# ## 6. La degradación de la tasa de aprendizaje
#
# En las épocas avanzadas, una tasa que al principio servía puede ser demasiado elevada. Tres maneras de bajarla, donde
# $t = 0, 1, 2, \dots$ es la época y $\alpha_0$ la tasa de la primera:
#
# $$\text{inversa: } \alpha(t) = \frac{\alpha_0}{1 + k\,t} \qquad
# \text{exponencial: } \alpha(t) = \alpha_0 \, \gamma^t \qquad
# \text{escalonada: } \alpha(t) = \alpha_0 \, \gamma^{\lfloor t / s \rfloor}$$
#
# La última baja de golpe, cada $s$ épocas: $\lfloor t / s \rfloor$ es la división entera.

# %% [markdown] lang="en"
# ## 6. The decay of the learning rate
#
# In later epochs, a rate that served at first may be too high. Three ways to lower it, where $t = 0, 1, 2, \dots$ is
# the epoch and $\alpha_0$ the rate of the first one:
#
# $$\text{inverse: } \alpha(t) = \frac{\alpha_0}{1 + k\,t} \qquad
# \text{exponential: } \alpha(t) = \alpha_0 \, \gamma^t \qquad
# \text{step: } \alpha(t) = \alpha_0 \, \gamma^{\lfloor t / s \rfloor}$$
#
# The last one falls all at once, every $s$ epochs: $\lfloor t / s \rfloor$ is the whole-number division.


# %%
def degradacionInversa(alfa0, k, t):
    # es: """La tasa de aprendizaje de la época t, con degradación inversa."""
    # en: """The learning rate of epoch t, with inverse decay."""
    ### BEGIN SOLUTION
    return alfa0 / (1 + k * t)
    ### END SOLUTION


# %%
def degradacionExponencial(alfa0, gamma, t):
    # es: """La tasa de aprendizaje de la época t, con degradación exponencial."""
    # en: """The learning rate of epoch t, with exponential decay."""
    ### BEGIN SOLUTION
    return alfa0 * gamma**t
    ### END SOLUTION


# %%
def degradacionEscalonada(alfa0, gamma, s, t):
    # es: """La tasa de aprendizaje de la época t, que se multiplica por gamma cada s épocas."""
    # en: """The learning rate of epoch t, which is multiplied by gamma every s epochs."""
    ### BEGIN SOLUTION
    return alfa0 * gamma ** (t // s)
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngalas a prueba.** Las tres parten de 0.8 y nunca suben. La inversa debe dar 0.8, 0.5333, 0.4, 0.32, 0.2667 y
# 0.2286; la exponencial, 0.8, 0.4, 0.2, 0.1, 0.05 y 0.025; la escalonada, 0.8, 0.8, 0.4, 0.4, 0.2 y 0.2.

# %% [markdown] lang="en"
# **Try them out.** All three start at 0.8 and never rise. The inverse one should give 0.8, 0.5333, 0.4, 0.32, 0.2667
# and 0.2286; the exponential one 0.8, 0.4, 0.2, 0.1, 0.05 and 0.025; the one in steps 0.8, 0.8, 0.4, 0.4, 0.2 and 0.2.

# %%
for t in range(6):
    tasas = (
        degradacionInversa(0.8, 0.5, t),
        degradacionExponencial(0.8, 0.5, t),
        degradacionEscalonada(0.8, 0.5, 2, t),
    )
    print(t, *(f"{tasa:.4f}" for tasa in tasas))

# %% [markdown] lang="es"
# ## 7. `detencionTemprana`
#
# Con demasiadas épocas la red empieza a memorizar: el costo en los datos de entrenamiento sigue bajando y el de
# validación vuelve a subir. La detención temprana (*early stopping*) espera `paciencia` épocas seguidas sin mejora y
# se detiene.
#
# La función recibe los costos de validación, uno por época, y retorna dos números, contados desde 0:
#
# - `mejor`: la época del menor costo, de las que se alcanzaron a entrenar; de ella son los parámetros que se conservan;
# - `ultima`: la última época que se entrena. Es aquella en que se completan `paciencia` épocas seguidas sin mejora, o
#   la última de la lista si eso no pasa.
#
# Una época mejora si su costo es **menor que el mejor** de todas las anteriores; igualarlo no es mejorar. Lo que viene
# después de `ultima` no se conoce: el entrenamiento ya se detuvo.

# %% [markdown] lang="en"
# ## 7. `detencionTemprana`
#
# With too many epochs the network begins to memorize: the cost on the training data keeps falling and that of
# validation rises again. Early stopping waits for as many epochs in a row without improvement as `paciencia` says, and
# stops.
#
# The function gets the validation costs, one an epoch, and returns two numbers, counted from 0:
#
# - `mejor` (*best*): the epoch of the lowest cost among those that were trained; its parameters are the ones to keep;
# - `ultima` (*last*): the last epoch that is trained. It is the one that completes `paciencia` epochs in a row without
#   improvement, or the last of the list if that does not happen.
#
# An epoch improves if its cost is **lower than the best** of all epochs before; a tie is no improvement. What comes
# behind `ultima` is not known: training has stopped.


# %%
def detencionTemprana(costos, paciencia):
    # es: """La época del mejor costo de validación y la última que se entrena, contadas desde 0: mejor, ultima."""
    # en: """The epoch of the best validation cost and the last one that is trained, from 0: mejor, ultima."""
    ### BEGIN SOLUTION
    mejor, ultima, sin_mejora = 0, 0, 0
    for ultima in range(1, len(costos)):
        if costos[ultima] < costos[mejor]:
            mejor, sin_mejora = ultima, 0
        else:
            sin_mejora += 1
        if sin_mejora == paciencia:
            break
    return mejor, ultima
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Con paciencia 1 debe dar 1 y 2; con 2, 4 y 6; con 3, 4 y 7; con 4, 8 y 8.

# %% [markdown] lang="en"
# **Try it out.** With patience 1 it should give 1 and 2; with 2, 4 and 6; with 3, 4 and 7; with 4, 8 and 8.

# %%
for paciencia in (1, 2, 3, 4):
    print(paciencia, detencionTemprana([0.9, 0.7, 0.8, 0.6, 0.5, 0.55, 0.52, 0.54, 0.3], paciencia))

# %% [markdown] lang="es"
# ## 8. `regularizacionL1` y `regularizacionL2`
#
# Una red que memoriza suele tener pesos grandes. La regularización les pone precio: se le suma al costo una
# penalización, y al gradiente de cada peso, su derivada.
#
# $$\text{L1: } \; J + \lambda \sum_{l} \sum |w^{[l]}| \qquad
# \frac{\partial J}{\partial w} + \lambda \, \mathrm{signo}(w)$$
#
# $$\text{L2: } \; J + \frac{\lambda}{2} \sum_{l} \sum \big(w^{[l]}\big)^2 \qquad
# \frac{\partial J}{\partial w} + \lambda \, w$$
#
# Se suma sobre los pesos de las dos capas. **Los sesgos no se penalizan**: sus gradientes quedan como llegaron. Las dos
# funciones retornan `J, dw1, db1, dw2, db2`.

# %% [markdown] lang="en"
# ## 8. `regularizacionL1` and `regularizacionL2`
#
# A network that memorizes tends to have large weights. Regularization puts a price on them: a penalty is added to the
# cost, and its derivative to the gradient of every weight.
#
# $$\text{L1: } \; J + \lambda \sum_{l} \sum |w^{[l]}| \qquad
# \frac{\partial J}{\partial w} + \lambda \, \mathrm{sign}(w)$$
#
# $$\text{L2: } \; J + \frac{\lambda}{2} \sum_{l} \sum \big(w^{[l]}\big)^2 \qquad
# \frac{\partial J}{\partial w} + \lambda \, w$$
#
# The sums go over the weights of both layers. **Biases are not penalized**: their gradients stay as they came. Both
# functions return `J, dw1, db1, dw2, db2`.


# %%
def regularizacionL1(J, w1, b1, w2, b2, dw1, db1, dw2, db2, lam):
    # es: """El costo y los gradientes con la penalización L1 de los pesos: J, dw1, db1, dw2, db2."""
    # en: """The cost and the gradients with the L1 penalty of the weights: J, dw1, db1, dw2, db2."""
    ### BEGIN SOLUTION
    J = J + lam * (np.sum(np.abs(w1)) + np.sum(np.abs(w2)))
    return J, dw1 + lam * np.sign(w1), db1, dw2 + lam * np.sign(w2), db2
    ### END SOLUTION


# %%
def regularizacionL2(J, w1, b1, w2, b2, dw1, db1, dw2, db2, lam):
    # es: """El costo y los gradientes con la penalización L2 de los pesos: J, dw1, db1, dw2, db2."""
    # en: """The cost and the gradients with the L2 penalty of the weights: J, dw1, db1, dw2, db2."""
    ### BEGIN SOLUTION
    J = J + lam / 2 * (np.sum(w1**2) + np.sum(w2**2))
    return J, dw1 + lam * w1, db1, dw2 + lam * w2, db2
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngalas a prueba.** El gradiente de la penalización se puede medir, como en XOR: se mueve un parámetro un poquito
# y se mira cuánto cambia $J$. Aquí los gradientes que llegan son 0, de modo que los dos números de cada línea deben
# coincidir; los de los sesgos son 0.

# %% [markdown] lang="en"
# **Try them out.** The gradient of the penalty can be measured, as in XOR: move one parameter a little and see how much
# $J$ changes. Here the gradients that come in are 0, so that both numbers of every line should agree; those of the
# biases are 0.

# %%
formas = {"w1": (4, 3), "b1": (4, 1), "w2": (1, 4), "b2": (1, 1)}
modelo = {nombre: azar.normal(size=forma) for nombre, forma in formas.items()}
ceros = {f"d{nombre}": np.zeros(forma) for nombre, forma in formas.items()}
for regularizacion in (regularizacionL1, regularizacionL2):
    _, *penalizados = regularizacion(1.0, **modelo, **ceros, lam=0.1)
    for nombre, gradiente in zip(formas, penalizados, strict=True):
        h = 1e-6
        J = []
        for paso in (h, -h):
            movido = {otro: valor.copy() for otro, valor in modelo.items()}
            movido[nombre][0, 0] += paso
            J.append(regularizacion(1.0, **movido, **ceros, lam=0.1)[0])
        medido = (J[0] - J[1]) / (2 * h)
        # es: print(f"{regularizacion.__name__} d{nombre}[0, 0]: {gradiente[0, 0]:.6f}   medido {medido:.6f}")
        # en: print(f"{regularizacion.__name__} d{nombre}[0, 0]: {gradiente[0, 0]:.6f}   measured {medido:.6f}")

# %% [markdown] lang="es"
# ## 9. `dropout`
#
# Mientras se entrena, dropout apaga cada activación con probabilidad $p$, al azar y de nuevo en cada llamada, para que
# ninguna neurona pueda confiarse de las demás. Las que quedan se dividen por $1 - p$, y así el valor esperado de cada
# activación no cambia:
#
# $$A := \frac{D \odot A}{1 - p} \qquad D_{ij} = \begin{cases} 0 & \text{con probabilidad } p \\
# 1 & \text{con probabilidad } 1 - p \end{cases}$$
#
# Cuando ya no se entrena (`entrenando` es `False`), las activaciones salen como llegaron. Sortee con el generador
# `azar` de arriba. No cree otro con una semilla fija dentro de la función: apagaría siempre las mismas.

# %% [markdown] lang="en"
# ## 9. `dropout`
#
# In training, dropout turns every activation off with probability $p$, at random and anew in every call, so that no
# neuron can rely on the others. Those that are left are divided by $1 - p$, and so the expected value of every
# activation does not change:
#
# $$A := \frac{D \odot A}{1 - p} \qquad D_{ij} = \begin{cases} 0 & \text{with probability } p \\
# 1 & \text{with probability } 1 - p \end{cases}$$
#
# When training is over (`entrenando` is `False`), the activations leave as they came. Draw from the generator `azar`
# (*chance*) above. Do not make another one with a fixed seed inside the function: it would always turn the same ones
# off.


# %%
def dropout(a, p, entrenando):
    # es: """Las activaciones a, con cada una apagada con probabilidad p si se está entrenando."""
    # en: """The activations a, each of them turned off with probability p if training is on."""
    ### BEGIN SOLUTION
    if not entrenando:
        return a
    D = azar.random(a.shape) >= p
    return a * D / (1 - p)
    ### END SOLUTION


# %% [markdown] lang="es"
# **Póngala a prueba.** Con $p = 0.2$ deben quedar en 0 cerca del 20 %, las demás en $1 / 0.8 = 1.25$, y el promedio
# cerca de 1; dos llamadas no apagan las mismas; y fuera del entrenamiento nada cambia.
#
# El primer artículo sobre dropout no divide al entrenar, y multiplica por $1 - p$ fuera del entrenamiento. Es igual de
# correcto y `gradiente check` lo acepta, pero la prueba muestra entonces 1, un promedio de 0.8, y `False` al final.

# %% [markdown] lang="en"
# **Try it out.** With $p = 0.2$ about 20 % should be left at 0, the others at $1 / 0.8 = 1.25$, and the mean near 1;
# two calls do not turn off the same ones; and outside of training nothing changes.
#
# The first paper on dropout does not divide in training, and multiplies by $1 - p$ outside of it. That is just as right
# and `gradiente check` accepts it, but then the cell shows 1, a mean of 0.8, and `False` at the end.

# %%
a = np.ones((100, 200))
una, otra = dropout(a, 0.2, True), dropout(a, 0.2, True)
# es: print(f"en cero {np.mean(una == 0):.3f}, las demás {una.max():.3f}, promedio {una.mean():.3f}")
# en: print(f"at zero {np.mean(una == 0):.3f}, the others {una.max():.3f}, mean {una.mean():.3f}")
# es: print("las mismas dos veces:", np.array_equal(una, otra))
# en: print("the same ones twice:", np.array_equal(una, otra))
# es: print("fuera del entrenamiento nada cambia:", np.array_equal(dropout(a, 0.2, False), a))
# en: print("outside of training nothing changes:", np.array_equal(dropout(a, 0.2, False), a))

# %% [markdown] lang="es"
# ## Para pensar
#
# - Con $\epsilon = 10^{-8}$, ¿se nota si está dentro o fuera de la raíz? ¿Y cuando un gradiente es casi 0?
# - En `adagrad`, el primer paso es casi de tamaño $\alpha$ para todo parámetro, cualquiera que sea su gradiente. ¿Por
#   qué?
# - Con descenso de gradiente puro, L2 equivale a multiplicar cada peso por $1 - \alpha\lambda$ en cada paso. ¿Y con
#   Adam?
# - Dropout en `backProp`: ¿por dónde debe pasar, y por dónde no, el gradiente de una activación apagada?

# %% [markdown] lang="en"
# ## To think about
#
# - With $\epsilon = 10^{-8}$, does it matter whether it is inside or outside the root? And when a gradient is almost 0?
# - In `adagrad`, the first step has almost the size $\alpha$ for every parameter, whatever its gradient. Why?
# - With plain gradient descent, L2 amounts to multiplying every weight by $1 - \alpha\lambda$ in each step. And with
#   Adam?
# - Dropout in `backProp`: where must the gradient of an activation that was turned off pass, and where not?
