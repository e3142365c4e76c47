"""The elementary functions in float32, against NumPy in float64."""

import numpy as np
import pytest

from gradiente.engines.compiled.native import native

pytestmark = pytest.mark.compiled

ANY = np.concatenate(
    [
        np.linspace(-110, 95, 200_003),
        np.linspace(-1e-3, 1e-3, 20_001),
        [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-42],
    ]
).astype(np.float32)
POSITIVE = np.concatenate(
    [np.exp(np.linspace(-103, 88, 200_003)), 1 + ANY[-20_007:-6], ANY[-6:], [-1.0]]
).astype(np.float32)
ANGLES = np.concatenate(
    [
        np.linspace(-1e3, 1e3, 200_003),
        np.linspace(-1e6, 1e6, 200_003),
        np.arange(-3000, 3000) * (np.pi / 2),
        [np.nan, np.inf, -np.inf, 0.0],
    ]
).astype(np.float32)
ABOVE_MINUS_1 = np.concatenate([ANY[ANY > -1], POSITIVE, [-1.0, -2.0]]).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "reference", "x", "units"),
    [
        ("exp", np.exp, ANY, 2),
        ("expm1", np.expm1, ANY, 4),
        ("tanh", np.tanh, ANY, 2),
        ("sin", np.sin, ANGLES, 2),
        ("cos", np.cos, ANGLES, 2),
        ("log", np.log, POSITIVE, 2),
        ("log1p", np.log1p, ABOVE_MINUS_1, 4),
    ],
)
def test_a_function_is_right_to_a_few_units_in_the_last_place(name, reference, x, units):
    source = f"def program(x, y, n):\n    for i in range(n):\n        y[i] = {name}32(x[i])\n"
    y = np.empty_like(x)
    native(source, ["float32*", "float32*", "int64"], fastmath=True)(x.ctypes.data, y.ctypes.data, len(x))
    with np.errstate(all="ignore"):
        exact = reference(x.astype(np.float64))
        rounded = exact.astype(np.float32)
    special = ~np.isfinite(rounded)
    np.testing.assert_array_equal(y[special], rounded[special])
    normal = np.isfinite(rounded) & (np.abs(rounded) > np.finfo(np.float32).tiny)
    distance = np.abs(y[normal] - exact[normal]) / np.spacing(np.abs(rounded[normal]))
    assert distance.max() < units


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_a_sine_of_any_number_is_between_1_and_minus_1(name):
    x = np.geomspace(1e6, 3e38, 10_001, dtype=np.float32)
    source = f"def program(x, y, n):\n    for i in range(n):\n        y[i] = {name}32(x[i])\n"
    y = np.empty_like(x)
    native(source, ["float32*", "float32*", "int64"], fastmath=True)(x.ctypes.data, y.ctypes.data, len(x))
    assert np.abs(y).max() <= 1
