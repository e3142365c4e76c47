"""Whatever is wrong: one clear message in the reader's language, the right status, nothing left behind.

A case is one line, however long.
"""

# ruff: noqa: E501

import json
import os
import resource
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from .conftest import finish, gradiente, start, write_table

USAGE, FAILURE = 2, 1


def corrupt(path, keep=0.5, byte=None):
    """Cut a file short, or turn one of its bytes."""
    data = bytearray(path.read_bytes())
    if byte is None:
        data = data[: int(keep * len(data))]
    else:
        data[byte] ^= 0xFF
    path.write_bytes(data)


def _tables(folder):
    write_table(folder / "garden.csv")
    head, *rows = (folder / "garden.csv").read_text().splitlines()
    texts = {
        "empty": "",
        "header": head,
        "one_class": "\n".join([head, *(row.rsplit(",", 1)[0] + ",red" for row in rows)]),
        "one_row": "\n".join([head, *rows, "1,sand,1,blue"]),
        "text": "\n".join([head, *rows, "tall,sand,1,red"]),
        "missing": "\n".join([head, *rows, ",sand,1,red"]),
        "nan": "\n".join([head, *rows, "nan,sand,1,red"]),
        "infinite": "\n".join([head, *rows, "inf,sand,1,red"]),
        "huge": "\n".join([head, *rows, "1e300,sand,1,red"]),
        "comma": "\n".join(
            ["height;flower", *(f"1,2{i};{'red' if i % 2 else 'white'}" for i in range(10, 30))]
        ),
        "ragged": "\n".join([head, *rows, "1,sand"]),
        "no_header": "country,2019,2020\nPeru,5,6\nChile,8,9",
        "one_column": "flower\nred\nwhite\nred\nwhite",
        "repeated": "a,a,b\n1,2,3\n4,5,6",
        "quotes": f'{head}\n"1,sand,1,red\n',
        "fewer": "height,flower\n1,red\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text + "\n" if text else "", encoding="utf-8")
    (folder / "latin.csv").write_bytes(b"a\x81o,color\n1,rojo\n2,azul\n")


def _arrays(folder):
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    not_a_number, infinite = x.copy(), x.copy()
    not_a_number[7, 1], infinite[7, 1] = np.nan, np.inf
    for name, arrays in {
        "good": {"x": x, "y": y},
        "no_y": {"x": x},
        "none": {"x": x[:0], "y": y[:0]},
        "nan": {"x": not_a_number, "y": y},
        "infinite": {"x": infinite, "y": y},
        "nan_y": {"x": x, "y": np.where(y, 1.5, np.nan)},
        "one_class": {"x": x, "y": np.zeros(40, int)},
        "lengths": {"x": x, "y": y[:-1]},
        "text": {"x": x.astype(str), "y": y},
        "complex": {"x": x.astype(complex), "y": y},
        "flat": {"x": x[:, 0], "y": y},
        "wide": {"x": np.ones((4, 5)), "y": np.arange(4) % 2},
    }.items():
        np.savez(folder / f"{name}.npz", **arrays)
    np.savez(folder / "objects.npz", x=np.array([{}, []], dtype=object), y=y[:2])
    for name, change in {"short": {"keep": 0.6}, "turned": {"byte": 60}}.items():
        shutil.copy(folder / "good.npz", folder / f"{name}.npz")
        corrupt(folder / f"{name}.npz", **change)


def _pictures(folder):
    noise = np.random.default_rng(0).integers(0, 255, size=(40, 40), dtype=np.uint8)
    Image.fromarray(noise).save(folder / "good.png")
    shutil.copy(folder / "good.png", folder / "short.png")
    corrupt(folder / "short.png")
    (folder / "words.png").write_text("this is no picture")
    Image.fromarray(np.full((40, 40), 200, np.uint8)).save(folder / "blank.png")


def _configs(folder):
    for name, text in {
        "unknown": "[descent]\nepochss = 3",
        "kind": '[descent]\nepochs = "many"',
        "number": "[data]\nname = 3",
        "yes": "[descent]\nepochs = true",
        "list": '[network]\nhidden = ["many"]',
        "section": "[training]\nepochs = 3",
        "flat": "epochs = 3",
        "broken": 'data = "digits',
        "both": '[network]\nhidden = [3]\nlayers = ["Linear(64, 10)"]',
        "batch": '[descent]\nbatch_size = "most"',
        "layer": '[network]\nlayers = ["Linaer(64, 10)"]',
    }.items():
        (folder / f"{name}.toml").write_text(text + "\n", encoding="utf-8")
    (folder / "latin.toml").write_bytes('data = "año.csv"\n'.encode("latin-1"))


def _runs(folder):
    for data, run in (("garden.csv", "run"), ("digits", "pictures"), ("or", "or")):
        answer = gradiente("train", data, "--epochs", 3, "--run", run, "--no-report", "--lang", "en")
        assert answer.status == 0, answer.err
    network, last = "network.safetensors", "checkpoints/last.safetensors"

    def damaged(name):
        shutil.copytree(folder / "run", folder / name)
        return folder / name

    corrupt(damaged("short_network") / network)
    corrupt(damaged("turned_network") / network, byte=9)
    corrupt(damaged("short_last") / last)
    corrupt(damaged("turned_last") / last, byte=9)
    shutil.copy(folder / "or" / network, damaged("other_network") / network)
    shutil.copy(folder / "or" / last, damaged("other_last") / last)
    shutil.copy(folder / "run" / network, damaged("network_for_last") / last)
    save_file({"w": np.ones(3)}, damaged("foreign_network") / network)
    save_file({"w": np.ones(3)}, damaged("foreign_last") / last)
    corrupt(damaged("short_toml") / "run.toml", keep=0.7)
    corrupt(damaged("short_data") / "data.json")
    (damaged("list_data") / "data.json").write_text("[1, 2]")
    described = damaged("strange_data") / "data.json"
    described.write_text(json.dumps(json.loads(described.read_text()) | {"encoder": 7}))
    (damaged("no_toml") / "run.toml").unlink()
    (damaged("no_data") / "data.json").unlink()
    settings = damaged("other_seed") / "run.toml"
    settings.write_text(settings.read_text().replace("seed = 0", "seed = 1"))
    empty = damaged("no_network")
    (empty / network).unlink()
    shutil.rmtree(empty / "checkpoints")


@pytest.fixture(scope="module")
def everything_wrong(tmp_path_factory):
    """A folder with all that can be wrong."""
    folder = tmp_path_factory.mktemp("wrong")
    before = Path.cwd()
    os.chdir(folder)
    try:
        for build in (_tables, _arrays, _pictures, _configs, _runs):
            build(folder)
    finally:
        os.chdir(before)
    (folder / "a_file").write_text("in the way")
    (folder / "mnist").mkdir()
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (folder / "mnist" / f"{name}-ubyte.gz").write_bytes(b"\x1f\x8bnot the file")
    return folder


@dataclass(frozen=True)
class Case:
    """What is typed, how it ends, and what the message must say in English and in Spanish."""

    line: str
    status: int
    english: str
    spanish: str

    @property
    def arguments(self):
        """The words of the line; ␣ stands for a space inside one."""
        return [word.replace("␣", " ") for word in self.line.split()]


CASES = [
    # wrong shapes and dtypes
    Case("train good.npz --network Linear(4,2)", FAILURE, "(batch, 4), got (batch, 3)", "forma (lote, 4)"),
    Case("train good.npz --network Linear(3,5),␣Linear(4,2)", FAILURE, "layer 1 does not fit", "la capa 1 no es compatible"),
    Case("train digits --network Linear(64,5)", FAILURE, "has 5 outputs and digits needs 10", "tiene 5 salidas y digits necesita 10"),
    Case("train flat.npz", FAILURE, "shape (instances, features), got (40,)", "forma (instancias, atributos); llegó (40,)"),
    Case("train lengths.npz", FAILURE, "x has 40 instances and y has 39", "x tiene 40 instancias e y tiene 39"),
    Case("train text.npz", FAILURE, "x must contain real numbers, got <U32", "x debe contener números reales"),
    Case("train complex.npz", FAILURE, "x must contain real numbers, got complex128", "x debe contener números reales"),
    Case("train good.npz --dtype float16", USAGE, "dtype cannot be 'float16': did you mean float64?", "dtype no puede ser 'float16': ¿quiso decir float64?"),
    Case("train good.npz --loss MSLELoss --network Linear(3,9)", FAILURE, "has 9 outputs and good needs 1 | 2", "tiene 9 salidas"),
    Case("train nan_y.npz --loss CrossEntropyLoss", FAILURE, "y contains nan in row 0", "y contiene nan en la fila 0"),
    Case("predict pictures good.npz", FAILURE, "expects 64 features per instance, got 3", "espera 64 atributos por instancia y recibió 3"),
    Case("predict or wide.npz", FAILURE, "got an array of shape (4, 5)", "un arreglo de forma (4, 5)"),
    # NaN or infinity
    Case("train nan.npz", FAILURE, "x contains nan in row 7 (counted from 0), column 'x2'", "x contiene nan en la fila 7"),
    Case("train infinite.npz", FAILURE, "x contains inf in row 7", "x contiene inf en la fila 7"),
    Case("train nan.csv", FAILURE, "line 62, column height: the value is missing ('nan')", "línea 62, columna height: falta el valor"),
    Case("train missing.csv", FAILURE, "line 62, column height: the value is missing", "línea 62, columna height: falta el valor"),
    Case("train infinite.csv", FAILURE, "expected a finite number, got 'inf'", "se esperaba un número finito y llegó 'inf'"),
    Case("train huge.csv --no-standardize", FAILURE, "x contains inf in row 61 of the table, column 'height'", "x contiene inf en la fila 61 de la tabla"),
    Case("predict or nan.npz", FAILURE, "x contains nan in row 7", "x contiene nan en la fila 7"),
    Case("predict run missing.csv", FAILURE, "the value is missing", "falta el valor"),
    Case("predict run huge.csv", FAILURE, "x contains inf in row 60", "x contiene inf en la fila 60"),
    # labels, classes, emptiness
    Case("train one_class.csv", FAILURE, "one_class has a single class, red", "one_class tiene una sola clase, red"),
    Case("train one_class.npz", FAILURE, "one_class has a single class, 0", "one_class tiene una sola clase, 0"),
    Case("train one_row.csv", FAILURE, "class blue has a single row", "la clase blue tiene una sola fila"),
    Case("train empty.csv", FAILURE, "empty.csv is empty: expected a header line", "empty.csv está vacío"),
    Case("train header.csv", FAILURE, "header.csv is empty", "header.csv está vacío"),
    Case("train none.npz", FAILURE, "none has no data", "none no tiene datos"),
    Case("predict or none.npz", FAILURE, "none.npz has no data", "none.npz no tiene datos"),
    # batch size and other numbers out of range
    Case("train digits --batch-size 0", USAGE, "batch_size must be a number in [1, inf), got 0", "batch_size debe ser un número en [1, inf); llegó 0"),
    Case("train digits --batch-size 1295", USAGE, "from 1 to 1294, the number of instances, got 1295", "entre 1 y las 1294 instancias que hay; llegó 1295"),
    Case("train digits --batch-size -3", USAGE, "got -3", "llegó -3"),
    Case("train digits --epochs -1", USAGE, "epochs must be a number in [0, inf), got -1", "epochs debe ser un número en [0, inf); llegó -1"),
    Case("train digits --lr -1", USAGE, "lr must be a number in [0, inf), got -1.0", "lr debe ser un número en [0, inf); llegó -1.0"),
    Case("train digits --lr nan", USAGE, "lr must be a number in [0, inf), got nan", "llegó nan"),
    Case("train digits --hidden 0", USAGE, "hidden must be a number in [1, inf), got 0", "hidden debe ser un número en [1, inf); llegó 0"),
    Case("train digits --test 1", USAGE, "test must be a number in (0, 1), got 1.0", "test debe ser un número en (0, 1); llegó 1.0"),
    Case("train digits --validation 1.5", USAGE, "validation must be a number in [0, 1), got 1.5", "llegó 1.5"),
    Case("train digits --seed -1", USAGE, "seed must be a number in [0, inf), got -1", "seed debe ser un número en [0, inf)"),
    Case("train digits --patience 0", USAGE, "patience must be a number in [1, inf), got 0", "llegó 0"),
    Case("train digits --clip-norm 0", USAGE, "clip_norm must be a number in (0, inf), got 0.0", "llegó 0.0"),
    Case("train digits --clip-value nan", USAGE, "clip_value must be a number in (0, inf), got nan", "llegó nan"),
    Case("train digits --threads 0", USAGE, "threads must be a number in [1, inf), got 0", "threads debe ser un número en [1, inf)"),
    Case("train moons --samples 3", USAGE, "samples must be a number in [10, inf), got 3", "[10, inf); llegó 3"),
    Case("train moons --noise -1", USAGE, "noise must be a number in [0, inf), got -1.0", "número en [0, inf)"),
    # names
    Case("train digts", USAGE, "no data set named digts", "no hay un conjunto de datos llamado digts"),
    Case("train digts", USAGE, "did you mean digits?", "¿quiso decir digits?"),
    Case("train digits --activation Tan", USAGE, "did you mean Tanh?", "¿quiso decir Tanh?"),
    Case("train digits --activation Linear(3,3)", USAGE, "Linear is not an activation", "Linear no es una activación"),
    Case("train digits --optimizer Adm", USAGE, "did you mean Adam?", "¿quiso decir Adam?"),
    Case("train digits --optimizer Adam(learning=1)", USAGE, "Adam has no argument learning", "Adam no tiene el argumento learning"),
    Case("train digits --optimizer Adam(", USAGE, "cannot read 'Adam('", "no se entiende 'Adam('"),
    Case("train digits --optimizer Adam(lr=x)", USAGE, "x in 'Adam(lr=x)' is not a value", "no es un valor"),
    Case("train digits --loss MSE", USAGE, "did you mean MSELoss?", "¿quiso decir MSELoss?"),
    Case("train digits --schedule StpLR", USAGE, "did you mean StepLR?", "¿quiso decir StepLR?"),
    Case("train digits --schedule StepLR", USAGE, "expects (step_size: int", "espera (step_size: int"),
    Case("train digits --schedule OneCycleLR(1,9) --lr 0.1", USAGE, "lr has no effect with OneCycleLR", "lr no tiene efecto con OneCycleLR"),
    Case("train digits --schedule-every hour", USAGE, "schedule_every cannot be 'hour': known: epoch, step", "schedule_every no puede ser 'hour'"),
    Case("train digits --initializer Hee", USAGE, "did you mean He?", "¿quiso decir He?"),
    Case("train digits --monitor f1", USAGE, "cannot monitor f1: this training run measures loss, accuracy", "no se puede vigilar f1"),
    Case("train digits --network Linaer(64,10)", USAGE, "did you mean Linear?", "¿quiso decir Linear?"),
    Case("train digits --network Linear(64,10) --hidden 3", USAGE, "give only one of the two", "dé solo una de las dos"),
    Case("train digits --engine cuda", USAGE, "engine cannot be 'cuda': known: auto, compiled, numpy, torch", "engine no puede ser 'cuda'"),
    Case("train digits --device cuda", USAGE, "is not available here; available: cpu", "no está disponible aquí; disponibles: cpu"),
    Case("train digits --engine numpy --device cuda", USAGE, "--device needs the engine torch", "--device necesita el motor torch"),
    Case("train digits --engine compiled --compile", USAGE, "--compile needs the engine torch", "--compile necesita el motor torch"),
    Case("train digits --device gpu", USAGE, "the device must be one of auto, cpu, cuda, mps", "el dispositivo debe ser uno de"),
    Case("train digits --engine torch --precision half", USAGE, "precision cannot be 'half': known: bf16, float32", "precision no puede ser 'half'"),
    Case("train digits --shard", USAGE, "among several processes, and there is only one", "hay uno solo"),
    Case("train digits --device cpu --cuda-graphs", USAGE, "CUDA graphs need a CUDA device", "necesitan un dispositivo CUDA"),
    Case("train digits --metric F1Scor", USAGE, "did you mean F1Score?", "¿quiso decir F1Score?"),
    # options that a data set has no use for
    Case("train digits --target flower", USAGE, "digits does not use the option target", "digits"),
    Case("train digits --samples 100", USAGE, "digits does not use the option samples", "digits"),
    Case("train digits --standardize", USAGE, "digits does not use the option standardize", "digits"),
    # tables
    Case("train text.csv", FAILURE, "line 62, column height: expected a number, got 'tall'", "línea 62, columna height: se esperaba un número y llegó 'tall'"),
    Case("train garden.csv --target flwer", USAGE, "has no column flwer: did you mean flower?", "no tiene la columna flwer: ¿quiso decir flower?"),
    Case("train ragged.csv", FAILURE, "line 62: expected 4 values, one per column, got 2", "línea 62: se esperaban 4 valores"),
    Case("train no_header.csv", USAGE, "may be the names of the columns or data", "puede tener los nombres de las columnas o datos"),
    Case("train one_column.csv", FAILURE, "has only the column flower", "solo tiene la columna flower"),
    Case("train repeated.csv", FAILURE, "two columns are named a", "dos columnas llamadas a"),
    Case("train quotes.csv", FAILURE, "unbalanced quotation marks", "las comillas no están balanceadas"),
    Case("train comma.csv", USAGE, "the comma may group thousands", "la coma puede separar miles"),
    Case("train latin.csv", FAILURE, "is not text in cp1252 (see byte 1)", "no es texto en cp1252 (vea el byte 1)"),
    Case("train absent.csv", FAILURE, "there is no file absent.csv", "no existe el archivo absent.csv"),
    Case("predict run fewer.csv", FAILURE, "lacks columns of the training data: soil, width", "le faltan columnas"),
    Case("predict run good.png", USAGE, "does not contain images", "no contiene imágenes"),
    Case("predict pictures garden.csv", USAGE, "whose columns have no names", "cuyas columnas no tienen nombre"),
    Case("predict run a_file", FAILURE, "a_file is empty", "a_file está vacío"),
    Case("predict pictures a_file", USAGE, "expected a .csv, .npz or .npy file, or an image", "se esperaba un .csv, un .npz, un .npy o una imagen"),
    Case("predict run garden.csv --output a_file/said.csv", FAILURE, "cannot write a_file/said.csv", "no se puede escribir a_file/said.csv"),
    # corrupt files of data
    Case("train short.npz", FAILURE, "is not a complete .npz file", "no es un archivo .npz completo"),
    Case("train turned.npz", FAILURE, "is not a complete .npz file", "no es un archivo .npz completo"),
    Case("train objects.npz", FAILURE, "contains Python objects", "contiene objetos de Python"),
    Case("train no_y.npz", FAILURE, "must contain the arrays x and y; y is missing, found only: x", "falta y, solo tiene: x"),
    Case("train absent.npz", FAILURE, "there is no file absent.npz", "no existe el archivo absent.npz"),
    Case("predict pictures short.png", FAILURE, "is corrupt or truncated", "está dañada o truncada"),
    Case("predict pictures words.png", FAILURE, "is not an image that can be read", "no es una imagen que se pueda leer"),
    Case("predict pictures blank.png", FAILURE, "blank.png is blank", "blank.png está en blanco"),
    Case("predict pictures absent.png", FAILURE, "there is no file absent.png", "no existe el archivo absent.png"),
    Case("train mnist --data-dir mnist", FAILURE, "is not the published file: expected SHA-256", "no es el archivo publicado"),
    Case("train mnist --data-dir run", FAILURE, "mnist is incomplete in run; missing: train-images", "mnist no está completo en run"),
    # corrupt runs
    Case("evaluate short_network", FAILURE, "is not a complete safetensors file", "no es un archivo safetensors completo"),
    Case("evaluate turned_network", FAILURE, "is not a complete safetensors file", "no es un archivo safetensors completo"),
    Case("predict short_network garden.csv", FAILURE, "is not a complete safetensors file", "no es un archivo safetensors completo"),
    Case("evaluate foreign_network", FAILURE, "is not a network of gradiente", "no es una red de gradiente"),
    Case("evaluate other_network", FAILURE, "expected x of shape (batch, 2), got (12, 4)", "esperaba x de forma (lote, 2)"),
    Case("predict other_network garden.csv", FAILURE, "expects 2 features per instance, got 4", "espera 2 atributos"),
    Case("evaluate no_network", FAILURE, "contains no network yet", "todavía no contiene una red"),
    Case("evaluate short_toml", FAILURE, "short_toml/run.toml as TOML", "short_toml/run.toml como TOML"),
    Case("evaluate no_toml", FAILURE, "no_toml is not a run", "no_toml no es una corrida"),
    Case("evaluate absent", FAILURE, "absent is not a run", "absent no es una corrida"),
    Case("evaluate a_file", FAILURE, "a_file is not a run", "a_file no es una corrida"),
    Case("predict short_data garden.csv", FAILURE, "cannot read", "no se puede leer"),
    Case("predict list_data garden.csv", FAILURE, "list_data/data.json", "list_data/data.json"),
    Case("predict strange_data garden.csv", FAILURE, "strange_data/data.json", "strange_data/data.json"),
    Case("predict no_data garden.csv", FAILURE, "no_data/data.json", "no_data/data.json"),
    Case("train --resume short_last --epochs 5", FAILURE, "is not a complete safetensors file", "no es un archivo safetensors completo"),
    Case("train --resume turned_last --epochs 5", FAILURE, "is not a complete safetensors file", "no es un archivo safetensors completo"),
    Case("train --resume other_last --epochs 5", FAILURE, "is the checkpoint of another network", "es el punto de control de otra red"),
    Case("train --resume network_for_last --epochs 5", FAILURE, "is not a training checkpoint", "no es el punto de control de un entrenamiento"),
    Case("train --resume foreign_last --epochs 5", FAILURE, "is not a training checkpoint", "no es el punto de control de un entrenamiento"),
    Case("train --resume other_seed --epochs 5", FAILURE, "with seed = 0, and now it is 1", "con seed = 0 y ahora es 1"),
    Case("train --resume short_toml --epochs 5", FAILURE, "as TOML", "como TOML"),
    Case("train --resume absent", FAILURE, "absent is not a run", "absent no es una corrida"),
    # a run that cannot be written
    Case("train or --epochs 1 --run a_file", USAGE, "a_file already exists", "a_file ya existe"),
    Case("train or --epochs 1 --run run", USAGE, "resume that run with --resume", "reanude esa corrida con --resume"),
    Case("train or --epochs 1 --run a_file/new", FAILURE, "a_file/new", "no se puede escribir"),
    Case("train or --epochs 1 --run a_file/deep/new", FAILURE, "cannot write", "no se puede escribir"),
    Case("train or --epochs 1 --run /proc/new", FAILURE, "cannot write /proc/new", "no se puede escribir /proc/new"),
    # configs
    Case("train --config unknown.toml", USAGE, "unknown key epochss in the config: did you mean epochs?", "epochss: ¿quiso decir epochs?"),
    Case("train --config kind.toml", USAGE, "epochs must be a whole number, got 'many'", "epochs debe ser un entero; llegó 'many'"),
    Case("train --config number.toml", USAGE, "name must be a string, got 3", "name debe ser una cadena; llegó 3"),
    Case("train --config yes.toml", USAGE, "epochs must be a whole number, got True", "epochs debe ser un entero; llegó True"),
    Case("train --config list.toml", USAGE, "hidden must be a list of whole numbers, got ['many']", "hidden debe ser una lista de enteros; llegó"),
    Case("train --config section.toml", USAGE, "unknown key training in the config", "training"),
    Case("train --config flat.toml", USAGE, "the key epochs belongs in the table [descent]", "la clave epochs va en la tabla [descent]"),
    Case("train --config broken.toml", FAILURE, "cannot read broken.toml as TOML, see line 1: data = \"digits", "no se puede leer broken.toml como TOML, vea la línea 1"),
    Case("train --config latin.toml", FAILURE, "latin.toml is not UTF-8 text", "latin.toml no es texto UTF-8"),
    Case("train --config both.toml", USAGE, "give only one of the two", "dé solo una de las dos"),
    Case("train --config batch.toml", USAGE, "a whole number or \"all\", got 'most'", "un entero o \"all\"; llegó 'most'"),
    Case("train --config layer.toml", USAGE, "did you mean Linear?", "¿quiso decir Linear?"),
    Case("train --config absent.toml", FAILURE, "there is no file absent.toml", "no existe el archivo absent.toml"),
    Case("train --config run", FAILURE, "cannot read run: it is a folder", "no se puede leer run: es una carpeta"),
    # nothing where a name belongs
    Case("train --config=", FAILURE, 'there is no file ""', 'no existe el archivo ""'),
    Case("train --resume=", FAILURE, "is not a run", "no es una corrida"),
    Case("train or --epochs 1 --run=", USAGE, "already exists", "ya existe"),
]  # fmt: skip


def tree(folder):
    """Every file below a folder with what is in it."""
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture(scope="module")
def tree_before(everything_wrong):
    return tree(everything_wrong)


@pytest.mark.parametrize("case", CASES, ids=[case.line for case in CASES])
def test_bad_input_is_answered_and_leaves_nothing_behind(case, everything_wrong, tree_before, monkeypatch):
    monkeypatch.chdir(everything_wrong)
    more = ["--no-report"] if case.line.startswith("train") else []
    for language, words in (("en", case.english), ("es", case.spanish)):
        answer = gradiente(*case.arguments, *more, "--lang", language)
        assert answer.status == case.status, answer.err
        message = answer.err.partition("error: ")[2]
        assert words in message, answer.err
        assert message.splitlines(keepends=True) == [message]
        assert "Traceback" not in answer.err
    assert tree(everything_wrong) == tree_before


def test_the_same_in_a_process_of_its_own(own_folder):
    answer = finish(start("train", "digits", "--batch-size", 0, "--json", "--lang", "es"))
    assert (answer.status, answer.out) == (USAGE, "")
    assert answer.err.splitlines()[-1].startswith(
        "error: descent: batch_size debe ser un número en [1, inf); llegó 0"
    )
    assert list(own_folder.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_disk_that_is_full_from_the_beginning(language, own_folder):
    def fill_the_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    arguments = ["train", "or", "--epochs", 1, "--no-report", "--lang", language]
    answer = finish(start(*arguments, preexec_fn=fill_the_disk))
    assert answer.status == FAILURE
    assert ("cannot write" if language == "en" else "no se puede escribir") in answer.err
    assert "Traceback" not in answer.err
    assert [path for path in own_folder.rglob("*") if path.name != "runs"] == []


def test_answers_that_cannot_be_written_leave_the_old_file(everything_wrong, tree_before, own_folder):
    (own_folder / "said.csv").write_text("what was said before")

    def fill_the_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    run, table = everything_wrong / "run", everything_wrong / "garden.csv"
    answer = finish(start("predict", run, table, "--output", "said.csv", preexec_fn=fill_the_disk))
    assert (answer.status, answer.out) == (FAILURE, "")
    assert "cannot write said.csv" in answer.err
    assert {path.name: path.read_text() for path in own_folder.iterdir()} == {
        "said.csv": "what was said before"
    }
