"""The checks of the two workshops of PyTorch: solutions pass, other right ways too, blanks and mistakes are named."""

import importlib.util
from collections import Counter
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from gradiente.errors import ArgumentError
from gradiente.locale import LANGUAGES, set_language
from gradiente.workshops.checking import check
from gradiente.workshops.notebook import (
    SUFFIXES,
    Format,
    as_text,
    blanks,
    solution_cells,
    student_cells,
)
from gradiente.workshops.verdict import FunctionVerdict, Verdict
from gradiente.workshops.workshop import WORKSHOPS

pytest.importorskip("torch", reason="PyTorch is missing")
pytest.importorskip("torchmetrics", reason="torchmetrics is missing")

# Functions whose solution stands in a class before them, or is a line that nothing else has.
OUTSIDE = ("crearRed", "descenderConMomentum")
INTRO, MNIST = "pytorch-intro", "mnist-pytorch"
every_workshop = pytest.mark.parametrize("workshop", [INTRO, MNIST])


class Edit(NamedTuple):
    """A place of the solution that reads otherwise; the mistakes that this is, none where it is right too."""

    workshop: str
    function: str
    old: str
    new: str
    mistakes: tuple[str, ...] = ()


def edited(workshop: str, function: str, old: str, new: str, *mistakes: str) -> Edit:
    return Edit(workshop, function, old, new, mistakes)


