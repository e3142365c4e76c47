"""Files that end badly, and files that are not finished.

What they write, start and delete is bounded, so that a check without any protection does little harm.
"""

from . import mnist_columns, xor_columns, xor_rows
from .case import Case, Edit

_TOP = "import numpy as np\n"
_INSIDE = "    m = X.shape[1]\n    dz2 = a2 - y\n"


def _xor(name: str, *edits: Edit) -> Case:
    return xor_columns.STYLE.variant(name, *edits)


def _at_import(name: str, code: str) -> Case:
    return _xor(name, (_TOP, _TOP + "\n" + code))


def _in_backprop(name: str, code: str) -> Case:
    return _xor(name, (_INSIDE, code + _INSIDE))


HOSTILE = [
    _in_backprop("endless-loop", "    while True:\n        pass\n"),
    _at_import("endless-loop-at-import", "n = 0\nwhile n >= 0:\n    n += 1\n"),
    _in_backprop("sleeps", "    import time\n\n    time.sleep(10**6)\n"),
    _in_backprop(
        "memory", "    bloques = []\n    for _ in range(10**5):\n        bloques.append(np.ones(10**7))\n"
    ),
    _at_import("memory-at-import", "texto = 'x' * 10**12\n"),
    _in_backprop("output", "    for _ in range(10**5):\n        print('x' * 1000)\n"),
    _at_import("exception-at-import", "datos = np.load('C:/Users/estudiante/Descargas/mnist.npz')\n"),
    _at_import("missing-module", "from keras_que_no_existe.datasets import mnist\n"),
    _at_import("exit-at-import", "import sys\n\nsys.exit(0)\n"),
    _in_backprop("exit", "    raise SystemExit(0)\n"),
    _in_backprop("exit-at-once", "    import os\n\n    os._exit(0)\n"),
    _in_backprop(
        "kills-itself", "    import os\n    import signal\n\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    ),
    _in_backprop(
        "reads-home",
        "    from pathlib import Path\n\n    print(sorted(Path.home().iterdir())[:3])\n"
        "    print(len(open('/etc/passwd').read()))\n",
    ),
    _in_backprop(
        "socket", "    import socket\n\n    socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
    ),
    _in_backprop(
        "processes",
        "    import subprocess\n    import sys\n\n    for _ in range(64):\n"
        "        subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)'], start_new_session=True)\n",
    ),
    _in_backprop("recursion", "    return backProp(X, y, w1, w2, b1, b2, a2, a1)\n"),
    _in_backprop(
        "huge-file",
        "    with open('enorme.bin', 'wb') as archivo:\n        for _ in range(64):\n"
        "            archivo.write(b'0' * 2**24)\n",
    ),
    _in_backprop(
        "deletes",
        "    from pathlib import Path\n\n    Path(__file__).unlink()\n"
        "    Path.home().joinpath('archivo-que-solo-existe-en-la-prueba.txt').unlink()\n",
    ),
    _at_import(
        "patches-numpy",
        "np.dot = lambda a, b: np.zeros((1, 1))\nnp.allclose = lambda *a, **k: True\nnp.array_equal = np.allclose\n",
    ),
    _in_backprop("patches-numpy-late", "    np.savez = lambda *a, **k: None\n    np.sum = np.mean\n"),
    _in_backprop(
        "closes-output",
        '    import os\n    import sys\n\n    os.write(1, b\'{"dw1": 0}\\n'
        "')\n    sys.stdout.close()\n    os.close(1)\n",
    ),
    _in_backprop("asks", "    m = int(input('Cuantos registros? '))\n"),
    _in_backprop("exception", "    raise KeyboardInterrupt\n"),
    _in_backprop("huge-message", "    raise ValueError('x' * 10**7)\n"),
    _xor("nan", ("dz2 = a2 - y", "dz2 = (a2 - y) * np.nan")),
    _xor("strings", ("    return dw1, db1, dw2, db2\n", "    return 'dw1', 'db1', 'dw2', 'db2'\n")),
    _xor(
        "strange-objects",
        (
            "    return dw1, db1, dw2, db2\n",
            "    return dw1, db1, dw2, np.array([print, None], dtype=object)\n",
        ),
    ),
    _xor("syntax-error", ("    da1 = np.dot(w2.T, dz2)\n", "    da1 = np.dot(w2.T, dz2\n")),
    _xor("indentation", ("    da1 = np.dot(w2.T, dz2)\n", "   da1 = np.dot(w2.T, dz2)\n")),
    xor_rows.STYLE.variant("missing-function", ("def entrenarRed(", "def entrenar(")),
    xor_rows.STYLE.variant("misspelled", ("def backProp(", "def backprop("), ("= backProp(", "= backprop(")),
    xor_rows.STYLE.variant(
        "other-signature",
        ("def backProp(X, y, w1, w2, b1, b2, a2, a1)", "def backProp(X, y, w1, w2, a1, a2)"),
        ("= backProp(X, y, w1, w2, b1, b2, a2, a1)", "= backProp(X, y, w1, w2, a1, a2)"),
        ("    # como b = 0, z1 es solo el producto\n", ""),
    ),
    mnist_columns.STYLE.variant(
        "unfinished",
        ("    dz2 = a2 - y\n", "    raise NotImplementedError('complete aqui')\n    dz2 = a2 - y\n"),
    ),
    mnist_columns.STYLE.variant("ellipsis", ("    return np.tanh(z)\n", "    ...\n")),
    mnist_columns.STYLE.variant("blank-name", ("    dz2 = a2 - y\n", "    dz2 = ____\n")),
]
