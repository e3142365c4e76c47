"""What the environment lacks is never a mistake of the student: packages, files, the network, a notebook's commands."""

import json

import pytest

from gradiente.checker import check

from .corpus import RIGHT

SOURCES = {case.name: case.source for case in RIGHT}
XOR = SOURCES["xor-columns-base"]


def written(folder, source):
    path = folder / "taller.py"
    path.write_text(source, encoding="utf-8")
    return path


def notebook(folder, *cells):
    entries = [{"cell_type": "code", "source": cell} for cell in cells]
    path = folder / "taller.ipynb"
    path.write_text(json.dumps({"cells": entries, "nbformat": 4}), encoding="utf-8")
    return path


def notices(verdict):
    return [key for key, _ in verdict.notices]


def statuses(verdict):
    return {function.name: function.status for function in verdict.functions}


# What may stand above right functions, and the notices of it.
ABOVE = {
    "star import": ("from utilidades_del_curso import *", ["not_installed"]),
    "relative star import": ("from .utilidades import *", ["left_out"]),
    "data unpacked": (
        "from keras.datasets import mnist\n(xe, ye), (xp, yp) = mnist.load_data()\n"
        "xe = xe.reshape(60000, 784) / 255.0\nm = xe.shape[0]\nclases = len(np.unique(ye))\n"
        "for i in range(m):\n    print(xe[i])\nprint(f'{xe.max():.3f}', np.dot(xe.T, xe), int(ye[0]))",
        ["not_installed"],
    ),
    "data by the full name": (
        "import tensorflow as tf\n(a, b), _ = tf.keras.datasets.mnist.load_data()\nprint(a.shape[0] + 1)",
        ["not_installed"],
    ),
    "a table": (
        "import modin.pandas as pd\nd = pd.DataFrame({'x': [0, 1], 'y': [1, 0]})\n"
        "e = d[['x']].dropna().groupby('x').mean().to_numpy().astype(float)\n"
        "n = e.shape[0]\nz = np.zeros((n, 3))\nw = z + e\nd.loc[d['y'] > 0.5, 'x'] = 1\nassert len(d) == 2",
        ["not_installed"],
    ),
    "plots": (
        "import seaborn as sns\nimport plotly.express as px\nsns.set_theme()\n"
        "f, (a, b) = sns.subplots(1, 2)\na.plot([1, 2])\npx.line(x=[1], y=[2]).show()",
        ["not_installed"],
    ),
    "a style that is not there": (
        "import matplotlib.pyplot as plt\nplt.style.use('estilo-del-curso')",
        ["left_out"],
    ),
    "images": (
        "import torchvision\nimport torchvision.transforms as T\n"
        "datos = torchvision.datasets.MNIST('.', download=True, transform=T.ToTensor())\n"
        "imagen, etiqueta = datos[0]\ncargador = list(datos)",
        ["not_installed"],
    ),
    "Colab's drive": (
        "from google.colab import drive\ndrive.mount('/content/drive')\n"
        "X0 = np.load('/content/drive/MyDrive/x.npy')\nm0 = X0.shape[1]\nprint(m0 * 2)",
        ["not_installed", "left_out"],
    ),
    "what is counted from a file that is not there": (
        "f = open('prueba.csv')\nfilas = f.readlines()\naciertos = []\n"
        "for fila in filas:\n    aciertos.append(fila == '1')\nprint(sum(aciertos) / len(aciertos))",
        ["left_out"],
    ),
    "a file that is not there": (
        "tabla = np.genfromtxt('datos.csv', delimiter=',')\nXd = tabla[:, :2]\nmedia = float(Xd.mean())\n"
        "with open('notas.txt') as f:\n    texto = f.read()\nprint(texto.upper()[0])",
        ["left_out"],
    ),
    "a download": (
        "import urllib.request\nurl = 'http://example.org/mnist.npz'\n"
        "datos = urllib.request.urlopen(url).read()\nn = len(datos)\nprint(n // 2)",
        ["left_out"],
    ),
    "a download by requests": (
        "import requests\nr = requests.get('http://example.org/mnist.npz')\nn = len(r.content)",
        ["left_out"],
    ),
    "the keyboard": ("epocas = int(input('¿Cuántas épocas? '))\nprint(epocas + 1)", ["left_out"]),
    "IPython": (
        "from IPython import get_ipython\nfrom IPython.display import display, clear_output\n"
        "get_ipython().run_line_magic('matplotlib', 'inline')\nget_ipython().system('pip install x')\n"
        "clear_output(wait=True)\ndisplay(1)",
        [],
    ),
    "get_ipython without an import": ("get_ipython().run_line_magic('matplotlib', 'inline')", []),
    "magics": (
        "%matplotlib inline\n%load_ext autoreload\n!pip install -q gdown \\\n    otro\n"
        "if True:\n    !ls (\n    np.dot?\n%time tiempo = 3\narchivos = !ls *.npz\nt = %timeit -o tiempo + 1\n"
        "print(tiempo + 1, archivos[0], t.best)",
        ["ipython"],
    ),
    "guarded imports": (
        "try:\n    import cupy as xp\nexcept ImportError:\n    import numpy as xp\n"
        "try:\n    from google.colab import drive\n    EN_COLAB = True\nexcept ImportError:\n    EN_COLAB = False\n"
        "assert not EN_COLAB\nassert xp.ones(2).sum() == 2",
        [],
    ),
    "a name that a package has not": (
        "from scipy.misc import imread\nfoto = imread('f.png')[0]",
        ["left_out"],
    ),
    "a long statement": (
        "from google.colab import files\nsubido = files.upload()\ndatos = np.vstack(\n    [\n        fila\n"
        "        for fila in subido\n    ]\n)\nlado = np.zeros(\n    (\n        subido.n,\n        2,\n    )\n)",
        ["not_installed"],
    ),
    "a table, split": (
        "import pandas as pd\nfrom sklearn.model_selection import train_test_split\nd = pd.read_csv('d.csv')\n"
        "Xa, Xb = train_test_split(d.drop('y', axis=1).values, test_size=0.2)\nassert Xa.shape[0] == Xb.shape[0]",
        ["left_out"],
    ),
    "an end without its data": (
        "import sys\ntry:\n    datos = open('datos.csv').read()\nexcept FileNotFoundError:\n    sys.exit(1)",
        ["left_out"],
    ),
    "arguments of a program": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.1)\n"
        "lr0 = p.parse_args().lr",
        [],
    ),
    "an image": (
        "from PIL import Image\nimport cv2\nfoto = np.array(Image.open('foto.png')) / 255\n"
        "otra = cv2.imread('foto.png')[:, :, ::-1]\nmasa = foto.sum() + otra",
        ["not_installed", "left_out"],
    ),
    "a decorator": (
        "from paquete_ausente import jit\n@jit(nopython=True)\ndef nada():\n    pass",
        ["not_installed"],
    ),
    "a class of a missing package": (
        "import mxnet.gluon.nn as nn\nclass Red(nn.Block):\n    def __init__(self):\n        super().__init__()\n"
        "red = Red()",
        ["not_installed"],
    ),
}


