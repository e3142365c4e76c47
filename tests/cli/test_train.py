import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

from gradiente.training.sections import SETTINGS

from .conftest import (
    FILES,
    config_of,
    contents,
    finish,
    gradiente,
    same_bits,
    settings_of,
    start,
    train,
    weights,
    write_prices,
    write_table,
)

# What one command does.


def test_digits_are_learned_and_the_run_is_kept(own_folder):
    answer = finish(start("train", "--no-report", "--json"))
    assert answer.status == 0, answer.err
    result = answer.data
    assert result["test"]["accuracy"] >= 0.95
    assert (result["run"], result["report"]) == (str(own_folder / "runs" / "digits"), None)
    assert "Linear(64, 64)" in answer.err
    assert "epoch 40/40" in answer.err
    run = own_folder / "runs" / "digits"
    assert contents(run) == FILES
    assert json.loads((run / "test.json").read_text()) == result["test"]
    assert tomllib.loads((run / "run.toml").read_text(encoding="utf-8")) == result["config"]
    assert result["parameters"] == sum(array.size for array in weights(run).values())
    records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert [record["epoch"] for record in records] == list(range(1, result["epochs"] + 1))
    assert records[-1] == result["last_epoch"]
    assert json.loads((run / "environment.json").read_text())["numpy"] == np.__version__


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["training and 30 test instances", "parameters", "Test set, 30 instances", "accuracy", "run: "],
        ),
        (
            "es",
            [
                "de entrenamiento y 30 de prueba",
                "parámetros",
                "Conjunto de prueba, 30",
                "exactitud",
                "corrida: ",
            ],
        ),
    ],
)
def test_what_is_printed_in_both_languages(language, words):
    answer = gradiente("train", "iris", "--epochs", 2, "--no-report", "--lang", language)
    assert answer.status == 0
    assert all(word in answer.out for word in words)
    assert ("época 2/2" if language == "es" else "epoch 2/2") in answer.err


def test_the_report(own_folder):
    answer = gradiente("train", "moons", "--epochs", 2, "--run", "here")
    assert answer.status == 0, answer.err
    assert f"report: {own_folder / 'here' / 'report.html'}" in answer.out
    assert contents(own_folder / "here") == FILES | {"report.html"}
    assert "<html" in (own_folder / "here" / "report.html").read_text(encoding="utf-8")[:500]


def test_a_name_that_looks_like_markup_is_printed_as_it_is(own_folder):
    write_table("[red]roses :smile:.csv")
    answer = gradiente("train", "[red]roses :smile:.csv", "--epochs", 1, "--no-report")
    assert f"run: {own_folder / 'runs' / '[red]roses :smile:'}" in answer.out
    assert answer.out.startswith("[red]roses :smile:: 48 training")


def test_folders_are_numbered_not_overwritten(own_folder):
    for _ in range(3):
        assert gradiente("train", "or", "--epochs", 1, "--no-report").status == 0
    assert {path.name for path in (own_folder / "runs").iterdir()} == {"or", "or-2", "or-3"}


def test_no_epochs_is_the_network_as_it_was_drawn(own_folder):
    train("iris", "--epochs", 0)
    other = train("iris", "--epochs", 3, run="other")
    assert other["epochs"] == 3
    assert not same_bits(weights("run"), weights("other"))


# Every option does what it says.