WATCHED_INTRO = """    red.eval()
    with torch.no_grad():
        probabilidades = torch.softmax(red(X), dim=1)
    red.train(estaba_entrenando)
"""
WATCHED_MNIST = """    red.eval()
    with torch.no_grad():
        aciertos = red(X).argmax(dim=1) == y
    red.train(estaba_entrenando)
"""
LOOP = """        optimizador.zero_grad()
        costo = perdida(red(X), y)
        costo.backward()
        optimizador.step()
        perdidas.append(costo.item())
"""
BATCHES = """            optimizador.zero_grad()
            costo = perdida(red(X[lote]), y[lote])
            costo.backward()
            optimizador.step()
            suma += costo.item() * len(lote)
"""
LAYERS = """        nn.Conv2d(canales, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(6 * 4 * 4, clases),
"""
METRICS = """    for logits, etiquetas in lotes:
        exactitud.update(logits, etiquetas)
        f1.update(logits, etiquetas)
    return exactitud.compute().item(), f1.compute().item()
"""
AVERAGED = """    exactitudes = [exactitud(z, y).item() for z, y in lotes]
    f1s = [f1(z, y).item() for z, y in lotes]
    return sum(exactitudes) / len(lotes), sum(f1s) / len(lotes)
"""
MISTAKES = (
    edited(INTRO, "tresPreguntas", "m, 3, alto, ancho", "m, alto, ancho, 3", "torch_axes"),
    edited(INTRO, "tresPreguntas", "m, frames, 3, alto", "m, 3, frames, alto", "torch_axes"),
    edited(INTRO, "tresPreguntas", "torch.zeros(m, 10)", "torch.zeros(10)", "torch_shape"),
    edited(INTRO, "tresPreguntas", "torch.zeros(m, 10)", "torch.ones(m, 10)", "torch_wrong"),
    edited(INTRO, "sumarSesgo", "Z + b[:, None]", "Z + b", "torch_bias_axis"),
    edited(INTRO, "sumarSesgo", "return Z + b[:, None]", "Z += b[:, None]; return Z", "argument_mutated"),
    edited(INTRO, "canalesAlFinal", ".permute(0, 2, 3, 1)", ".permute(0, 3, 2, 1)", "torch_axes"),
    edited(
        INTRO,
        "canalesAlFinal",
        "return imagenes.permute(0, 2, 3, 1)",
        "m, c, h, w = imagenes.shape; return imagenes.reshape(m, h, w, c)",
        "torch_reshape",
    ),
    edited(INTRO, "ventanas", "serie.shape[0] - largo + 1", "serie.shape[0] - largo", "torch_window_lost"),
    edited(INTRO, "ventanas", "range(cuantas)", "range(0, cuantas, largo)", "torch_window_step"),
    edited(
        INTRO, "ventanas", "for inicio in range(cuantas)])", "for inicio in range(cuantas)]).mT", "torch_axes"
    ),
    edited(
        INTRO,
        "ventanas",
        "return torch.stack",
        "return serie.unfold(0, largo, 1).reshape(cuantas, largo, -1); torch.stack",
        "torch_reshape",
    ),
    edited(INTRO, "derivadaAMano", "s + x * s * (1 - s)", "s * (1 - s)", "torch_product_rule"),
    edited(INTRO, "derivadaAMano", "return s + x * s * (1 - s)", "return x * s", "torch_function_itself"),
    edited(INTRO, "derivadaAutograd", "f(x).sum()", "f(x).mean()", "torch_mean_for_sum"),
    edited(INTRO, "derivadaAutograd", "f(x).sum()", "f(x)", "torch_not_scalar"),
    edited(INTRO, "derivadaAutograd", ".clone().requires_grad_()", ".clone()", "torch_not_recorded"),
    edited(INTRO, "derivadaAutograd", "x.detach().clone().requires", "x.requires", "torch_requires_grad"),
    edited(INTRO, "crearRed", "torch.tanh(self.escondida(x))", "self.escondida(x)", "torch_no_activation"),
    edited(INTRO, "crearRed", "torch.tanh(self.esc", "torch.relu(self.esc", "torch_other_activation"),
    edited(
        INTRO,
        "crearRed",
        "self.salida(torch.tanh(self.escondida(x)))",
        "torch.softmax(self.salida(torch.tanh(self.escondida(x))), dim=1)",
        "torch_not_logits",
    ),
    edited(
        INTRO,
        "crearRed",
        "self.salida = nn.Linear(ocultas,",
        "self.salida = nn.Linear(entradas,",
        "torch_parameters",
    ),
    edited(
        INTRO,
        "crearRed",
        "self.salida = nn.Linear(oc",
        "self.otra = nn.Linear(2, 2); self.salida = nn.Linear(oc",
        "torch_parameters",
    ),
    edited(INTRO, "activaciones", "nn.Softmax(dim=1)", "nn.Softmax(dim=0)", "torch_softmax_axis"),
    edited(
        INTRO, "activaciones", "nn.ReLU()(z), nn.Sigmoid()(z)", "nn.Sigmoid()(z), nn.ReLU()(z)", "torch_order"
    ),
    edited(INTRO, "crearConvolucional", "        nn.Dropout(0.5),\n", "", "torch_dropout_missing"),
    edited(INTRO, "crearConvolucional", "nn.Dropout(0.5)", "nn.Dropout(0.2)", "torch_dropout_rate"),
    edited(INTRO, "crearConvolucional", "        nn.BatchNorm2d(6),\n", "", "torch_layers"),
    edited(INTRO, "crearConvolucional", "        nn.Flatten(),\n", "", "torch_layers"),
    edited(INTRO, "crearConvolucional", "6 * 4 * 4", "6 * 8 * 8", "torch_parameters"),
    edited(INTRO, "predecir", "    red.eval()\n", "", "torch_eval_mode"),
    edited(INTRO, "predecir", "    red.train(estaba_entrenando)\n", "", "torch_mode_left"),
    edited(INTRO, "predecir", "red.train(estaba_entrenando)", "red.train()", "torch_mode_left"),
    edited(
        INTRO,
        "predecir",
        "    with torch.no_grad():\n        prob",
        "    if True:\n        prob",
        "torch_grad_left",
    ),
    edited(INTRO, "predecir", "torch.softmax(red(X), dim=1)", "red(X)", "torch_softmax_missing"),
    edited(INTRO, "predecir", "softmax(red(X), dim=1)", "softmax(red(X), dim=0)", "torch_softmax_axis"),
    edited(
        INTRO,
        "predecir",
        WATCHED_INTRO,
        WATCHED_INTRO.splitlines()[2][4:] + "\n",
        "torch_eval_mode",
        "torch_grad_left",
    ),
    edited(
        INTRO,
        "perdidaMulticlase",
        "(logits, etiquetas)",
        "(logits.softmax(1), etiquetas)",
        "torch_softmax_twice",
    ),
    edited(
        INTRO,
        "perdidaMulticlase",
        "nn.CrossEntropyLoss()",
        'nn.CrossEntropyLoss(reduction="sum")',
        "torch_sum_for_mean",
    ),
    edited(INTRO, "perdidaMulticlase", "nn.CrossEntropyLoss()", "nn.NLLLoss()", "torch_softmax_missing"),
    edited(INTRO, "perdidaBinaria", "torch.sigmoid(z)", "z", "torch_sigmoid_missing"),
    edited(INTRO, "perdidaBinaria", "y.to(z.dtype)", "y", "torch_target_type"),
    edited(INTRO, "perdidaBinaria", "nn.BCELoss()", "nn.BCEWithLogitsLoss()", "torch_sigmoid_twice"),
    edited(INTRO, "perdidaRegresion", "y_est.squeeze(1)", "y_est", "torch_broadcast"),
    edited(INTRO, "perdidaRegresion", "nn.MSELoss()", "nn.L1Loss()", "torch_other_loss"),
    edited(INTRO, "entrenar", "        optimizador.zero_grad()\n", "", "torch_zero_grad"),
    edited(INTRO, "entrenar", "perdida(red(X), y)", "perdida(red(X).softmax(1), y)", "torch_softmax_twice"),
    edited(INTRO, "entrenar", "        optimizador.step()\n", "", "torch_not_moved"),
    edited(
        INTRO, "entrenar", "append(costo.item())", "append(perdida(red(X), y).item())", "torch_loss_after"
    ),
    edited(INTRO, "entrenar", "range(epocas)", "range(epocas - 1)", "torch_epochs"),
    edited(INTRO, "entrenar", "lr=lr", "lr=0.01", "torch_wrong"),
    edited(
        INTRO,
        "entrenar",
        LOOP,
        LOOP.replace("        optimizador.zero_grad()\n", "").replace(
            "costo.item()", "perdida(red(X), y).item()"
        ),
        "torch_zero_grad",
        "torch_loss_after",
    ),
    edited(INTRO, "descenderConMomentum", "(1 - beta) * theta.grad", "theta.grad", "torch_momentum_plain"),
    edited(
        INTRO,
        "descenderConMomentum",
        '                self.state[theta]["m"] = m\n',
        "",
        "torch_momentum_forgotten",
    ),
    edited(INTRO, "descenderConMomentum", "theta -= alfa * m", "theta += alfa * m", "torch_uphill"),
    edited(INTRO, "descenderConMomentum", "theta -= alfa * m", "theta - alfa * m", "torch_not_moved"),
    edited(
        INTRO,
        "descenderConMomentum",
        "theta -= alfa * m",
        "theta -= alfa * theta.grad",
        "torch_momentum_none",
    ),
    edited(INTRO, "descenderConMomentum", "torch.zeros_like(theta))", "theta.grad)", "torch_momentum_start"),
    edited(
        INTRO,
        "descenderConMomentum",
        "beta * m + (1 - beta)",
        "(1 - beta) * m + beta",
        "torch_momentum_swapped",
    ),
    edited(INTRO, "elegirDispositivo", 'device("mps")', 'device("cpu")', "torch_device"),
    edited(INTRO, "elegirDispositivo", "torch.cuda.is_available()", "False", "torch_device"),
    edited(INTRO, "elegirDispositivo", 'torch.device("cpu")', 'torch.device("cuda")', "torch_device"),
    edited(INTRO, "metricasPorLotes", METRICS, AVERAGED, "torch_mean_of_batches"),
    edited(INTRO, "metricasPorLotes", 'average="micro"', 'average="macro"', "torch_average"),
    edited(
        INTRO,
        "metricasPorLotes",
        'F1Score(num_classes=clases, average="macro")',
        'F1Score(num_classes=clases, average="micro")',
        "torch_average",
    ),
    edited(
        INTRO,
        "metricasPorLotes",
        "return exactitud.compute().item(), f1",
        "exactitud, f1 = f1, exactitud; return exactitud.compute().item(), f1",
        "torch_order",
    ),
    edited(MNIST, "crearRed", "nn.Tanh(), ", "", "torch_no_activation"),
    edited(
        MNIST, "crearRed", "nn.Linear(512, 10))", "nn.Linear(512, 10), nn.Softmax(dim=1))", "torch_not_logits"
    ),
    edited(MNIST, "exactitud", "    red.eval()\n", "", "torch_eval_mode"),
    edited(MNIST, "exactitud", "    red.train(estaba_entrenando)\n", "", "torch_mode_left"),
    edited(
        MNIST,
        "exactitud",
        WATCHED_MNIST,
        WATCHED_MNIST.replace("with torch.no_grad()", "if True"),
        "torch_grad_left",
    ),
    edited(MNIST, "exactitud", "mean().item()", "mean().item() * 100", "torch_percent"),
    edited(MNIST, "exactitud", "float().mean()", "float().sum()", "torch_count"),
    edited(MNIST, "entrenar", "            optimizador.zero_grad()\n", "", "torch_zero_grad"),
    edited(
        MNIST, "entrenar", "perdida(red(X[lote])", "perdida(red(X[lote]).softmax(1)", "torch_softmax_twice"
    ),
    edited(
        MNIST,
        "entrenar",
        "medias.append(suma / len(X))",
        "medias.append(suma / -(-len(X) // batch_size))",
        "torch_wrong",
    ),
    edited(
        MNIST,
        "entrenar",
        "costo.item() * len(lote)\n        medias.append(suma / len(X))",
        "costo.item()\n        medias.append(suma / -(-len(X) // batch_size))",
        "torch_mean_of_batches",
    ),
    edited(
        MNIST,
        "entrenar",
        "suma += costo.item() * len(lote)",
        "suma = costo.item() * len(X)",
        "torch_last_batch",
    ),
    edited(MNIST, "entrenar", "torch.randperm(len(X))", "torch.arange(len(X))", "torch_not_shuffled"),
    edited(
        MNIST,
        "entrenar",
        "torch.randperm(len(X)).split",
        "torch.randperm(len(X))[:len(X) // batch_size * batch_size].split",
        "batch_lost",
    ),
    edited(MNIST, "entrenar", "torch.randperm(len(X))", "torch.randint(len(X), (len(X),))", "batch_lost"),
    edited(
        MNIST,
        "entrenar",
        "torch.randperm(len(X)).split(batch_size)",
        "[torch.randperm(len(X))] * 3",
        "batch_ignored",
    ),
    edited(MNIST, "entrenar", "split(batch_size)", "split(1)", "batch_size_wrong"),
    edited(
        MNIST,
        "entrenar",
        "    perdida = nn.",
        "    X = X[torch.randperm(len(X))]\n    perdida = nn.",
        "pairs_broken",
    ),
    edited(
        MNIST,
        "entrenar",
        "    perdida = nn.",
        "    optimizador = torch.optim.SGD(red.parameters(), lr=0.1)\n    perdida = nn.",
        "torch_optimizer_unused",
    ),
    edited(
        MNIST,
        "entrenar",
        BATCHES,
        BATCHES.replace("            optimizador.step()\n", "") + "        optimizador.step()\n",
        "torch_steps",
    ),
    edited(MNIST, "feedForward", "z2 = w2 @ a1 + b2", "z2 = w2 @ a1", "bias_missing"),
    edited(MNIST, "backProp", " * (1 - a1**2)", "", "derivative_missing"),
    edited(MNIST, "desdeNumpy", "crearRed().double()", "crearRed()", "torch_dtype"),
    edited(
        MNIST,
        "desdeNumpy",
        "parametro.copy_(torch.from_numpy(valor))",
        "parametro.set_(torch.from_numpy(valor))",
        "torch_shared",
    ),
    edited(MNIST, "desdeNumpy", "parametro.copy_(", "parametro.add_(", "torch_wrong"),
    edited(MNIST, "gradientes", "    red.zero_grad()\n", "", "torch_zero_grad"),
    edited(
        MNIST,
        "gradientes",
        "CrossEntropyLoss()(red",
        'CrossEntropyLoss(reduction="sum")(red',
        "torch_sum_for_mean",
    ),
    edited(MNIST, "gradientes", "(red(X), y)", "(red(X).softmax(1), y)", "torch_softmax_twice"),
    edited(
        MNIST,
        "gradientes",
        "return dw1, db1[:, None], dw2, db2[:, None]",
        "return dw1, db1, dw2, db2",
        "torch_shape",
    ),
)
RIGHT = (
    edited(INTRO, "tresPreguntas", "return hoja, imagenes, videos", "return [hoja, imagenes, videos]"),
    edited(INTRO, "sumarSesgo", "Z + b[:, None]", "(Z.T + b).T"),
    edited(INTRO, "sumarSesgo", "Z + b[:, None]", "Z + b.reshape(-1, 1)"),
    edited(INTRO, "canalesAlFinal", ".permute(0, 2, 3, 1)", ".movedim(1, -1).contiguous()"),
    edited(
        INTRO,
        "ventanas",
        "return torch.stack",
        "return serie.unfold(0, largo, 1).transpose(1, 2); torch.stack",
    ),
    edited(INTRO, "derivadaAMano", "s + x * s * (1 - s)", "s * (1 + x * (1 - s))"),
    edited(
        INTRO,
        "derivadaAutograd",
        "    f(x).sum().backward()\n    return x.grad",
        "    return torch.autograd.grad(f(x).sum(), x)[0]",
    ),
    edited(INTRO, "derivadaAutograd", "f(x).sum().backward()", "f(x).backward(torch.ones_like(x))"),
    edited(
        INTRO,
        "crearRed",
        "return RedDensa(entradas",
        "return nn.Sequential(nn.Linear(entradas, ocultas), nn.Tanh(), nn.Linear(ocultas, salidas)); RedDensa(entradas",
    ),
    edited(
        INTRO,
        "crearRed",
        "self.salida = nn.Linear(ocultas, salidas)",
        "self.g = nn.Tanh(); self.salida = nn.Linear(ocultas, salidas)",
    ),
    edited(INTRO, "activaciones", "return nn.ReLU()(z)", "return torch.clamp(z, min=0)"),
    edited(INTRO, "activaciones", "nn.Softmax(dim=1)(z)", "nn.functional.softmax(z, dim=-1)"),
    edited(
        INTRO,
        "crearConvolucional",
        LAYERS,
        LAYERS.replace("nn.ReLU(),\n        nn.MaxPool2d(2)", "nn.MaxPool2d(2),\n        nn.ReLU()"),
    ),
    edited(INTRO, "predecir", "torch.no_grad()", "torch.inference_mode()"),
    edited(INTRO, "predecir", "torch.softmax(red(X), dim=1)", "nn.Softmax(dim=-1)(red(X))"),
    edited(INTRO, "perdidaMulticlase", "nn.CrossEntropyLoss()(logits", "nn.functional.cross_entropy(logits"),
    edited(INTRO, "perdidaMulticlase", "nn.CrossEntropyLoss()(logits", "nn.NLLLoss()(logits.log_softmax(1)"),
    edited(INTRO, "perdidaBinaria", "nn.BCELoss()(torch.sigmoid(z)", "nn.BCEWithLogitsLoss()(z"),
    edited(INTRO, "perdidaBinaria", "y.to(z.dtype)", "y.float()"),
    edited(INTRO, "perdidaRegresion", "(y_est.squeeze(1), y)", "(y_est, y[:, None])"),
    edited(INTRO, "perdidaRegresion", "return nn", "return ((y_est.flatten() - y) ** 2).mean().item(); nn"),
    edited(INTRO, "entrenar", "append(costo.item())", "append(costo)"),
    edited(
        INTRO,
        "entrenar",
        "optimizador.zero_grad()\n        costo",
        "red.zero_grad(); red.train()\n        costo",
    ),
    edited(INTRO, "descenderConMomentum", "theta -= alfa * m", "theta.sub_(m, alpha=alfa)"),
    edited(INTRO, "descenderConMomentum", "theta -= alfa * m", "theta.copy_(theta - alfa * m)"),
    edited(INTRO, "elegirDispositivo", 'torch.device("cuda")', 'torch.device("cuda:0")'),
    edited(INTRO, "metricasPorLotes", "compute().item(), f1.compute().item()", "compute(), f1.compute()"),
    edited(
        INTRO,
        "metricasPorLotes",
        METRICS,
        "    z, y = (torch.cat(piezas) for piezas in zip(*lotes))\n    return [exactitud(z, y), f1(z, y)]\n",
    ),
    edited(MNIST, "crearRed", "nn.Sequential(nn.Lin", "nn.Sequential(nn.Flatten(), nn.Lin"),
    edited(MNIST, "exactitud", ".float().mean().item()", ".sum().item() / len(y)"),
    edited(
        MNIST,
        "entrenar",
        "for lote in torch.randperm(len(X)).split(batch_size):",
        "orden = torch.randperm(len(X))\n"
        "        for i in range(0, len(X), batch_size):\n"
        "            lote = orden[i : i + batch_size]",
    ),
    edited(
        MNIST,
        "entrenar",
        "        for lote in torch.randperm(len(X)).split(batch_size):\n" + BATCHES,
        "        datos = torch.utils.data.TensorDataset(X, y)\n"
        "        for entradas, lote in torch.utils.data.DataLoader(datos, batch_size=batch_size, shuffle=True):\n"
        + BATCHES.replace("X[lote]", "entradas").replace("y[lote]", "lote"),
    ),
    edited(MNIST, "desdeNumpy", "torch.from_numpy(valor)", "torch.tensor(valor)"),
    edited(MNIST, "gradientes", "red.zero_grad()", "red.zero_grad(set_to_none=False)"),
    edited(
        MNIST,
        "gradientes",
        "return dw1, db1[:, None], dw2, db2[:, None]",
        "return dw1, dw2, db1.reshape(-1, 1), db2.reshape(-1, 1)",
    ),
)


