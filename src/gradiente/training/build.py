"""What a config means for a data set: the network, the loss, the rule, and what a choice left open becomes."""

from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from gradiente.clip import Clip
from gradiente.data import Augmentation, Compose, Dataset, stratified_split
from gradiente.data.augmentation import REGISTRY as AUGMENTATIONS
from gradiente.engines import launched
from gradiente.errors import ArgumentError, ShapeError, require
from gradiente.initializers import REGISTRY as INITIALIZERS
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Layer, Linear, Sigmoid
from gradiente.locale import text
from gradiente.losses import REGISTRY as LOSSES
from gradiente.losses import BCELoss, Loss, MSELoss, NLLLoss
from gradiente.network import Network
from gradiente.notation import parse, write
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.penalties import Penalty
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import Schedule
from gradiente.training.callbacks import Callback, EarlyStopping, Scheduler
from gradiente.training.config import Config
from gradiente.training.prepared import DEFAULT_BATCH_SIZE
from gradiente.training.run import Run
from gradiente.training.targets import usual_loss, usual_outputs
from gradiente.training.trainer import Trainer

WORTH_COMPILING = 50_000  # parameters; below, an update takes less time than Numba takes to be imported

_LOGIC = {"hidden": [4], "activation": "Tanh()", "lr": 0.1, "epochs": 150, "validation": 0.0}
_PLANE = {"hidden": [32, 32], "activation": "Tanh()", "lr": 0.01, "epochs": 60, "validation": 0.1}
_IMAGES = {"hidden": [512], "activation": "Tanh()", "lr": 0.001, "epochs": 10, "validation": 0.1}
_TABLE = {"hidden": [64], "activation": "ReLU()", "lr": 0.003, "epochs": 40, "validation": 0.1}
_DEFAULTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(("xor", "and", "or"), _LOGIC),
    **dict.fromkeys(("moons", "circles", "spirals", "blobs"), _PLANE),
    **dict.fromkeys(("mnist", "fashion-mnist"), _IMAGES),
    "digits": {**_TABLE, "batch_size": 32},
    "iris": {**_TABLE, "lr": 0.01, "batch_size": 16},
}


@dataclass(frozen=True)
class Plan:
    """A config with nothing left open, and the objects that it describes."""

    config: Config
    network: Network
    loss: Loss
    optimizer: Optimizer
    schedule: Schedule | None
    penalties: list[Penalty]
    augmentation: Augmentation | None

    def advice(self) -> str | None:
        """What is allowed and hardly meant: an activation that the loss already contains."""
        last, loss = type(self.network.layers[-1]).__name__, type(self.loss).__name__
        contained = {
            ("Softmax", "CrossEntropyLoss"),
            ("Sigmoid", "CrossEntropyLoss"),
            ("Sigmoid", "BCEWithLogitsLoss"),
        }
        return text("build.contained", last=last, loss=loss) if (last, loss) in contained else None

    def trainer(self, callbacks: list[Callback]) -> Trainer:
        """The trainer of this plan: its own callbacks first, then those given."""
        config = self.config
        own: list[Callback] = []
        if self.schedule is not None:
            own.append(Scheduler(self.schedule, every=config.schedule_every))
        if config.patience is not None:
            own.append(EarlyStopping(patience=config.patience))
        return Trainer(
            self.network,
            self.loss,
            self.optimizer,
            callbacks=[*own, *callbacks],
            clip=Clip(norm=config.clip_norm, value=config.clip_value),
            penalties=self.penalties,
            augmentation=self.augmentation,
            metrics=config.metric or (),
            engine=config.torch_settings() if config.engine == "torch" else config.engine,
            seed=config.seed,
            monitor=config.monitor,
        )