OPTIONS = [
    # data, options, what run.toml then says; whether the weights become others
    ("iris", ["--test", "0.4"], {"test": 0.4}, True),
    ("iris", ["--validation", "0.3"], {"validation": 0.3}, True),
    ("iris", ["--validation", "0"], {"validation": 0.0}, True),
    ("iris", ["--no-standardize"], {"standardize": False}, True),
    ("iris", ["--standardize"], {"standardize": True}, False),
    ("iris", ["--constant-input"], {"constant_input": True}, True),
    ("moons", ["--samples", "50"], {"samples": 50}, True),
    ("moons", ["--noise", "0.5"], {"noise": 0.5}, True),
    ("iris", ["--hidden", "7", "--activation", "Tanh"], {"layers": ["Linear(4, 7)", "Tanh()", "Linear(7, 3)"]}, True),
    ("iris", ["--hidden", "none"], {"layers": ["Linear(4, 3)"]}, True),
    ("iris", ["--activation", "sigmoid"], {"layers": ["Linear(4, 64)", "Sigmoid()", "Linear(64, 3)"]}, True),
    ("iris", ["--no-bias"], {"bias": False}, True),
    ("iris", ["--network", "Linear(4, 6), Linear(6, 3)"], {"layers": ["Linear(4, 6)", "Linear(6, 3)"]}, True),
    ("iris", ["--initializer", "Normal(std=0.1)"], {"initializer": "Normal(std=0.1)"}, True),
    ("iris", ["--dtype", "float64"], {"dtype": "float64"}, True),
    ("iris", ["--loss", "MSELoss"], {"loss": "MSELoss(reduction='mean')"}, True),
    ("iris", ["--optimizer", "SGD(momentum=0.9)", "--lr", "0.5"], {"optimizer": "SGD(lr=0.5, momentum=0.9"}, True),
    ("iris", ["--optimizer", "course.Momentum"], {"optimizer": "course.Momentum("}, True),
    ("iris", ["--lr", "0.125"], {"optimizer": "Adam(lr=0.125"}, True),
    ("iris", ["--lr-factors", "0: 0.5,-1:2"], {"lr_factors": {"0": 0.5, "-1": 2.0}}, True),
    ("iris", ["--lr-factors", "none"], {"lr_factors": {}}, False),
    ("iris", ["--optimizer", "AdamW", "--weight-decay-on", "weights"], {"weight_decay_on": "weights"}, True),
    ("iris", ["--schedule", "ExponentialLR(gamma=0.5)"], {"schedule": "ExponentialLR(0.5)"}, True),
    ("iris", ["--schedule", "LambdaLR('0.5 ** t')"], {"schedule": "LambdaLR('0.5 ** t')"}, True),
    ("iris", ["--schedule", "OneCycleLR(0.1, 6)"], {"schedule": "OneCycleLR(0.1, total_steps=6, "}, True),
    ("iris", ["--schedule", "SequentialLR([ConstantLR], [])"], {"schedule": "SequentialLR([ConstantLR("}, True),
    ("iris", ["--preset", "table"], {"preset": "table", "batch_size": 108, "loss": "CrossEntropyLoss("}, True),
    ("iris", ["--scaler", "robust"], {"scaler": "robust"}, True),
    ("iris", ["--epochs", "4"], {"epochs": 4}, True),
    ("iris", ["--batch-size", "5"], {"batch_size": 5}, True),
    ("iris", ["--batch-size", "all"], {"batch_size": "all"}, True),
    ("iris", ["--batch-size", "1"], {"batch_size": 1}, True),
    ("iris", ["--clip-norm", "0.001"], {"clip_norm": 0.001}, True),
    ("iris", ["--clip-value", "0.001"], {"clip_value": 0.001}, True),
    ("iris", ["--penalty", "L1(0.01), l2(0.1)"], {"penalty": ["L1(0.01)", "L2(0.1)"]}, True),
    ("digits", ["--augment", "RandomVerticalFlip"], {"augment": ["RandomVerticalFlip(p=0.5)"]}, True),
    ("iris", ["--monitor", "val_accuracy"], {"monitor": "val_accuracy"}, False),
    ("iris", ["--average", "EMA"], {"average": "EMA(decay=0.999)"}, True),
    ("iris", ["--average", "SWA(start=1)"], {"average": "SWA(1)"}, True),
    ("iris", ["--patience", "5"], {"patience": 5}, False),
    ("iris", ["--seed", "7"], {"seed": 7}, True),
    ("iris", ["--threads", "1"], {"threads": 1}, False),
    ("iris", ["--engine", "compiled"], {"engine": "compiled"}, True),
    ("iris", ["--device", "cpu"], {"device": "cpu"}, False),
    ("iris", ["--engine", "torch"], {"engine": "torch"}, True),
    ("iris", ["--precision", "bf16"], {"precision": "bf16", "engine": "torch"}, True),
    ("iris", ["--metric", "F1Score"], {"metric": ["F1Score"]}, False),
]  # fmt: skip


@pytest.fixture(scope="module")
def plain_weights(tmp_path_factory):
    """The weights of two epochs with nothing chosen, by data set."""
    folder = tmp_path_factory.mktemp("plain")
    for data in ("iris", "moons", "digits"):
        train(data, "--epochs", 2, run=folder / data)
    return {data: weights(folder / data) for data in ("iris", "moons", "digits")}


@pytest.mark.parametrize(
    ("data", "options", "says", "other_weights"),
    OPTIONS,
    ids=[" ".join(options) for _, options, _, _ in OPTIONS],
)
def test_every_option_does_what_it_says(data, options, says, other_weights, own_folder, plain_weights):
    result = train(data, "--epochs", 2, *options)
    config = config_of(own_folder / "run")
    for key, value in says.items():
        got = [layer.replace(", bias=True", "") for layer in config[key]] if key == "layers" else config[key]
        assert got == value or (isinstance(value, str) and str(got).startswith(value))
    assert config == settings_of(result["config"])
    assert same_bits(weights("run"), plain_weights[data]) is not other_weights


