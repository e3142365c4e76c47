"""The settings of a training run, in four sections; every setting is declared here, and nowhere else."""

from dataclasses import dataclass, fields

from gradiente.averages import REGISTRY as AVERAGES
from gradiente.data.augmentation import REGISTRY as AUGMENTATIONS
from gradiente.data.encoder import MISSING, SCALERS
from gradiente.data.image_folder import SIZES
from gradiente.data.own_table import TASKS
from gradiente.data.splits.parting import DEFAULT_TEST
from gradiente.data.splits.rule import SplitRule
from gradiente.engines import REGISTRY as ENGINES
from gradiente.engines import Torch
from gradiente.engines.torch_settings import DEVICES, PRECISIONS
from gradiente.errors import require
from gradiente.initializers import REGISTRY as INITIALIZERS
from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.parameter_groups import DECAYED
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.training.prepared import DEFAULT_BATCH_SIZE
from gradiente.training.setting import (
    BatchSize,
    ClassWeights,
    LayerNumbers,
    Names,
    Setting,
    ShareOrFile,
    check_settings,
    setting,
    settings_of,
)

PRESETS = ("table",)
LOGIC = ("xor", "and", "or")
PLANE = ("moons", "circles", "spirals", "blobs")
IMAGES = ("mnist", "fashion-mnist")
PICTURES = "pictures"  # a folder of them, whatever its name


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """The data set, and the parts held out."""

    name: str = setting("digits", options=(), metavar="data", is_path=True, resumable=True)
    target: Names | None = setting(metavar="column")
    task: str | None = setting(choices=TASKS)
    features: list[str] | None = setting(metavar="column")
    drop: list[str] | None = setting(metavar="column")
    weight: str | None = setting(metavar="column")
    missing: str = setting("error", choices=MISSING)
    header: bool | None = setting()
    separator: str | None = setting(metavar="separator")
    decimal: str | None = setting(metavar=".|,")
    encoding: str | None = setting(metavar="encoding")
    day_first: bool | None = setting()
    data_dir: str | None = setting(metavar="folder", is_path=True, resumable=True)
    test: ShareOrFile = setting(DEFAULT_TEST, interval="(0, 1)", metavar="share_or_file", is_path=True)
    split: str | None = setting(metavar="split")
    folds: int | None = setting(interval="[2, inf)")
    fold: int | None = setting(interval="[1, inf)")
    validation: float | None = setting(interval="[0, 1)", by_data={LOGIC: 0.0}, otherwise=0.1)
    standardize: bool | None = setting()
    scaler: str | None = setting(choices=SCALERS)
    standardize_target: bool | None = setting()
    constant_input: bool = setting(False)
    positive: str | None = setting(metavar="class", resumable=True)
    samples: int | None = setting(interval="[10, inf)")
    noise: float | None = setting(interval="[0, inf)")
    image_size: int | None = setting(interval=SIZES)
    augment: list[str] | None = setting(registry=AUGMENTATIONS, metavar="changes")

    def __post_init__(self) -> None:
        check_settings(self)
        SplitRule.parse(self.split)
        require(
            self.fold is None or (self.folds is not None and self.fold <= self.folds),
            "folds.fold",
            **{"fold": self.fold, "folds": self.folds},
        )
        require(self.folds is None or self.test == DEFAULT_TEST, "folds.test", test=self.test)


@dataclass(frozen=True, kw_only=True)
class NetworkConfig:
    """The layers, in full or in short, and their initial values."""

    preset: str | None = setting(choices=PRESETS)
    hidden: list[int] | None = setting(
        interval="[1, inf)", by_data={LOGIC: [4], PLANE: [32, 32], IMAGES: [512]}, otherwise=[64]
    )
    activation: str | None = setting(
        registry=LAYERS,
        metavar="name",
        by_data={LOGIC + PLANE + IMAGES: "Tanh()"},
        otherwise="ReLU()",
    )
    bias: bool = setting(True)
    layers: list[str] | None = setting(registry=LAYERS, options=("--network",), metavar="layers")
    initializer: str = setting("PyTorchDefault()", registry=INITIALIZERS, metavar="name")
    pretrained: str | None = setting(metavar="run", is_path=True)
    keep: int | None = setting(interval="[1, inf)")
    freeze: list[int] | None = setting()
    dtype: str = setting("float32", choices=("float32", "float64"))

    def __post_init__(self) -> None:
        check_settings(self)
        require(self.keep is None or self.pretrained is not None, "config.keep")
        for name in ("hidden", "activation"):
            both = self.layers is not None and getattr(self, name) is not None
            require(not both, "config.network", option=name)