def plan(config: Config, train: Dataset, *, resumed: bool = False) -> Plan:
    """Complete a config for a data set, and build what it describes.

    Arguments:
        resumed: a checkpoint will bring every number: a pretrained network is not looked for

    Errors: ArgumentError for an unknown name or a value out of range; ShapeError for layers that do not fit
    """
    defaults = _DEFAULTS.get(config.data, _TABLE)
    loss = parse(config.loss, LOSSES) if config.loss else usual_loss(train)
    optimizer = parse(config.optimizer or "Adam", OPTIMIZERS)
    if config.lr is not None or config.optimizer is None:
        optimizer = replace(optimizer, lr=defaults["lr"] if config.lr is None else config.lr)
    schedule = parse(config.schedule, SCHEDULES) if config.schedule else None
    penalties = [parse(penalty, PENALTIES) for penalty in config.penalty or ()]
    changes = [parse(change, AUGMENTATIONS) for change in config.augment or ()]
    network, keep = _network(config, defaults, train, loss, resumed)
    network.freeze(*(config.freeze or ()))
    validation = defaults["validation"] if config.validation is None else config.validation
    kept = len(stratified_split(train.y, validation, config.seed)[0]) if validation else len(train)
    batch_size = config.batch_size
    if batch_size is None:
        batch_size = min(defaults.get("batch_size", DEFAULT_BATCH_SIZE), kept)
    complete = replace(
        config,
        engine=_engine(config, network) if config.engine == "auto" else config.engine,
        network=[write(layer, LAYERS) for layer in network.layers],
        hidden=None,
        activation=None,
        keep=keep,
        penalty=config.penalty and [write(penalty, PENALTIES) for penalty in penalties],
        augment=config.augment and [write(change, AUGMENTATIONS) for change in changes],
        loss=write(loss, LOSSES),
        optimizer=write(optimizer, OPTIMIZERS),
        lr=None,
        schedule=schedule and write(schedule, SCHEDULES),
        validation=validation,
        epochs=defaults["epochs"] if config.epochs is None else config.epochs,
        batch_size=batch_size,
    )
    return Plan(
        complete, network, loss, optimizer, schedule, penalties, Compose(changes) if changes else None
    )


def _engine(config: Config, network: Network) -> str:
    """PyTorch where something asks for it; else the faster of two engines that give the same bits."""
    if config.needs_torch() or launched().world_size > 1:
        return "torch"
    compiles = network.theta.size >= WORTH_COMPILING and find_spec("numba") is not None
    return "compiled" if compiles else "numpy"


def _network(
    config: Config, defaults: dict[str, Any], train: Dataset, loss: Loss, resumed: bool
) -> tuple[Network, int | None]:
    """The network to train, and how many of its layers are those of a trained one."""
    options: Any = {"seed": config.seed, "initializer": parse(config.initializer, INITIALIZERS)}
    features = train.x.shape[1:]
    if config.pretrained is None or resumed:
        layers = _layers(config, defaults, train, loss)
        return Network(layers, dtype=config.dtype, input_shape=features, **options), config.keep
    base = _trained(config.pretrained).astype(config.dtype)
    base.unfreeze()
    if base.input_shape not in (None, features):
        raise ShapeError(
            "build.pretrained",
            path=config.pretrained,
            expected=base.input_shape,
            name=train.name,
            got=features,
        )
    head = base.head
    if (config.network, config.hidden, config.activation) != (None, None, None):
        layers = _layers(config, defaults, train, loss)
    elif head is not None:
        layers = [*base.layers[:head], replace(base.layers[head], out_features=usual_outputs(train, loss))]
        layers += base.layers[head + 1 :]
    else:
        raise ArgumentError("build.no_head", path=config.pretrained)
    same = [ours == theirs for ours, theirs in zip(layers, base.layers, strict=False)]
    common = same.index(False) if False in same else len(same)
    require(common > 0, "build.nothing_kept", path=config.pretrained)
    keep = config.keep if config.keep is not None else min(common, len(layers) if head is None else head)
    require(0 < keep <= common, "build.keep", keep=keep, path=config.pretrained, common=common)
    return base.with_head(layers[keep:], keep=keep, **options), keep


def _trained(path: str) -> Network:
    return Run.open(path).network() if Path(path).is_dir() else Network.load(path)


def _layers(config: Config, defaults: dict[str, Any], train: Dataset, loss: Loss) -> list[Layer]:
    if config.network is not None:
        return [parse(layer, LAYERS) for layer in config.network]
    require(not isinstance(loss, NLLLoss), "build.nll")
    hidden = defaults["hidden"] if config.hidden is None else config.hidden
    activation = parse(config.activation or defaults["activation"], LAYERS)
    if isinstance(activation, Linear):
        raise ArgumentError("build.activation", name="Linear")
    sizes = [int(train.x[0].size), *hidden, usual_outputs(train, loss)]
    layers: list[Layer] = []
    for inputs, neurons in pairwise(sizes):
        layers += [Linear(inputs, neurons, bias=config.bias), activation]
    layers.pop()
    probabilities = isinstance(loss, BCELoss) or (
        isinstance(loss, MSELoss) and train.task == "classification"
    )
    return [*layers, Sigmoid()] if probabilities else layers