@pytest.mark.parametrize("kind", ABOVE)
def test_what_is_not_there_is_excused(tmp_path, one_process, kind):
    lines, told = ABOVE[kind]
    verdict = check(written(tmp_path, f"import numpy as np\n{lines}\n{XOR}"))
    assert verdict.all_findings == ()
    assert verdict.passed
    assert notices(verdict) == told
    assert all(verdict.notice_words())


@pytest.mark.parametrize("kind", ABOVE)
def test_what_is_not_there_is_excused_in_a_notebook(tmp_path, one_process, kind):
    verdict = check(notebook(tmp_path, "import numpy as np", ABOVE[kind][0], XOR))
    assert verdict.all_findings == ()
    assert verdict.passed


@pytest.mark.parametrize(
    "words",
    [
        "import cupy as np",
        "import jax.numpy as np",
        "from jax import numpy as np",
        "import jax\nnp = jax.numpy",
        "import autograd.numpy as np\nfrom autograd import grad",
        "import cupynumeric as np",
        "from cupy import *\nimport cupy as np",
    ],
)
def test_numpy_stands_for_its_likes(tmp_path, one_process, words):
    verdict = check(written(tmp_path, XOR.replace("import numpy as np", words)))
    assert verdict.all_findings == ()
    assert verdict.passed
    assert "numpy_instead" in notices(verdict)


