r"""Elementary functions in float32 without branches, so that a loop over them is compiled to vector instructions.

They are translated, never executed by Python. Each is within 4 units in the last place, sin and cos up to |x| = 10⁶;
NaN stays NaN.

Equation:   eˣ = 2ⁿ eʳ with n = round(x / log 2) and |r| ≤ ½ log 2, where eʳ is a polynomial
            log x = n log 2 + log(1 + r) with 1 + r in [√½, √2), where log(1 + r) is a polynomial
            tanh x = a polynomial of x where |x| < 0.625, else ±(1 − 2 / (e^(2|x|) + 1))
            sin x, cos x = ± a polynomial of r = x − n π/2, |r| ≤ ¼ π, that of sin or that of cos by n mod 4

Source: Cephes, expf.c, logf.c, tanhf.c and sinf.c, for the coefficients
"""

import math

import numpy as np

from gradiente.engines.compiled.intrinsics import bits, number

f, i, d = np.float32, np.int32, np.float64
LOG2_E = f(1.4426950408889634)
HIGH, LOW = f(0.693359375), f(-2.12194440e-4)  # log 2 in two parts: n · HIGH is exact
ROOT_HALF = f(0.70710678)
HALF_PI, REST = d(1.5707963267341256), d(6.077100506506192e-11)  # ½ π in two parts: n · HALF_PI is exact
TINY, SCALE = f(1.17549435e-38), f(2.0**25)  # the smallest normal number, and what makes others normal


def parts(x: np.float32) -> tuple[np.int32, np.float32]:
    """n and r of eˣ, and the polynomial eʳ − 1; any n for NaN."""
    limited = x if x > f(-104) else f(-104)
    limited = limited if limited < f(89) else f(89)
    n = np.floor(limited * LOG2_E + f(0.5))
    r = (limited - n * HIGH) - n * LOW
    p = f(1.9875691500e-4)
    p = p * r + f(1.3981999507e-3)
    p = p * r + f(8.3334519073e-3)
    p = p * r + f(4.1665795894e-2)
    p = p * r + f(1.6666665459e-1)
    p = p * r + f(5.0000001201e-1)
    return i(n), p * r * r + r


def exp32(x: np.float32) -> np.float32:
    n, less_one = parts(x)
    half = n >> i(1)
    y = (less_one + f(1)) * number((half + i(127)) << i(23)) * number((n - half + i(127)) << i(23))
    return y if x == x else x


def expm132(x: np.float32) -> np.float32:
    n, less_one = parts(x)
    y = exp32(x) - f(1)
    y = less_one if n == i(0) else y
    return y if x == x else x


def log32(x: np.float32) -> np.float32:
    normal = x if x >= TINY else x * SCALE
    pattern = bits(normal)
    n = ((pattern >> i(23)) & i(255)) - i(126)
    m = number((pattern & i(0x007FFFFF)) | i(0x3F000000))  # in [½, 1)
    small = m < ROOT_HALF
    r = m + m - f(1) if small else m - f(1)
    n = f(n - i(1) if small else n)
    n = n if x >= TINY else n - f(25)
    p = f(7.0376836292e-2)
    p = p * r + f(-1.1514610310e-1)
    p = p * r + f(1.1676998740e-1)
    p = p * r + f(-1.2420140846e-1)
    p = p * r + f(1.4249322787e-1)
    p = p * r + f(-1.6668057665e-1)
    p = p * r + f(2.0000714765e-1)
    p = p * r + f(-2.4999993993e-1)
    p = p * r + f(3.3333331174e-1)
    square = r * r
    y = (p * r * square + n * LOW - f(0.5) * square + r) + n * HIGH
    y = y if x > f(0) else f(-np.inf)
    y = y if x < f(np.inf) else f(np.inf)
    return y if x >= f(0) else f(np.nan)


def log1p32(x: np.float32) -> np.float32:
    u = f(1) + x
    lost = u - f(1)
    y = log32(u) * (x / lost)
    y = y if lost != f(0) else x
    return y if u < f(np.inf) else u


def tanh32(x: np.float32) -> np.float32:
    size = abs(x)
    far = f(1) - f(2) / (exp32(size + size) + f(1))
    square = x * x
    p = f(-5.70498872745e-3)
    p = p * square + f(2.06390887954e-2)
    p = p * square + f(-5.37397155531e-2)
    p = p * square + f(1.33314422036e-1)
    p = p * square + f(-3.33332819422e-1)
    near = p * square * x + x
    y = far if x > f(0) else -far
    return near if size < f(0.625) else y


def turns(x: np.float32) -> tuple[np.float64, np.float32]:
    """n mod 4 and r of sin x and cos x."""
    n = np.floor(d(x) * d(2 / math.pi) + d(0.5))
    r = f((d(x) - n * HALF_PI) - n * REST)
    r = f(1) if r > f(1) else r  # where x is too large for n
    r = f(-1) if r < f(-1) else r
    return n - np.floor(n * d(0.25)) * d(4), r


def near_sin(r: np.float32) -> np.float32:
    square = r * r
    p = f(-1.9515295891e-4)
    p = p * square + f(8.3321608736e-3)
    p = p * square + f(-1.6666654611e-1)
    return p * square * r + r


def near_cos(r: np.float32) -> np.float32:
    square = r * r
    p = f(2.443315711809948e-5)
    p = p * square + f(-1.388731625493765e-3)
    p = p * square + f(4.166664568298827e-2)
    return p * square * square - f(0.5) * square + f(1)


def sin32(x: np.float32) -> np.float32:
    n, r = turns(x)
    s, c = near_sin(r), near_cos(r)
    y = c if n == d(1) or n == d(3) else s
    return -y if n >= d(2) else y


def cos32(x: np.float32) -> np.float32:
    n, r = turns(x)
    s, c = near_sin(r), near_cos(r)
    y = s if n == d(1) or n == d(3) else c
    return -y if n == d(1) or n == d(2) else y


def erf32(x: np.float32) -> np.float32:
    """The error function, the C library's."""
    return np.float32(math.erf(x))
