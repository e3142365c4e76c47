"""What layers draw: NumPy's numbers, from its generator PCG64, or from another one by calls of its function.

`drawn` is translated, never executed by Python.

Equation:   sₜ = a sₜ₋₁ + c mod 2¹²⁸; a pair of numbers has the bits of (high ⊕ low) of sₜ, rotated by its first six

Source: O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms for Random Number
    Generation", 2014: PCG XSL RR 128/64
"""

from typing import Any

import numpy as np

from gradiente.engines.compiled.intrinsics import pair, pcg_step, unit, wide_load, wide_store
from gradiente.engines.compiled.intrinsics import uniform as called
from gradiente.engines.compiled.team import UNIFORM

# Where the state of PCG64 is: s and c of two numbers each; whether half of a pair is left, and that half.
INCREMENT, LEFT, HALF = 2, 4, 5
WORD = (1 << 64) - 1


def drawn(calls: Any, state: Any, to: Any, count: Any) -> None:
    """The next numbers in [0, 1), so many."""
    if calls[UNIFORM] != 0:
        for i in range(count):
            to[i] = called(calls[UNIFORM], state)
        return
    first = 0
    if state[LEFT] != 0 and count > 0:
        to[0] = unit(state[HALF])
        state[LEFT] = 0
        first = 1
    s, c = wide_load(state, 0), wide_load(state, INCREMENT)
    both = state[HALF] << 32
    pairs = (count - first) >> 1
    for i in range(pairs):
        s = pcg_step(s, c)
        both = pair(s)
        to[first + 2 * i] = unit(both)
        to[first + 2 * i + 1] = unit(both >> 32)
    if first + 2 * pairs < count:
        s = pcg_step(s, c)
        both = pair(s)
        to[count - 1] = unit(both)
        state[LEFT] = 1
    wide_store(state, 0, s)
    state[HALF] = both >> 32


def state_of(generator: "np.random.Generator") -> "np.ndarray | None":
    """The state of a PCG64 as those numbers; None of another generator."""
    if type(generator.bit_generator) is not np.random.PCG64:
        return None
    state: Any = generator.bit_generator.state
    numbers = [each for name in ("state", "inc") for each in _halves(state["state"][name])]
    return np.array([*numbers, state["has_uint32"], state["uinteger"]], np.uint64).view(np.int64)


def keep_state(generator: "np.random.Generator", numbers: np.ndarray) -> None:
    """Give that state back to the generator."""
    low, high, *_, left, half = map(int, numbers.view(np.uint64))
    state: Any = generator.bit_generator.state
    state["state"]["state"] = low | high << 64
    generator.bit_generator.state = state | {"has_uint32": left, "uinteger": half & (WORD >> 32)}


def _halves(number: int) -> tuple[int, int]:
    return number & WORD, number >> 64
