"""JAX: an epoch jitted as one lax.scan over its batches; with all rows in a batch, one over the epochs."""

# What it measures need not be installed.
# pyright: reportMissingImports=false

from typing import Any

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peers.jax_layers import forward, initial


class Training:
    """Epochs of one jitted loop, from where it is, with the running loss and accuracy."""

    def __init__(self, job: Job) -> None:
        import jax
        import jax.numpy as jnp

        self.job = job
        train_x, train_y, self.test_x, self.test_y = arrays.read(job)
        self.x, self.y = jnp.asarray(train_x), jnp.asarray(train_y.astype(np.int32))
        # The generator that is fast on a CPU; the default one would cost most of a step with dropout.
        self.key = jax.random.key(job.seed, impl="rbg")
        parameters, statistics = initial(job.layers, self.key)
        if job.initial is not None:
            parameters = _given(parameters, job.initial)
        zeros = jax.tree.map(jnp.zeros_like, parameters)
        self.state = (parameters, zeros, jax.tree.map(jnp.zeros_like, zeros), statistics, jnp.int32(0))
        self.generator = np.random.default_rng(job.seed)
        step = _step(job)
        loop = _all_rows(step) if job.batch_size == "all" else _batches(step, job.batch_size)
        self.loop = jax.jit(loop, donate_argnums=0)
        self.fold = jax.jit(jax.random.fold_in)
        self.predict = jax.jit(
            lambda parameters, statistics, x: forward(job.layers, parameters, statistics, x)[0]
        )
        self.history: list[tuple[float, float]] = []

    def run(self) -> None:
        n = len(self.x)
        if self.job.batch_size == "all":
            self.state, (losses, correct) = self.loop(self.state, self.x, self.y, np.zeros(self.job.epochs))
            self.history += zip(np.asarray(losses).tolist(), (np.asarray(correct) / n).tolist(), strict=True)
            return
        for _ in range(self.job.epochs):
            order = self.generator.permutation(n).astype(np.int32)
            key = self.fold(self.key, len(self.history))
            self.state, (loss, correct) = self.loop(self.state, self.x, self.y, order, key)
            self.history.append((float(loss) / n, int(correct) / n))

    def accuracy(self) -> float:
        parameters, _, _, statistics, _ = self.state
        output = np.asarray(self.predict(parameters, statistics, self.test_x))
        classes = output[:, 0] > 0.5 if self.job.loss == "MSELoss" else output.argmax(1)
        return float(np.mean(classes == self.test_y))


def _given(parameters: list[Any], values: Any) -> list[Any]:
    """The values of a job, whose weights are (out, in) as in PyTorch, in the place of those drawn."""
    import jax.numpy as jnp

    left = iter(values)
    return [
        {"weight": jnp.asarray(next(left), jnp.float32).T, "bias": jnp.asarray(next(left), jnp.float32)}
        if own
        else own
        for own in parameters
    ]


def _step(job: Job) -> Any:
    """One training step: from the state, a batch and a key to the state, the loss's sum and the right answers."""
    import jax
    import jax.numpy as jnp

    def objective(parameters: Any, statistics: Any, x: Any, y: Any, key: Any) -> Any:
        output, after = forward(job.layers, parameters, statistics, x, key)
        if job.loss == "MSELoss":
            return jnp.mean((output[:, 0] - y) ** 2), (after, ((output[:, 0] > 0.5) == y).sum())
        chosen = jnp.take_along_axis(jax.nn.log_softmax(output), y[:, None], 1)
        return -chosen.mean(), (after, (output.argmax(1) == y).sum())

    def update(parameters: Any, m: Any, v: Any, gradients: Any, t: Any) -> Any:
        if job.optimizer == "SGD":
            return jax.tree.map(lambda p, g: p - job.lr * g, parameters, gradients), m, v
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
        rate, root = job.lr / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        after = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + 1e-8), parameters, m, v)
        return after, m, v

    def step(state: Any, x: Any, y: Any, key: Any) -> Any:
        parameters, m, v, statistics, t = state
        value = jax.value_and_grad(objective, has_aux=True)
        (loss, (statistics, correct)), gradients = value(parameters, statistics, x, y, key)
        parameters, m, v = update(parameters, m, v, gradients, t + 1)
        return (parameters, m, v, statistics, t + 1), (loss * len(y), correct)

    return step


def _batches(step: Any, size: int) -> Any:
    """An epoch in that order: all full batches in one scan, then the last one."""
    import jax
    from jax import lax

    def epoch(state: Any, x: Any, y: Any, order: Any, key: Any) -> Any:
        full = len(order) // size

        def on_batch(state: Any, number_and_rows: Any) -> Any:
            number, rows = number_and_rows
            return step(state, x[rows], y[rows], jax.random.fold_in(key, number))

        numbers = np.arange(full)
        state, (losses, correct) = lax.scan(
            on_batch, state, (numbers, order[: full * size].reshape(full, size))
        )
        losses, correct = losses.sum(), correct.sum()
        if full * size < len(order):
            state, (loss, right) = on_batch(state, (full, order[full * size :]))
            losses, correct = losses + loss, correct + right
        return state, (losses, correct)

    return epoch


def _all_rows(step: Any) -> Any:
    """As many steps as `numbers` has entries, each on all rows."""
    from jax import lax

    def steps(state: Any, x: Any, y: Any, numbers: Any) -> Any:
        def on_all(state: Any, _: Any) -> Any:
            state, (loss, correct) = step(state, x, y, None)
            return state, (loss / len(y), correct)

        return lax.scan(on_all, state, numbers)

    return steps


if __name__ == "__main__":
    serve(Training)