def test_all_options_of_the_config_are_tried():
    tried = {
        option.lstrip("-").removeprefix("no-").replace("-", "_") for _, o, _, _ in OPTIONS for option in o
    }
    elsewhere = {"pretrained", "keep", "freeze"}  # test_transfer.py
    elsewhere |= {
        "shard",
        "compile",
        "cuda_graphs",
    }  # test_torchrun.py, test_torch_engine.py, test_bad_input.py
    elsewhere |= {"name", "data_dir", "target", "standardize_target", "schedule_every"}
    elsewhere |= {
        "task",
        "features",
        "drop",
        "missing",
        "header",
        "separator",
        "decimal",
        "encoding",
    }  # test_table.py
    elsewhere |= {"weight_decay_schedule", "dropout_schedule"}  # test_dropout_schedule.py
    elsewhere |= {"image_size"}  # test_pictures.py
    elsewhere |= {"class_weight", "positive", "weight"}  # test_weights.py
    elsewhere |= {"split", "folds", "fold", "day_first"}  # test_split.py
    assert {
        (setting.options or ("name",))[0].lstrip("-").replace("-", "_") for setting in SETTINGS.values()
    } <= (tried | elsewhere)


def test_metrics_of_torchmetrics_are_measured_by_their_names():
    asked = ["F1Score(average='macro')", "CohenKappa", "ConfusionMatrix"]
    named = [part for metric in asked for part in ("--metric", metric)]
    result = train("iris", "--epochs", 3, *named)
    test, epoch = result["test"], result["last_epoch"]
    assert test["F1Score(average='macro')"] == pytest.approx(test["f1"], abs=1e-6)
    assert test["CohenKappa"] == pytest.approx(test["cohen_kappa"], abs=1e-6)
    assert np.array(test["ConfusionMatrix"]).trace() == round(test["accuracy"] * 30)
    assert 0 < epoch["val_CohenKappa"] <= 1
    assert "val_ConfusionMatrix" not in epoch
    words = gradiente("evaluate", "run")
    assert "CohenKappa" in words.out
    assert "[[10" in words.out


def test_metrics_of_a_regression_are_in_the_units_of_its_table():
    write_prices("prices.csv")
    test = train("prices.csv", "--epochs", 3, "--metric", "MeanSquaredError", "--metric", "R2Score")["test"]
    assert test["MeanSquaredError"] == pytest.approx(test["mse"], rel=1e-4)
    assert test["R2Score"] == pytest.approx(test["r2"], rel=1e-4)


def test_dtype_is_that_of_the_weights():
    train("iris", "--epochs", 1, "--dtype", "float64")
    assert {array.dtype for array in weights("run").values()} == {np.dtype(np.float64)}