def test_an_array_comes_back_from_the_other_device(tmp_path, one_process):
    source = XOR.replace("import numpy as np", "import cupy as np").replace(
        "return dw1,",
        "dw1 = np.asnumpy(np.asarray(dw1))\n    np.cuda.Stream.null.synchronize()\n    return dw1,",
    )
    assert check(written(tmp_path, source)).passed


@pytest.mark.parametrize(
    ("words", "bar"),
    [
        ("from tqdm.notebook import tqdm", "tqdm(range(epocas), desc='épocas')"),
        ("from tqdm.notebook import trange", "trange(epocas)"),
        ("import tqdm", "tqdm.tqdm(range(epocas))"),
        ("from tqdm.auto import tqdm", "tqdm(iterable=range(epocas))"),
        ("from fastprogress.fastprogress import master_bar", "master_bar(range(epocas))"),
    ],
)
def test_a_progress_bar_goes_over_what_it_is_given(tmp_path, one_process, words, bar):
    source = f"{words}\n{XOR.replace('range(epocas)', bar)}"
    assert bar in source
    verdict = check(written(tmp_path, source))
    assert verdict.all_findings == ()
    assert verdict.passed


def test_what_is_made_with_something_absent_is_unjudged_and_not_wrong(tmp_path, one_process):
    source = XOR.replace("return dw1,", "dw1 = paquete_ausente.suma(dw1)\n    return dw1,")
    verdict = check(written(tmp_path, f"import paquete_ausente\n{source}"))
    assert verdict.all_findings == ()
    assert statuses(verdict)["backProp"] == "unchecked"
    assert not verdict.passed
    assert "needs_absent" in notices(verdict)


def test_a_function_of_a_missing_package_is_unjudged(tmp_path, one_process):
    before, after = XOR.split("def backProp")
    loop = after[after.index("def entrenarRed") :]
    verdict = check(written(tmp_path, f"from mi_red import backProp\n{before}{loop}"))
    assert verdict.all_findings == ()
    assert set(statuses(verdict).values()) == {"unchecked"}


def test_what_is_there_stays_when_an_import_of_it_fails(tmp_path, one_process):
    cells = (
        f"%%writefile mi_red.py\n{XOR}",
        "import numpy as np\nfrom mi_red import *\nfrom mi_red import backProp",
    )
    verdict = check(notebook(tmp_path, *cells))
    assert verdict.all_findings == ()
    assert verdict.passed


@pytest.mark.parametrize("top", ["m0 = len(open('datos.csv').read())", "for m0 in range(3):\n    print(m0)"])
def test_a_value_that_a_notebook_was_to_give_is_unjudged(tmp_path, one_process, top):
    source = XOR.replace("return dw1,", "dw1 = dw1 / m0\n    return dw1,")
    verdict = check(notebook(tmp_path, top, source))
    assert verdict.all_findings == ()
    assert statuses(verdict)["backProp"] == "unchecked"


@pytest.mark.parametrize(
    "line",
    [
        "plt.plot([1, 2])",
        "pd.DataFrame({'costo': [1.0]}).to_csv('costos.csv')",
        "print(f'{pd.Series([1.0]).mean():.2f}')",
    ],
)
def test_a_mistake_beside_something_absent_is_still_named(tmp_path, one_process, line):
    source = XOR.replace("return dw1,", f"dw1 = -dw1\n    {line}\n    return dw1,")
    verdict = check(written(tmp_path, f"import pandas as pd\nimport matplotlib_ausente as plt\n{source}"))
    assert statuses(verdict)["backProp"] == "wrong"


@pytest.mark.parametrize(
    "line",
    ["x = np.ones((2, 3)) @ np.ones((2, 3))", "raise ValueError('no')", "n = nombre_que_no_hay + 1"],
)
def test_a_line_of_the_students_own_that_fails_is_told(tmp_path, one_process, line):
    verdict = check(written(tmp_path, f"{XOR}\n{line}\n"))
    assert [finding.mistake for finding in verdict.findings] == ["import_exception"]


def test_a_file_with_one_function_is_recognized_by_it(tmp_path, one_process):
    source = (
        "import numpy as np\ndef softmax(z):\n    e = np.exp(z - z.max(axis=0, keepdims=True))\n"
        "    return e / e.sum(axis=0, keepdims=True)\n"
    )
    verdict = check(written(tmp_path, source))
    assert verdict.workshop == "mnist"
    assert statuses(verdict)["softmax"] == "right"