@dataclass(frozen=True, kw_only=True)
class DescentConfig:
    """What is minimized, with which optimizer, for how long."""

    loss: str | None = setting(registry=LOSSES, metavar="name")
    class_weight: ClassWeights | None = setting(interval="[0, inf)", metavar="class_weights")
    optimizer: str | None = setting(registry=OPTIMIZERS, metavar="name", otherwise="Adam()")
    lr: float | None = setting(
        interval="[0, inf)",
        by_data={LOGIC: 0.1, (*PLANE, "iris"): 0.01, (*IMAGES, PICTURES): 0.001},
        otherwise=0.003,
    )
    lr_factors: LayerNumbers | None = setting(interval="[0, inf)")
    weight_decay_on: str = setting("all", choices=DECAYED)
    schedule: str | None = setting(registry=SCHEDULES, metavar="name")
    weight_decay_schedule: str | None = setting(registry=SCHEDULES, metavar="name")
    dropout_schedule: str | None = setting(registry=SCHEDULES, metavar="name")
    schedule_every: str = setting("epoch", choices=("epoch", "step"))
    epochs: int | None = setting(
        interval="[0, inf)",
        by_data={LOGIC: 150, PLANE: 60, IMAGES: 10, (PICTURES,): 20},
        otherwise=40,
        resumable=True,
    )
    batch_size: BatchSize | None = setting(
        interval="[1, inf)",
        metavar="N|all",
        by_data={("digits", PICTURES): 32, ("iris",): 16},
        otherwise=DEFAULT_BATCH_SIZE,
    )
    clip_norm: float | None = setting(interval="(0, inf)")
    clip_value: float | None = setting(interval="(0, inf)")
    penalty: list[str] | None = setting(registry=PENALTIES, metavar="penalties")
    average: str | None = setting(registry=AVERAGES, metavar="name")
    patience: int | None = setting(interval="[1, inf)")
    # torchrun takes --monitor and --run for its own, cut short
    monitor: str | None = setting(options=("--monitor", "--monitor-measure"), metavar="measure")
    metric: list[str] | None = setting(metavar="name", resumable=True)
    seed: int = setting(0, interval="[0, inf)")

    def __post_init__(self) -> None:
        if isinstance(self.lr_factors, dict):  # in Python, the indices may be numbers
            factors = {str(layer): factor for layer, factor in self.lr_factors.items()}
            object.__setattr__(self, "lr_factors", factors)
        check_settings(self)


@dataclass(frozen=True, kw_only=True)
class ExecutionConfig:
    """What executes the steps, and on which device."""

    engine: str = setting("auto", choices=("auto", *ENGINES), resumable=True)
    threads: int | None = setting(interval="[1, inf)", resumable=True)
    device: str = setting("auto", metavar="|".join(DEVICES), any_engine=("auto", "cpu"), resumable=True)
    precision: str = setting("float32", choices=PRECISIONS, any_engine=("float32",), resumable=True)
    compile: bool = setting(False, any_engine=(False,), resumable=True)
    cuda_graphs: bool = setting(False, any_engine=(False,), resumable=True)
    shard: bool = setting(False, any_engine=(False,), resumable=True)

    def __post_init__(self) -> None:
        check_settings(self)
        needs = self.needs_torch()
        allowed = self.engine in ("auto", "torch") or not needs
        require(allowed, "config.needs_torch", options=", ".join(needs), engine=self.engine)
        self.torch_settings()

    def needs_torch(self) -> list[str]:
        """The options given that only the engine `torch` knows."""
        known = settings_of(ExecutionConfig).values()
        given = [one for one in known if one.any_engine and getattr(self, one.name) not in one.any_engine]
        return [one.options[0] for one in given]

    def torch_settings(self) -> Torch:
        """How the engine `torch` is to compute."""
        return Torch(**{field.name: getattr(self, field.name) for field in fields(Torch)})


SECTIONS: dict[str, type] = {
    "data": DataConfig,
    "network": NetworkConfig,
    "descent": DescentConfig,
    "execution": ExecutionConfig,
}
SETTINGS: dict[str, Setting] = {
    name: one for section in SECTIONS.values() for name, one in settings_of(section).items()
}
