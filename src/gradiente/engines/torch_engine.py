"""The engine torch: PyTorch's modules, autograd and optimizers, on any device."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.engines.base import Engine, EngineState, StepResult
from gradiente.engines.group import launched
from gradiente.engines.torch_data import DeviceData
from gradiente.engines.torch_model import TorchModel, local_tensor
from gradiente.engines.torch_rule import TorchRule
from gradiente.engines.torch_settings import Torch, find_device
from gradiente.errors import require, require_installed
from gradiente.layers import Context
from gradiente.losses.weights import torch_weighted_sum
from gradiente.mapped import MappedArray, is_mapped
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups

if TYPE_CHECKING:
    import torch

Array = np.ndarray
PREDICTED_AT_ONCE = 1024


class TorchEngine(Engine):
    """Forward by torch.nn, derivatives by torch.autograd, updates by torch.optim.

    Under torchrun every process computes its part of each batch, and the gradient is that of the whole batch: N
    processes take the same steps as one.

    Errors: ArgumentError where PyTorch is not installed, the device is not available, or the optimizer has no
        equivalent in PyTorch
    """

    name = "torch"
    data: DeviceData

    def __init__(
        self,
        objective: Objective,
        optimizer: Optimizer,
        settings: Torch | None = None,
        *,
        parameter_groups: ParameterGroups | None = None,
    ) -> None:
        require_installed("torch", extra="torch")
        import torch

        network = objective.network
        self.settings = settings or Torch()
        self.group = launched()
        require(not self.settings.shard or self.group.world_size > 1, "torch.shard")
        self.device = find_device(self.settings.device, self.group, network.dtype)
        on_cuda = self.device.type == "cuda"
        graphs = self.settings.cuda_graphs
        require(on_cuda or not graphs, "torch.cuda_graphs", device=self.device)
        several = self.group.world_size > 1
        require(not (several and graphs), "torch.graphs_of_one", count=self.group.world_size)
        counted = any(node.buffers() and getattr(node.layer, "momentum", 0) is None for node in network.nodes)
        require(not (graphs and counted), "torch.graphs_momentum")
        half = self.settings.precision == "bf16"
        require(not half or network.dtype == np.float32, "torch.bf16_dtype", dtype=network.dtype)
        self.deferred = on_cuda
        if on_cuda:
            torch.cuda.set_device(self.device)
        self.group.connect(self.device)
        self.objective = objective
        self.network = network
        self.loss = objective.loss
        part = replace(objective.loss, reduction="sum") if several else objective.loss  # pyright: ignore
        self.loss_function = part.to_torch()
        self.clip = objective.clip
        self.penalties = [penalty.to_torch() for penalty in objective.penalties]
        dtype = getattr(torch, network.dtype.name)
        self.data = DeviceData(self.device, dtype, self.group)  # pyright: ignore[reportIncompatibleVariableOverride]
        self.generator = torch.Generator(self.device)
        self.seeded_by: np.random.Generator | None = None
        self.t = 0
        self.parameter_groups = parameter_groups or ParameterGroups()
        self.rule = TorchRule(network, optimizer, self.parameter_groups)
        with self.session():
            self._build()

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or the engine from a pickle, has modules of its own, with the state of this one."""
        state = {
            "engine": self.state(),
            "generator": self.generator.get_state().numpy(),
            "seeded_by": self.seeded_by,
        }
        make = partial(TorchEngine, parameter_groups=self.parameter_groups)
        return make, (self.objective, self.rule.optimizer, self.settings), state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.load_state(state["engine"])
        if state["seeded_by"] is not None:
            self.load_generator_state(state["seeded_by"], state["generator"])

    def upload(self) -> None:
        if self.network.frozen != self.model.frozen:
            self.rule.read_slots()
            self._build()
        else:
            self.model.upload()

    def download(self) -> None:
        self.model.download()

    def step(
        self,
        x: Any,
        y: Any,
        context: Context,
        optimizer: Optimizer,
        *,
        divisor: float | None = None,
        weights: Any = None,
    ) -> StepResult:
        x, y = self.data.tensor(x), self.data.tensor(y)
        self.rule.follow(optimizer)
        self._seed(context.generator)
        self.model.masks.factor = context.dropout
        prediction = self.model.forward(x, context.training, undoable=not self.deferred)
        loss = self._loss(prediction, y, divisor, weights)
        penalty, penalty_gradients = self._penalties(loss)
        value = self.group.all_reduce(loss.detach(), "mean") + penalty
        done = StepResult(value, penalty, prediction.detach())
        if not self.deferred:
            done = StepResult(float(done.value), float(done.penalty), done.prediction.numpy(force=True))
            if not math.isfinite(done.value):
                self.model.restore_buffers()
                return done
        self.rule.optim.zero_grad()
        loss.backward()
        for weight, gradient in zip(self.weights, penalty_gradients, strict=False):
            local_tensor(weight.grad).add_(gradient)  # pyright: ignore[reportArgumentType]
        self._clip()
        self.t += 1
        self.rule.optim.step()
        return done

    def predict(self, x: Array) -> Array:
        import torch

        cached = self.data.cached(x)
        x = x if is_mapped(x) or isinstance(x, MappedArray) else self.network.as_batch(x)
        if len(x) == 0:
            return self.network.predict(x)
        self.network.predict(x[:2])  # says what is wrong with the shape of an instance
        whole = self.network.whole_batch  # then every process predicts everything
        each = len(x) if whole else -(-len(x) // self.group.world_size)
        first, at_once = (0, each) if whole else (each * self.group.rank, PREDICTED_AT_ONCE)
        rows = np.arange(first, first + each) % len(x)  # of equal number everywhere
        outputs = []
        for start in range(0, each, at_once):
            part = rows[start : start + at_once]
            chosen = (
                self.data.tensor(self.network.as_batch(x[part]))
                if cached is None
                else cached[self.data.tensor(part)]
            )
            outputs.append(self.model.predict(chosen))
        predicted = torch.cat(outputs)
        parts = [predicted] if whole else self.group.all_gather(predicted)
        return torch.cat(parts).numpy(force=True)[: len(x)]

    def state(self) -> EngineState:
        self.download()
        buffers = {name: array.copy() for name, array in self.network.buffers.items()}
        slots = {name: array.copy() for name, array in self.rule.read_slots().items()}
        return EngineState(self.t, self.network.theta.copy(), buffers, slots)

    def load_state(self, state: EngineState) -> None:
        self.t = state.t
        self.network.restore(state.theta, state.buffers)
        self.model.upload()
        self.rule.slots = {name: array.copy() for name, array in state.slots.items()}
        self.rule.write_slots(state.t)

    def generator_state(self, generator: "np.random.Generator") -> Array | None:
        return self.generator.get_state().numpy().copy() if generator is self.seeded_by else None

    def load_generator_state(self, generator: "np.random.Generator", state: Array) -> None:
        import torch

        if len(state) == len(self.generator.get_state()):  # of the same kind of device
            self.seeded_by = generator
            self.generator.set_state(torch.from_numpy(state))

    @contextmanager
    def session(self) -> Iterator[None]:
        import torch

        try:
            with self.group.session():
                yield
        except RuntimeError as error:
            words = str(error).split("\n")[0]
            if isinstance(error, torch.OutOfMemoryError) or "alloc_cpu" in words:
                raise MemoryError(words) from error
            raise
        finally:
            self.data.clear_cache()
            if hasattr(self, "model"):
                self.model.clear_graph()

    def _build(self) -> None:
        """The network as a module, as it is now, and the rule for those of its parameters that learn."""
        self.model = TorchModel(self.network, self.device, self.group, self.settings, self.generator)
        self.weights = [self.model.parameters[name] for name in self.network.weight_names]
        self.rule.bind(self.model, self.t)

    def _seed(self, generator: "np.random.Generator | None") -> None:
        """With a new epoch, and so a new generator of what layers draw, a new one of PyTorch's."""
        if generator is not None and generator is not self.seeded_by:
            self.seeded_by = generator
            self.generator.manual_seed(int(generator.integers(2**48)) + self.group.rank)

    def _loss(
        self, prediction: "torch.Tensor", y: "torch.Tensor", divisor: float | None, weights: Any
    ) -> "torch.Tensor":
        """J; of several processes each one's part, so that the mean over the processes, as for gradients, is J."""
        if self.group.world_size == 1 and weights is None:
            return self.loss_function(prediction, y)
        w = None if weights is None else self.data.tensor(weights)
        if divisor is None:
            divisor = self.loss.divisor(y.numpy(force=True), None if w is None else w.numpy(force=True))
        if not len(prediction):
            total = prediction.sum()
        elif w is None:
            total = self.loss_function(prediction, y)
        else:
            total = torch_weighted_sum(self.loss)(prediction, y, w)
        return total * self.group.world_size / divisor

    def _penalties(self, loss: "torch.Tensor") -> "tuple[torch.Tensor, list[torch.Tensor]]":
        """The penalties' value, and its gradient for every weight; both are sums over the weight's numbers."""
        import torch

        total = loss.new_zeros(())
        if not self.penalties:
            return total, []
        gradients = []
        for weight in self.weights:
            own = local_tensor(weight).detach().requires_grad_()
            value = torch.stack([penalty(own) for penalty in self.penalties]).sum()
            gradients += torch.autograd.grad(value, own)
            total += value.detach()
        return self.group.all_reduce(total) if self.settings.shard else total, gradients

    def _clip(self) -> None:
        from torch.nn.utils import clip_grad_norm_, clip_grad_value_

        if self.clip.value is not None:
            clip_grad_value_(self.model.parameters.values(), self.clip.value)
        if self.clip.norm is not None:
            clip_grad_norm_(self.model.parameters.values(), self.clip.norm)