def packed(edits: tuple[Edit, ...]) -> list[tuple[int, Edit]]:
    """Every edit with the number of a file, so that a file has at most one of each function."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for edit in edits:
        found.append((seen[edit[:2]], edit))
        seen[edit[:2]] += 1
    return found


@lru_cache
def verdict(workshop: str, edits: tuple[Edit, ...]) -> dict[str, FunctionVerdict]:
    """The verdict on the solution with those edits, each at the one place in its function where it fits."""
    source = as_text(solution_cells(workshop, "es"), "script")
    for edit in edits:
        body = source.index(":\n", source.index(f"def {edit.function}("))
        place = source.find(edit.old, 0 if edit.function in OUTSIDE else body)
        assert place >= 0, edit.old
        source = source[:place] + edit.new + source[place + len(edit.old) :]
    compile(source, workshop, "exec")
    return {function.name: function for function in checked(workshop, source, "script").functions}


def checked(workshop: str, source: str, format: Format) -> Verdict:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{workshop}{SUFFIXES[format]}"
        path.write_text(source, encoding="utf-8")
        return check(path)


def judged(pack: int, edit: Edit, edits: tuple[Edit, ...]) -> FunctionVerdict:
    together = tuple(one for number, one in packed(edits) if number == pack and one.workshop == edit.workshop)
    return verdict(edit.workshop, together)[edit.function]


def labels(edits: tuple[Edit, ...]) -> list[str]:
    return [
        f"{edit.workshop}-{edit.function}-{'-'.join(edit.mistakes)}-{pack}" for pack, edit in packed(edits)
    ]


@every_workshop
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", SUFFIXES)
def test_the_solution_is_right(workshop, language, format):
    found = checked(workshop, as_text(solution_cells(workshop, language), format), format)
    assert found.workshop == workshop
    assert {f.name: f.status for f in found.functions} == dict.fromkeys(
        WORKSHOPS[workshop].functions, "right"
    )
    assert found.passed


@every_workshop
def test_every_blank_is_said_to_be_one(workshop):
    found = checked(workshop, as_text(student_cells(workshop, "en"), "notebook"), "notebook")
    assert found.workshop == workshop
    told = {function.name: function for function in found.functions}
    unwritten = blanks(workshop)
    assert all(told[name].status == "blank" for name in unwritten if name in told)
    through = {"crearRed": "RedDensa", "descenderConMomentum": "Momentum"} if workshop == INTRO else {}
    assert set(told) - set(unwritten) == set(through)
    for name, blank in through.items():
        assert blank in unwritten
        (finding,) = told[name].findings
        assert (finding.mistake, finding.values["blank"]) == ("torch_blank", blank)
        assert blank in finding.title()
    assert not found.passed


def test_what_needs_a_blank_function_is_not_blamed_for_it():
    line = "return nn.Sequential(nn.Linear(784, 512), nn.Tanh(), nn.Linear(512, 10))"
    found = verdict(MNIST, (Edit(MNIST, "crearRed", line, 'raise NotImplementedError("crearRed")'),))
    assert found["crearRed"].status == "blank"
    assert (found["desdeNumpy"].status, found["desdeNumpy"].findings) == ("unchecked", ())
    assert found["gradientes"].status == "right"


def test_what_needs_a_wrong_function_is_not_blamed_for_it_either():
    layers = "nn.Linear(784, 512), nn.Tanh(), nn.Linear(512, 10)"
    found = verdict(MNIST, (Edit(MNIST, "crearRed", layers, "nn.Linear(784, 10)"),))
    assert [finding.mistake for finding in found["crearRed"].findings] == ["torch_parameters"]
    assert (found["desdeNumpy"].status, found["desdeNumpy"].findings) == ("unchecked", ())
    assert found["gradientes"].status == "right"


@pytest.mark.parametrize(("pack", "edit"), packed(MISTAKES), ids=labels(MISTAKES))
def test_a_mistake_is_named(pack, edit):
    found = judged(pack, edit, MISTAKES)
    assert tuple(finding.mistake for finding in found.findings) == edit.mistakes
    assert found.status in ("wrong", "error")


@pytest.mark.parametrize(("pack", "edit"), packed(RIGHT), ids=labels(RIGHT))
def test_another_right_way_is_right(pack, edit):
    found = judged(pack, edit, RIGHT)
    assert (found.status, found.findings) == ("right", ())


def test_a_number_is_worked_out():
    """The sum of six losses beside their mean."""
    one = next(one for one in packed(MISTAKES) if one[1].new == 'nn.CrossEntropyLoss(reduction="sum")')
    (finding,) = judged(*one, MISTAKES).findings
    assert finding.worked is not None
    assert finding.worked.got == pytest.approx(6 * finding.worked.expected, rel=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_of_the_tests_has_words(language):
    """Each title fills its places with what the check found; no brace is left."""
    set_language(language)
    keys = {key for edit in MISTAKES for key in edit.mistakes if key.startswith("torch_")}
    for pack, edit in packed(MISTAKES):
        for finding in judged(pack, edit, MISTAKES).findings:
            if finding.mistake in keys:
                assert edit.function in finding.title()
                assert "{" not in finding.title() + (finding.why() or "")


def test_without_pytorch_it_is_said_how_to_install_it(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    with pytest.raises(ArgumentError, match=r'pip install "gradiente\[torch\]"'):
        checked(INTRO, as_text(solution_cells(INTRO, "en"), "script"), "script")
