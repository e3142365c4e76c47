"""The same network in PyTorch: its modules, its automatic differentiation, its optimizers, on any device."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from gradiente.engines.base import Batch, Engine, EngineState, StepResult
from gradiente.engines.processes import Processes
from gradiente.engines.torch_data import DeviceData
from gradiente.engines.torch_model import TorchModel, own_part, whole
from gradiente.engines.torch_settings import Torch, find_device
from gradiente.errors import ProcessError, require, require_installed
from gradiente.layers import Context
from gradiente.objective import Objective
from gradiente.optimizers import Optimizer
from gradiente.pytorch.optimizer_state import read_slots, torch_optimizer, write_slots

if TYPE_CHECKING:
    import torch

Array = np.ndarray
T = TypeVar("T")
PREDICTED_AT_ONCE = 1024
STEPS_BETWEEN_QUESTIONS = 16  # to the other processes, whether one was interrupted


class TorchEngine(Engine):
    """Forward by torch.nn, derivatives by torch.autograd, updates by torch.optim.

    Under torchrun every process takes its part of each batch, and the gradient is that of the whole batch: N
    processes take the steps of one.

    Errors: ArgumentError where PyTorch is not installed, or the device is not there, or the optimizer has no twin
    """

    name = "torch"

    def __init__(self, objective: Objective, optimizer: Optimizer, settings: Torch | None = None) -> None:
        require_installed("torch", extra="torch")
        import torch

        network = objective.network
        self.settings = settings or Torch()
        self.group = Processes.launched()
        self.rank, self.processes = self.group.rank, self.group.count
        require(not self.settings.shard or self.processes > 1, "torch.shard")
        self.device = find_device(self.settings.device, self.group, network.dtype)
        on_cuda = self.device.type == "cuda"
        graphs = self.settings.cuda_graphs
        require(on_cuda or not graphs, "torch.cuda_graphs", device=self.device)
        require(self.processes == 1 or not graphs, "torch.graphs_of_one", count=self.processes)
        counted = any(layer.buffers() and getattr(layer, "momentum", 0) is None for layer in network.layers)
        require(not (graphs and counted), "torch.graphs_momentum")
        half = self.settings.precision == "bf16"
        require(not half or network.dtype == np.float32, "torch.bf16_dtype", dtype=network.dtype)
        self.deferred = on_cuda
        if on_cuda:
            torch.cuda.set_device(self.device)
        self.group.join(self.device.type)
        self.network = network
        self.loss = objective.loss
        self.loss_function = objective.loss.to_torch()
        self.optimizer = optimizer
        self.clip = objective.clip
        self.penalties = [penalty.to_torch() for penalty in objective.penalties]
        self.data = DeviceData(self.device, getattr(torch, network.dtype.name), self.group)
        self.draws: np.random.Generator | None = None
        self.t = 0
        self.slots = optimizer.initial_slots(network.theta)  # of every parameter; `twin` has those that learn
        with self.together():
            self._build()

    def start(self) -> None:
        if self.network.frozen != self.model.frozen:
            self._read_slots()
            self._build()
        else:
            self.model.push()

    def settle(self) -> None:
        self.model.pull()

    def batches(
        self,
        x: Array,
        y: Array,
        order: Iterable[Array],
        change: Callable[[Array], Array] | None = None,
    ) -> Iterator[Batch]:
        return self.data.batches(x, y, order, change)

    def step(
        self, x: Any, y: Any, context: Context, optimizer: Optimizer, *, instances: int | None = None
    ) -> StepResult:
        x, y = self.data.tensor(x), self.data.tensor(y)
        self._follow(context, optimizer)
        prediction = self.model.forward(x, context.training, undoable=not self.deferred)
        loss = self._loss(prediction, y, len(x) if instances is None else instances)
        penalty, penalty_gradients = self._penalties(loss)
        done = StepResult(self._over_processes(loss.detach()) + penalty, penalty, prediction.detach())
        if not self.deferred:
            done = StepResult(float(done.value), float(done.penalty), done.prediction.numpy(force=True))
            if not math.isfinite(done.value):
                self.model.undo()
                return done
        self.twin.zero_grad()
        loss.backward()
        for weight, gradient in zip(self.weights, penalty_gradients, strict=False):
            own_part(weight.grad).add_(gradient)  # pyright: ignore[reportArgumentType]
        self._clip()
        self.t += 1
        self.twin.step()
        return done

    def predict(self, x: Array) -> Array:
        held = self.data.held(x)
        x = self.network.as_batch(x)
        if len(x) == 0:
            return self.network.predict(x)
        self.network.predict(x[:1])  # says what is wrong with the shape of an instance
        each = -(-len(x) // self.processes)
        rows = np.arange(each * self.rank, each * (self.rank + 1)) % len(x)  # of equal number everywhere
        outputs = []
        for start in range(0, each, PREDICTED_AT_ONCE):
            part = rows[start : start + PREDICTED_AT_ONCE]
            chosen = self.data.tensor(x[part]) if held is None else held[self.data.tensor(part)]
            outputs.append(self.model.predict(chosen))
        return self._gather(outputs).numpy(force=True)[: len(x)]

    def state(self) -> EngineState:
        self.settle()
        buffers = {name: array.copy() for name, array in self.network.buffers.items()}
        self._read_slots()
        slots = {name: array.copy() for name, array in self.slots.items()}
        return EngineState(self.t, self.network.theta.copy(), buffers, slots)

    def load_state(self, state: EngineState) -> None:
        self.t = state.t
        self.network.restore(state.theta, state.buffers)
        self.model.push()
        self.slots = {name: array.copy() for name, array in state.slots.items()}
        self._write_slots()

    def fetch(self, parts: Sequence[Any]) -> Array:
        import torch

        if not isinstance(parts[0], torch.Tensor):
            return super().fetch(parts)
        return torch.cat([torch.atleast_1d(part) for part in parts]).numpy(force=True)

    def total(self, counts: Array) -> Array:
        return self._over_processes(self.data.tensor(counts), mean=False).numpy(force=True)

    def agree(self, wish: bool, step: int) -> bool:
        if self.processes == 1:
            return wish
        if step % STEPS_BETWEEN_QUESTIONS:
            return False
        return bool(self.total(np.array([int(wish)]))[0])

    def first(self, work: Callable[[], T]) -> T:
        return self.group.first(work)

    @contextmanager
    def together(self) -> Iterator[None]:
        import torch
        from torch.distributed import DistError

        try:
            yield
        except RuntimeError as error:
            words = str(error).split("\n")[0]
            if isinstance(error, torch.OutOfMemoryError) or "alloc_cpu" in words:
                raise MemoryError(words) from error
            if self.processes > 1 and (isinstance(error, DistError) or "gloo" in words):
                reason = words.rpartition("] ")[2][:80]  # without the place in gloo's sources
                raise ProcessError("processes.lost", rank=self.rank, reason=reason) from error
            raise
        finally:
            self.data.forget()
            if hasattr(self, "model"):
                self.model.forget()

    def _build(self) -> None:
        """The twin of the network as it is now, and its optimizer with what it remembers."""
        self.model = TorchModel(self.network, self.device, self.group, self.settings)
        self.weights = [
            self.model.parameters[f"{index}.{name}"]
            for index, layer in enumerate(self.network.layers)
            if index not in self.network.frozen
            for name, spec in layer.parameters().items()
            if spec.is_weight
        ]
        if self.model.learns:
            self.twin = torch_optimizer(self.optimizer, list(self.model.parameters.values()))
            self._write_slots()

    def _follow(self, context: Context, optimizer: Optimizer) -> None:
        """The rule of this step, with the learning rate of now; and with a new epoch, new draws."""
        import torch

        if type(optimizer) is not type(self.optimizer):
            self.optimizer = optimizer
            self.slots = optimizer.initial_slots(self.network.theta)
            self.twin = torch_optimizer(optimizer, list(self.model.parameters.values()))
        elif optimizer is not self.optimizer:
            self.optimizer = optimizer
            for group in self.twin.param_groups:
                group.update({key: value for key, value in vars(optimizer).items() if key in group})
        if context.generator is not None and context.generator is not self.draws:
            self.draws = context.generator
            torch.manual_seed(int(context.generator.integers(2**48)) + self.rank)

    def _loss(self, prediction: "torch.Tensor", y: "torch.Tensor", instances: int) -> "torch.Tensor":
        """This process's part of J, so that its mean over the processes, as for gradients, is J."""
        if self.processes == 1:
            return self.loss_function(prediction, y)
        if len(prediction) == 0:
            return prediction.sum()
        part = len(prediction) / instances if self.loss.reduction == "mean" else 1
        return self.loss_function(prediction, y) * part * self.processes

    def _penalties(self, loss: "torch.Tensor") -> "tuple[torch.Tensor, list[torch.Tensor]]":
        """The penalties' value, and its gradient for every weight; both are sums over the weight's numbers."""
        import torch

        total = loss.new_zeros(())
        if not self.penalties:
            return total, []
        gradients = []
        for weight in self.weights:
            own = own_part(weight).detach().requires_grad_()
            value = torch.stack([penalty(own) for penalty in self.penalties]).sum()
            gradients += torch.autograd.grad(value, own)
            total += value.detach()
        return self._over_processes(total, mean=False) if self.settings.shard else total, gradients

    def _clip(self) -> None:
        from torch.nn.utils import clip_grad_norm_, clip_grad_value_

        if self.clip.value is not None:
            clip_grad_value_(self.model.parameters.values(), self.clip.value)
        if self.clip.norm is not None:
            clip_grad_norm_(self.model.parameters.values(), self.clip.norm)

    def _over_processes(self, values: "torch.Tensor", *, mean: bool = True) -> "torch.Tensor":
        if self.processes == 1:
            return values
        import torch.distributed as dist

        values = values.clone()
        dist.all_reduce(values)
        return values / self.processes if mean else values

    def _gather(self, outputs: "list[torch.Tensor]") -> "torch.Tensor":
        """The outputs of all processes, one after the other."""
        import torch

        own = torch.cat(outputs)
        if self.processes == 1:
            return own
        everyone = [torch.empty_like(own) for _ in range(self.processes)]
        torch.distributed.all_gather(everyone, own)
        return torch.cat(everyone)

    def _read_slots(self) -> None:
        """Bring `slots` up to date; what is frozen keeps what was remembered of it."""
        if not self.model.learns:
            return
        for slot, tensors in read_slots(self.twin, self.optimizer, self.model.parameters).items():
            views = self.network.named(self.slots[slot])
            for name, tensor in tensors.items():
                views[name][...] = whole(tensor).numpy(force=True)

    def _write_slots(self) -> None:
        if not self.model.learns:
            return
        tensors = {
            slot: {
                name: self.model.like(name, view)
                for name, view in self.network.named(flat).items()
                if name in self.model.parameters
            }
            for slot, flat in self.slots.items()
        }
        write_slots(self.twin, self.optimizer, self.model.parameters, tensors, self.t)
