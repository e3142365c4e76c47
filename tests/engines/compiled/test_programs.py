"""Whole training steps as machine code, against the same steps by NumPy."""

import numpy as np
import pytest
from tests.engines.compiled.cases import BATCH, CASES, ROWS, Case

from gradiente import SGD, Context, CrossEntropyLoss, Linear, Tanh
from gradiente.engines import CompiledEngine
from gradiente.engines.compiled import by_rows
from gradiente.engines.compiled import program as programs

pytestmark = pytest.mark.compiled


@pytest.fixture(params=CASES)
def case(request, monkeypatch):
    chosen = CASES[request.param]
    monkeypatch.setattr(programs, "by_neurons", lambda form: chosen.neurons)
    if chosen.cut:
        monkeypatch.setattr(by_rows, "WORTH_CUTTING", 1)
    return chosen


def orders(epochs=2, batch=BATCH):
    """The rows of every step of some epochs."""
    generator = np.random.default_rng(1)
    for _ in range(epochs):
        order = generator.permutation(ROWS)
        yield from (order[start : start + batch] for start in range(0, ROWS, batch))


def trained(case, name, dtype, *, block=1, threads=None, epochs=2):
    """The engine after some epochs, and J of every step and the output of every row."""
    engine, (x, y) = case.engine(name, dtype), case.data(dtype)
    if threads is not None:
        engine.threads_to_use.next = lambda pieces: threads
    generator = np.random.default_rng(8)
    context = Context(training=True, generator=generator)
    rows, values, outputs = list(orders(epochs, case.batch)), [], []
    while rows:
        if name == "numpy":
            done = engine.step(x[rows[0]], y[rows[0]], context, case.optimizer)
            taken = 1
            values.append(done.value)
        else:
            divisors = [case.loss.divisor(y[each]) for each in rows[:block]]
            done = engine.steps(x, y, rows[:block], context, case.optimizer, divisors)
            assert done is not None
            taken = done.taken
            values.extend(done.values)
        outputs.append(done.prediction)
        rows = rows[taken:]
    return engine, np.array(values), np.concatenate(outputs), generator.bit_generator.state


def bits_of(network):
    return network.theta.tobytes(), *(values.tobytes() for values in network.buffers.values())


def distance(actual, expected):
    return np.linalg.norm(actual - expected) / np.linalg.norm(expected)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-6)])
def test_machine_code_takes_two_hundred_steps_as_numpy_takes_them(case, dtype, tolerance):
    epochs = 204 // -(-ROWS // case.batch)
    expected, values, outputs, generator = trained(case, "numpy", dtype, epochs=epochs)
    engine, own_values, own_outputs, own_generator = trained(case, "compiled", dtype, block=5, epochs=epochs)
    assert len(values) == 204
    np.testing.assert_allclose(own_values, values, rtol=4 * tolerance)
    assert distance(engine.network.theta, expected.network.theta) <= tolerance
    assert distance(own_outputs, outputs) <= 2 * tolerance
    np.testing.assert_allclose(
        engine.network.gradient, expected.network.gradient, rtol=0, atol=20 * tolerance
    )
    assert own_generator == generator
    for name, expected_values in expected.network.buffers.items():
        np.testing.assert_allclose(engine.network.buffers[name], expected_values, rtol=0, atol=tolerance)


def test_bits_depend_on_neither_threads_nor_how_many_steps_are_taken_at_once(case):
    bits = {
        bits_of(trained(case, "compiled", "float32", block=block, threads=threads)[0].network)
        for block, threads in ((1, 1), (5, 2), (100, 3), (12, 1))
    }
    assert len(bits) == 1


def test_a_state_is_continued_to_the_same_bits(case):
    x, y = case.data("float32")
    rows = list(orders(4, case.batch))
    generator = np.random.default_rng(8)
    context = Context(training=True, generator=generator)
    first = case.engine("compiled", "float32")

    def take(engine, rows):
        while rows:
            divisors = [case.loss.divisor(y[each]) for each in rows]
            rows = rows[engine.steps(x, y, rows, context, case.optimizer, divisors).taken :]

    take(first, rows[:5])
    state, drawn = first.state(), generator.bit_generator.state
    take(first, rows[5:])
    other = case.engine("compiled", "float32")
    other.load_state(state)
    generator.bit_generator.state = drawn
    take(other, rows[5:])
    assert bits_of(other.network) == bits_of(first.network)
    assert all(other.slots[name].tobytes() == slot.tobytes() for name, slot in first.slots.items())