def test_a_schedule_by_epochs_or_by_steps(own_folder):
    chosen = [
        "iris",
        "--epochs",
        3,
        "--lr",
        0.1,
        "--schedule",
        "ExponentialLR(gamma=0.5)",
        "--batch-size",
        20,
    ]
    train(*chosen)
    train(*chosen, "--schedule-every", "step", run="steps")
    rates = [
        [json.loads(line)["lr"] for line in (own_folder / run / "metrics.jsonl").read_text().splitlines()]
        for run in ("run", "steps")
    ]
    instances = 108  # of 150, without a fifth for testing, and then a tenth for validation
    steps = -(-instances // 20)
    assert rates[0] == pytest.approx([0.1, 0.05, 0.025])
    assert rates[1] == pytest.approx([0.1 * 0.5 ** (epoch * steps - 1) for epoch in (1, 2, 3)])


def test_one_cycle_over_the_steps_of_a_whole_training(own_folder):
    cycle = "OneCycleLR(0.1, epochs=3, steps_per_epoch=6, anneal_strategy='linear')"
    train("iris", "--epochs", 3, "--batch-size", 20, "--schedule", cycle, "--schedule-every", "step")
    lines = (own_folder / "run" / "metrics.jsonl").read_text().splitlines()
    rates = [json.loads(line)["lr"] for line in lines]
    assert max(rates) == rates[0] < 0.1  # its peak is at t = 4.4
    assert rates[-1] == pytest.approx(0.1 / 25 / 1e4)


def test_patience_stops_and_goes_back_to_the_best(own_folder):
    answer = gradiente(
        "train", "iris", "--lr", 0.3, "--patience", 3, "--epochs", 200, "--no-report", "--lang", "es"
    )
    assert answer.status == 0
    assert "parada temprana: pérdida de validación no mejoró en 3 épocas" in answer.err
    run = own_folder / "runs" / "iris"
    losses = [json.loads(line)["val_loss"] for line in (run / "metrics.jsonl").read_text().splitlines()]
    assert len(losses) == int(np.argmin(losses)) + 1 + 3
    assert same_bits(weights(run), weights(run, "checkpoints/best.safetensors"))


@pytest.mark.compiled
def test_two_engines_give_the_same_to_rounding():
    for engine in ("numpy", "compiled"):
        train("digits", "--epochs", 2, "--hidden", 20, "--engine", engine, "--dtype", "float64", run=engine)
    for name, array in weights("numpy").items():
        np.testing.assert_allclose(weights("compiled")[name], array, rtol=1e-12, atol=1e-13)


def test_tensorboard_reads_its_events(own_folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train("iris", "--epochs", 3, "--tensorboard")
    events = EventAccumulator(str(own_folder / "run" / "tensorboard"))
    events.Reload()
    records = [json.loads(line) for line in (own_folder / "run" / "metrics.jsonl").read_text().splitlines()]
    assert [event.value for event in events.Scalars("val_loss")] == pytest.approx(
        [record["val_loss"] for record in records], rel=1e-6
    )


# One's own data.


def test_a_table_of_classes(own_folder):
    write_table("garden.csv", rows=200)
    result = train("garden.csv", "--epochs", 30)
    described = json.loads((own_folder / "run" / "data.json").read_text())
    assert described["classes"] == ["red", "white"]
    assert result["test"]["accuracy"] >= 0.9
    assert weights("run")["0.weight"].shape == (64, 4)  # two numbers and two kinds of soil


def test_any_column_may_be_the_target(own_folder):
    write_table("garden.csv")
    train("garden.csv", "--target", "soil", "--epochs", 1)
    assert json.loads((own_folder / "run" / "data.json").read_text())["classes"] == ["clay", "sand"]
    train("garden.csv", "--target", "height", "--epochs", 1, run="other")
    assert json.loads((own_folder / "other" / "data.json").read_text())["task"] == "regression"


def test_a_regression_is_measured_in_the_units_of_its_table():
    write_prices("homes.csv")
    errors = {}
    for standard in ("--standardize-target", "--no-standardize-target"):
        result = train("homes.csv", "--epochs", 60, standard, run=standard)
        errors[standard] = result["test"]["mae"]
    # Prices spread by some 43,000 around 250,000: what is not learned is wrong by nearly all of it.
    assert 100 < errors["--standardize-target"] < 20_000
    assert errors["--no-standardize-target"] > 100_000


def test_an_npz():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(300, 5))
    np.savez("three.npz", x=x, y=np.digitize(x[:, 0], [-0.4, 0.4]))
    assert train("three.npz", "--epochs", 60)["test"]["accuracy"] >= 0.9
    np.savez("pairs.npz", x=x, y=np.stack([x[:, 0], x[:, 1] - x[:, 2]], axis=1))
    result = train("pairs.npz", "--epochs", 100, run="pairs")
    assert result["test"]["r2"] > 0.8
    assert result["config"]["network"]["layers"][-1] == "Linear(64, 2, bias=True)"


def test_a_measure_that_is_not_defined_is_null():
    Path("flat.csv").write_text("a,b\n" + "".join(f"{i},{2.75 if i == 6 else 2.5}\n" for i in range(1, 7)))
    answer = gradiente("train", "flat.csv", "--epochs", 1, "--run", "run", "--no-report", "--json")
    strict = json.loads(answer.out, parse_constant=pytest.fail)
    assert strict["test"]["pearson"] is None  # one instance has no correlation


# When it does not go well.


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "the loss became",
                "epoch",
                "step",
                "learning rate is 1e+06",
                "What to try: a smaller learning rate",
            ],
        ),
        (
            "es",
            [
                "la pérdida se volvió",
                "época",
                "paso",
                "tasa de aprendizaje es 1e+06",
                "Qué intentar: una tasa",
            ],
        ),
    ],
)
def test_a_diverging_run_says_why(language, words, own_folder):
    chosen = [
        "--loss",
        "MSELoss",
        "--network",
        "Linear(4, 5), ReLU, Linear(5, 3)",
        "--optimizer",
        "SGD(lr=1e6)",
    ]
    answer = gradiente("train", "iris", *chosen, "--run", "run", "--no-report", "--lang", language)
    assert answer.status == 1
    assert all(word in answer.err for word in words), answer.err
    assert "Traceback" not in answer.err
    assert all(np.isfinite(array).all() for array in weights("run", "checkpoints/last.safetensors").values())


# The real images.


def test_mnist_from_a_folder(mnist_run):
    _, accuracy = mnist_run
    assert accuracy > 0.85
