"""The solution of pytorch-intro with one place written otherwise: (function, old, new, mistakes …)."""

WATCHED = """    red.eval()
    with torch.no_grad():
        probabilidades = torch.softmax(red(X), dim=1)
    red.train(estaba_entrenando)
"""
LOOP = """        optimizador.zero_grad()
        costo = perdida(red(X), y)
        costo.backward()
        optimizador.step()
        perdidas.append(costo.item())
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
    ("tresPreguntas", "m, 3, alto, ancho", "m, alto, ancho, 3", "torch_axes"),
    ("tresPreguntas", "m, frames, 3, alto", "m, 3, frames, alto", "torch_axes"),
    ("tresPreguntas", "torch.zeros(m, 10)", "torch.zeros(10)", "torch_shape"),
    ("tresPreguntas", "torch.zeros(m, 10)", "torch.ones(m, 10)", "torch_wrong"),
    ("sumarSesgo", "Z + b[:, None]", "Z + b", "torch_bias_axis"),
    ("sumarSesgo", "return Z + b[:, None]", "Z += b[:, None]; return Z", "argument_mutated"),
    ("canalesAlFinal", ".permute(0, 2, 3, 1)", ".permute(0, 3, 2, 1)", "torch_axes"),
    (
        "canalesAlFinal",
        "return imagenes.permute(0, 2, 3, 1)",
        "m, c, h, w = imagenes.shape; return imagenes.reshape(m, h, w, c)",
        "torch_reshape",
    ),
    ("ventanas", "serie.shape[0] - largo + 1", "serie.shape[0] - largo", "torch_window_lost"),
    ("ventanas", "range(cuantas)", "range(0, cuantas, largo)", "torch_window_step"),
    ("ventanas", "for inicio in range(cuantas)])", "for inicio in range(cuantas)]).mT", "torch_axes"),
    (
        "ventanas",
        "return torch.stack",
        "return serie.unfold(0, largo, 1).reshape(cuantas, largo, -1); torch.stack",
        "torch_reshape",
    ),
    ("derivadaAMano", "s + x * s * (1 - s)", "s * (1 - s)", "torch_product_rule"),
    ("derivadaAMano", "return s + x * s * (1 - s)", "return x * s", "torch_function_itself"),
    ("derivadaAutograd", "f(x).sum()", "f(x).mean()", "torch_mean_for_sum"),
    ("derivadaAutograd", "f(x).sum()", "f(x)", "torch_not_scalar"),
    ("derivadaAutograd", ".clone().requires_grad_()", ".clone()", "torch_not_recorded"),
    ("derivadaAutograd", "x.detach().clone().requires", "x.requires", "torch_requires_grad"),
    ("crearRed", "torch.tanh(self.escondida(x))", "self.escondida(x)", "torch_no_activation"),
    ("crearRed", "torch.tanh(self.esc", "torch.relu(self.esc", "torch_other_activation"),
    (
        "crearRed",
        "self.salida(torch.tanh(self.escondida(x)))",
        "torch.softmax(self.salida(torch.tanh(self.escondida(x))), dim=1)",
        "torch_not_logits",
    ),
    ("crearRed", "self.salida = nn.Linear(ocultas,", "self.salida = nn.Linear(entradas,", "torch_parameters"),
    (
        "crearRed",
        "self.salida = nn.Linear(oc",
        "self.otra = nn.Linear(2, 2); self.salida = nn.Linear(oc",
        "torch_parameters",
    ),
    ("activaciones", "nn.Softmax(dim=1)", "nn.Softmax(dim=0)", "torch_softmax_axis"),
    ("activaciones", "nn.ReLU()(z), nn.Sigmoid()(z)", "nn.Sigmoid()(z), nn.ReLU()(z)", "torch_order"),
    ("crearConvolucional", "        nn.Dropout(0.5),\n", "", "torch_dropout_missing"),
    ("crearConvolucional", "nn.Dropout(0.5)", "nn.Dropout(0.2)", "torch_dropout_rate"),
    ("crearConvolucional", "        nn.BatchNorm2d(6),\n", "", "torch_layers"),
    ("crearConvolucional", "        nn.Flatten(),\n", "", "torch_layers"),
    ("crearConvolucional", "6 * 4 * 4", "6 * 8 * 8", "torch_parameters"),
    ("predecir", "    red.eval()\n", "", "torch_eval_mode"),
    ("predecir", "    red.train(estaba_entrenando)\n", "", "torch_mode_left"),
    ("predecir", "red.train(estaba_entrenando)", "red.train()", "torch_mode_left"),
    ("predecir", "    with torch.no_grad():\n        prob", "    if True:\n        prob", "torch_grad_left"),
    ("predecir", "torch.softmax(red(X), dim=1)", "red(X)", "torch_softmax_missing"),
    ("predecir", "softmax(red(X), dim=1)", "softmax(red(X), dim=0)", "torch_softmax_axis"),
    (
        "predecir",
        WATCHED,
        WATCHED.splitlines()[2][4:] + "\n",
        "torch_eval_mode",
        "torch_grad_left",
    ),
    ("perdidaMulticlase", "(logits, etiquetas)", "(logits.softmax(1), etiquetas)", "torch_softmax_twice"),
    (
        "perdidaMulticlase",
        "nn.CrossEntropyLoss()",
        'nn.CrossEntropyLoss(reduction="sum")',
        "torch_sum_for_mean",
    ),
    ("perdidaMulticlase", "nn.CrossEntropyLoss()", "nn.NLLLoss()", "torch_softmax_missing"),
    ("perdidaBinaria", "torch.sigmoid(z)", "z", "torch_sigmoid_missing"),
    ("perdidaBinaria", "y.to(z.dtype)", "y", "torch_target_type"),
    ("perdidaBinaria", "nn.BCELoss()", "nn.BCEWithLogitsLoss()", "torch_sigmoid_twice"),
    ("perdidaRegresion", "y_est.squeeze(1)", "y_est", "torch_broadcast"),
    ("perdidaRegresion", "nn.MSELoss()", "nn.L1Loss()", "torch_other_loss"),
    ("entrenar", "        optimizador.zero_grad()\n", "", "torch_zero_grad"),
    ("entrenar", "perdida(red(X), y)", "perdida(red(X).softmax(1), y)", "torch_softmax_twice"),
    ("entrenar", "        optimizador.step()\n", "", "torch_not_moved"),
    ("entrenar", "append(costo.item())", "append(perdida(red(X), y).item())", "torch_loss_after"),
    ("entrenar", "range(epocas)", "range(epocas - 1)", "torch_epochs"),
    ("entrenar", "lr=lr", "lr=0.01", "torch_wrong"),
    (
        "entrenar",
        LOOP,
        LOOP.replace("        optimizador.zero_grad()\n", "").replace(
            "costo.item()", "perdida(red(X), y).item()"
        ),
        "torch_zero_grad",
        "torch_loss_after",
    ),
    ("descenderConMomentum", "(1 - beta) * theta.grad", "theta.grad", "torch_momentum_plain"),
    ("descenderConMomentum", '                self.state[theta]["m"] = m\n', "", "torch_momentum_forgotten"),
    ("descenderConMomentum", "theta -= alfa * m", "theta += alfa * m", "torch_uphill"),
    ("descenderConMomentum", "theta -= alfa * m", "theta - alfa * m", "torch_not_moved"),
    ("descenderConMomentum", "theta -= alfa * m", "theta -= alfa * theta.grad", "torch_momentum_none"),
    ("descenderConMomentum", "torch.zeros_like(theta))", "theta.grad)", "torch_momentum_start"),
    ("descenderConMomentum", "beta * m + (1 - beta)", "(1 - beta) * m + beta", "torch_momentum_swapped"),
    ("elegirDispositivo", 'device("mps")', 'device("cpu")', "torch_device"),
    ("elegirDispositivo", "torch.cuda.is_available()", "False", "torch_device"),
    ("elegirDispositivo", 'torch.device("cpu")', 'torch.device("cuda")', "torch_device"),
    ("metricasPorLotes", METRICS, AVERAGED, "torch_mean_of_batches"),
    ("metricasPorLotes", 'average="micro"', 'average="macro"', "torch_average"),
    (
        "metricasPorLotes",
        'F1Score(num_classes=clases, average="macro")',
        'F1Score(num_classes=clases, average="micro")',
        "torch_average",
    ),
    (
        "metricasPorLotes",
        "return exactitud.compute().item(), f1",
        "exactitud, f1 = f1, exactitud; return exactitud.compute().item(), f1",
        "torch_order",
    ),
)
RIGHT = (
    ("tresPreguntas", "return hoja, imagenes, videos", "return [hoja, imagenes, videos]"),
    ("sumarSesgo", "Z + b[:, None]", "(Z.T + b).T"),
    ("sumarSesgo", "Z + b[:, None]", "Z + b.reshape(-1, 1)"),
    ("canalesAlFinal", ".permute(0, 2, 3, 1)", ".movedim(1, -1).contiguous()"),
    ("ventanas", "return torch.stack", "return serie.unfold(0, largo, 1).transpose(1, 2); torch.stack"),
    ("derivadaAMano", "s + x * s * (1 - s)", "s * (1 + x * (1 - s))"),
    (
        "derivadaAutograd",
        "    f(x).sum().backward()\n    return x.grad",
        "    return torch.autograd.grad(f(x).sum(), x)[0]",
    ),
    ("derivadaAutograd", "f(x).sum().backward()", "f(x).backward(torch.ones_like(x))"),
    (
        "crearRed",
        "return RedDensa(entradas",
        "return nn.Sequential(nn.Linear(entradas, ocultas), nn.Tanh(), nn.Linear(ocultas, salidas)); RedDensa(entradas",
    ),
    (
        "crearRed",
        "self.salida = nn.Linear(ocultas, salidas)",
        "self.g = nn.Tanh(); self.salida = nn.Linear(ocultas, salidas)",
    ),
    ("activaciones", "return nn.ReLU()(z)", "return torch.clamp(z, min=0)"),
    ("activaciones", "nn.Softmax(dim=1)(z)", "nn.functional.softmax(z, dim=-1)"),
    (
        "crearConvolucional",
        LAYERS,
        LAYERS.replace("nn.ReLU(),\n        nn.MaxPool2d(2)", "nn.MaxPool2d(2),\n        nn.ReLU()"),
    ),
    ("predecir", "torch.no_grad()", "torch.inference_mode()"),
    ("predecir", "torch.softmax(red(X), dim=1)", "nn.Softmax(dim=-1)(red(X))"),
    ("perdidaMulticlase", "nn.CrossEntropyLoss()(logits", "nn.functional.cross_entropy(logits"),
    ("perdidaMulticlase", "nn.CrossEntropyLoss()(logits", "nn.NLLLoss()(logits.log_softmax(1)"),
    ("perdidaBinaria", "nn.BCELoss()(torch.sigmoid(z)", "nn.BCEWithLogitsLoss()(z"),
    ("perdidaBinaria", "y.to(z.dtype)", "y.float()"),
    ("perdidaRegresion", "(y_est.squeeze(1), y)", "(y_est, y[:, None])"),
    ("perdidaRegresion", "return nn", "return ((y_est.flatten() - y) ** 2).mean().item(); nn"),
    ("entrenar", "append(costo.item())", "append(costo)"),
    ("entrenar", "optimizador.zero_grad()\n        costo", "red.zero_grad(); red.train()\n        costo"),
    ("descenderConMomentum", "theta -= alfa * m", "theta.sub_(m, alpha=alfa)"),
    ("descenderConMomentum", "theta -= alfa * m", "theta.copy_(theta - alfa * m)"),
    ("elegirDispositivo", 'torch.device("cuda")', 'torch.device("cuda:0")'),
    ("metricasPorLotes", "compute().item(), f1.compute().item()", "compute(), f1.compute()"),
    (
        "metricasPorLotes",
        METRICS,
        "    z, y = (torch.cat(piezas) for piezas in zip(*lotes))\n    return [exactitud(z, y), f1(z, y)]\n",
    ),
)