def test_a_step_whose_loss_is_not_finite_is_not_taken(case):
    engine, (x, y) = case.engine("compiled", "float32"), case.data("float32")
    rows = [np.arange(8), np.arange(8, 16), np.arange(16, 24)]
    x[10] = np.nan
    generator = np.random.default_rng(8)
    context = Context(training=True, generator=generator)
    values = list[float]()
    while np.isfinite(values).all():
        rows = rows[len(values) :]
        divisors = [case.loss.divisor(y[each]) for each in rows]
        done = engine.steps(x, y, rows, context, case.optimizer, divisors)
        values = list(done.values)
    alone = case.engine("compiled", "float32")
    own_generator = np.random.default_rng(8)
    own = Context(training=True, generator=own_generator)
    assert np.isfinite(alone.step(x[:8], y[:8], own, case.optimizer).value)
    assert engine.t == 1
    assert bits_of(engine.network) == bits_of(alone.network)
    assert generator.bit_generator.state == own_generator.bit_generator.state


def test_wrong_targets_are_refused_as_by_numpy(monkeypatch):
    from gradiente.errors import DataError

    case = CASES["penalties"]
    engine, (x, y) = case.engine("compiled", "float32"), case.data("float32")
    y[3] = 4
    with pytest.raises(DataError, match="4"):
        engine.step(x[:8], y[:8], Context(training=True), case.optimizer)
    assert engine.t == 0


@pytest.mark.parametrize("ignored", [-100, 2])
def test_targets_that_are_ignored_count_nothing(ignored):
    values, thetas = list[list[float]](), list[np.ndarray]()
    for name in ("numpy", "compiled"):
        case = Case(
            [Linear(5, 7), Tanh(), Linear(7, 4)],
            CrossEntropyLoss(label_smoothing=0.1, ignore_index=ignored),
            SGD(lr=0.5),
        )
        engine, (x, y) = case.engine(name, "float64"), case.data("float64")
        y[::3] = ignored
        steps = (engine.step(x[rows], y[rows], Context(training=True), case.optimizer) for rows in orders(1))
        values.append([done.value for done in steps])
        thetas.append(engine.network.theta)
    np.testing.assert_allclose(*values, rtol=1e-12)
    np.testing.assert_allclose(*thetas, rtol=1e-11)


def test_a_rule_of_a_function_without_a_source_is_refused():
    from gradiente.errors import ArgumentError

    class CubeRoot(SGD):
        def rule(self, theta, gradient, slots, t):
            return theta - self.lr * np.cbrt(gradient), {}

    case = CASES["xor"]
    engine, (x, y) = case.engine("compiled", "float32"), case.data("float32")
    with pytest.raises(ArgumentError, match="cbrt"):
        engine.step(x[:8], y[:8], Context(training=True), CubeRoot(lr=0.1))


def test_as_many_programs_are_compiled_as_there_are_forms():
    case = CASES["xor"]
    engine, (x, y) = case.engine("compiled", "float32"), case.data("float32")
    for rate in (0.1, 0.2, 0.3):
        engine.step(x[:8], y[:8], Context(training=True), SGD(lr=rate))
    assert len(engine._programs) == 1
    assert isinstance(engine, CompiledEngine)


@pytest.mark.parametrize("kind", [np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937])
def test_every_generator_is_drawn_from_as_numpy_draws(kind):
    case, ends = CASES["dropout"], []
    x, y = case.data("float64")
    for name in ("numpy", "compiled"):
        engine, generator = case.engine(name, "float64"), np.random.Generator(kind(8))
        generator.random(3, dtype=np.float32)  # of a pair, the other half is left
        for _ in range(4):
            engine.step(x[:13], y[:13], Context(training=True, generator=generator), case.optimizer)
        ends.append((engine.network.theta, generator.random(5), generator.random(3, dtype=np.float32)))
    np.testing.assert_allclose(ends[1][0], ends[0][0], rtol=1e-12)
    for own, expected in zip(ends[1][1:], ends[0][1:], strict=True):
        np.testing.assert_array_equal(own, expected)
