"""Translated programs against Python itself, which executes the same source."""

import ast
import math

import numpy as np
import pytest

from gradiente.engines.compiled.arithmetic import TranslationError
from gradiente.engines.compiled.native import native

pytestmark = pytest.mark.compiled

N = 24
INTEGERS = np.array([*range(-9, 10), 100, -101, 7, 1 << 40, -(1 << 40)], np.int64)
FLOATS = np.array(
    [*np.linspace(-3, 3, 17), 0.0, -0.0, np.nan, np.inf, -np.inf, 1e300, 0.5]
)  # as many as integers


def at(array, index):
    return array[index:]


def both(body, *, floats=FLOATS):
    """What y and n are after a program, in Python and in machine code."""
    source = f"def program(x, y, k, n, count):\n{body}\n"
    results = []
    for execute in (interpreted, compiled):
        x, k = floats.copy(), INTEGERS.copy()
        y, n = np.zeros(N, floats.dtype), np.zeros(N, np.int64)
        execute(source, x, y, k, n)
        results.append((y, n))
    return results


def interpreted(source, *arrays):
    names = {"np": np, "math": math, "at": at, "T": arrays[0].dtype.type}
    with np.errstate(all="ignore"):
        exec(source, names)
        names["program"](*arrays, N)


def compiled(source, *arrays):
    real = f"{arrays[0].dtype.name}*"
    function = native(
        f"T = np.{arrays[0].dtype}\n{source}", [real, real, "int64*", "int64*", "int64"], fastmath=False
    )
    function(*(each.ctypes.data for each in arrays), N)


PROGRAMS = {
    "integers": """
    for i in range(count):
        n[i] = (k[i] // 4) * 3 - k[i] % 7 + (k[i] << 1) - (k[i] >> 2) + (k[i] & 5 | 8)""",
    "floats": """
    for i in range(count):
        y[i] = (x[i] + 2.0) * x[i] - x[i] / 3.0 + -x[i] + abs(x[i]) + np.floor(x[i]) + float(k[i])""",
    "functions": """
    for i in range(count):
        a = abs(x[i]) if abs(x[i]) < 100.0 else 1.0
        y[i] = np.sqrt(a) + math.exp(-a) + math.tanh(x[i]) + np.arctan(a) + a ** 2.5 + math.erf(a) + np.sin(a)""",
    "comparisons, with NaN": """
    for i in range(count):
        n[i] = (x[i] < 1.0) + 2 * (x[i] <= 0.5) + 4 * (x[i] == 0.0) + 8 * (x[i] != x[i]) + 16 * (not x[i] > 1.0)
        n[i] += 32 * (0 <= k[i] < 5) + 64 * (k[i] != 3 and x[i] > -1.0 or k[i] >= 9)""",
    "min and max, with NaN": """
    for i in range(count):
        y[i] = min(x[i], 0.5)
        n[i] = max(k[i], 3) + min(k[i], -2) + abs(k[i])
    for i in range(count):
        y[i] += max(0.25, x[i])""",
    "loops": """
    total = 0
    for i in range(3, count, 4):
        for j in range(i, -1, -5):
            if j % 3 == 0:
                continue
            if j * i > 200:
                break
            total += j
        n[i] = total
    i = 0
    while True:
        i += 1
        if i >= 11:
            break
    while i > 4:
        i -= 2
    n[0] = i""",
    "an index is not changed by what follows": """
    last = 0
    for i in range(5):
        last = i
        i = 100
    n[0], n[1] = last, i""",
    "nothing is read behind the end": """
    for i in range(count + 3):
        if i < count and k[i] > 0:
            n[i] = k[i] if i + 1 >= count or k[i + 1] > 0 else -1""",
    "a variable of several types": """
    v = k[0]
    n[0] = v
    for i in range(count):
        v = x[i] > 0.0
        n[i] += v
    for i in range(count):
        v = x[i] * 2.0
        y[i] = v""",
    "a variable of another type in one branch": """
    for i in range(count):
        v = k[i]
        if v > 5:
            v = x[i] > 0.0
            n[i] = v
        else:
            n[i] = v * 2""",
    "constants": """
    step = 3
    adding = False
    for i in range(0, count, 3):
        n[i] = step * 7 // 2 - 5 % 3 + (1 if step > 2 else 0)
        if adding:
            n[i] += 1000
        adding = not adding
    if 1 > 2:
        n[0] = nothing""",
    "pointers": """
    q = at(y, 2)
    for i in range(count - 2):
        q[i] = x[i]
        q[i] *= 2.0
        at(n, 1)[i] = k[i]""",
    "an early end": """
    for i in range(count):
        if k[i] == 4:
            return
        n[i] = 1""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_does_what_it_does_in_python(name):
    (y, n), (translated_y, translated_n) = both(PROGRAMS[name])
    assert y.any() or n.any()
    np.testing.assert_array_equal(translated_n, n)
    np.testing.assert_allclose(translated_y, y, rtol=1e-15, atol=0)


def test_float32_stays_float32():
    (y, _), (translated, _) = both(
        """
    total = T(0)
    for i in range(count):
        total += x[i] * x[i] / T(3)
        y[i] = total""",
        floats=np.linspace(0, 1, N, dtype=np.float32),
    )
    np.testing.assert_array_equal(translated, y)


def test_constant_arrays_and_functions_with_several_results():
    source = """
T = np.float64
table = np.array([1.5, -2.0, 8.0], T)
def twice(x, count):
    for i in range(count):
        x[i] *= T(2)
def program(x, y, k, n, count):
    for i in range(3):
        y[i] = table[i]
    twice(y, 2)
    twice(n_as_float(y), 1)
"""
    source = source.replace("n_as_float(y)", "at(y, 2)")
    y = np.zeros(N)
    compiled(source.lstrip(), FLOATS.copy(), y, INTEGERS.copy(), np.zeros(N, np.int64))
    assert y[:4].tolist() == [3.0, -4.0, 16.0, 0.0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("y[0] = x[0] * k[0]", r"int \| float32 .*y\[0\] = x\[0\] \* k\[0\]"),
        ("n[0] = k[0] // k[1]", "FloorDiv"),
        ("print(k)", "print"),
        ("z = [i for i in range(3)]", "ListComp"),
        ("v = 1\n    for i in range(3):\n        n[i] = v\n        v = x[0]", "v changes its type"),
        ("if k[0] > 0:\n        v = 1\n    else:\n        v = True\n    n[0] = v", "v has no type here"),
        ("v = k[0]\n    if v > 0:\n        v = True\n    n[0] = v", "v has no type here"),
        ("y[0] = math.gamma(x[0])", "gamma"),
        ("n[0] = x[0]", "float → i64"),
    ],
)
def test_what_cannot_be_translated_is_said_with_its_line(line, reason):
    floats = np.zeros(N, np.float32)
    source = f"def program(x, y, k, n, count):\n    {line}\n"
    with pytest.raises(TranslationError, match=reason):
        compiled(source, floats, floats.copy(), INTEGERS.copy(), INTEGERS.copy())


def test_the_sources_of_programs_are_python():
    """The tests above prove nothing if a program is more than Python: what is written is parsed by Python itself."""
    for body in PROGRAMS.values():
        ast.parse(f"def program(x, y, k, n, count):\n{body}\n")
