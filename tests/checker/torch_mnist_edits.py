"""The solution of mnist-pytorch with one place written otherwise: (function, old, new, mistakes …)."""

WATCHED = """    red.eval()
    with torch.no_grad():
        aciertos = red(X).argmax(dim=1) == y
    red.train(estaba_entrenando)
"""
BATCHES = """            optimizador.zero_grad()
            costo = perdida(red(X[lote]), y[lote])
            costo.backward()
            optimizador.step()
            suma += costo.item() * len(lote)
"""
MISTAKES = (
    ("crearRed", "nn.Tanh(), ", "", "torch_no_activation"),
    ("crearRed", "nn.Linear(512, 10))", "nn.Linear(512, 10), nn.Softmax(dim=1))", "torch_not_logits"),
    ("exactitud", "    red.eval()\n", "", "torch_eval_mode"),
    ("exactitud", "    red.train(estaba_entrenando)\n", "", "torch_mode_left"),
    ("exactitud", WATCHED, WATCHED.replace("with torch.no_grad()", "if True"), "torch_grad_left"),
    ("exactitud", "mean().item()", "mean().item() * 100", "torch_percent"),
    ("exactitud", "float().mean()", "float().sum()", "torch_count"),
    ("entrenar", "            optimizador.zero_grad()\n", "", "torch_zero_grad"),
    ("entrenar", "perdida(red(X[lote])", "perdida(red(X[lote]).softmax(1)", "torch_softmax_twice"),
    (
        "entrenar",
        "medias.append(suma / len(X))",
        "medias.append(suma / -(-len(X) // batch_size))",
        "torch_wrong",
    ),
    (
        "entrenar",
        "costo.item() * len(lote)\n        medias.append(suma / len(X))",
        "costo.item()\n        medias.append(suma / -(-len(X) // batch_size))",
        "torch_mean_of_batches",
    ),
    ("entrenar", "suma += costo.item() * len(lote)", "suma = costo.item() * len(X)", "torch_last_batch"),
    ("entrenar", "torch.randperm(len(X))", "torch.arange(len(X))", "torch_not_shuffled"),
    (
        "entrenar",
        "torch.randperm(len(X)).split",
        "torch.randperm(len(X))[:len(X) // batch_size * batch_size].split",
        "batch_lost",
    ),
    ("entrenar", "torch.randperm(len(X))", "torch.randint(len(X), (len(X),))", "batch_lost"),
    ("entrenar", "torch.randperm(len(X)).split(batch_size)", "[torch.randperm(len(X))] * 3", "batch_ignored"),
    ("entrenar", "split(batch_size)", "split(1)", "batch_size_wrong"),
    ("entrenar", "    perdida = nn.", "    X = X[torch.randperm(len(X))]\n    perdida = nn.", "pairs_broken"),
    (
        "entrenar",
        "    perdida = nn.",
        "    optimizador = torch.optim.SGD(red.parameters(), lr=0.1)\n    perdida = nn.",
        "torch_optimizer_unused",
    ),
    (
        "entrenar",
        BATCHES,
        BATCHES.replace("            optimizador.step()\n", "") + "        optimizador.step()\n",
        "torch_steps",
    ),
    ("feedForward", "z2 = w2 @ a1 + b2", "z2 = w2 @ a1", "bias_missing"),
    ("backProp", " * (1 - a1**2)", "", "derivative_missing"),
    ("desdeNumpy", "crearRed().double()", "crearRed()", "torch_dtype"),
    (
        "desdeNumpy",
        "parametro.copy_(torch.from_numpy(valor))",
        "parametro.set_(torch.from_numpy(valor))",
        "torch_shared",
    ),
    ("desdeNumpy", "parametro.copy_(", "parametro.add_(", "torch_wrong"),
    ("gradientes", "    red.zero_grad()\n", "", "torch_zero_grad"),
    ("gradientes", "CrossEntropyLoss()(red", 'CrossEntropyLoss(reduction="sum")(red', "torch_sum_for_mean"),
    ("gradientes", "(red(X), y)", "(red(X).softmax(1), y)", "torch_softmax_twice"),
    ("gradientes", "return dw1, db1[:, None], dw2, db2[:, None]", "return dw1, db1, dw2, db2", "torch_shape"),
)
RIGHT = (
    ("crearRed", "nn.Sequential(nn.Lin", "nn.Sequential(nn.Flatten(), nn.Lin"),
    ("exactitud", ".float().mean().item()", ".sum().item() / len(y)"),
    (
        "entrenar",
        "for lote in torch.randperm(len(X)).split(batch_size):",
        "orden = torch.randperm(len(X))\n"
        "        for i in range(0, len(X), batch_size):\n"
        "            lote = orden[i : i + batch_size]",
    ),
    (
        "entrenar",
        "        for lote in torch.randperm(len(X)).split(batch_size):\n" + BATCHES,
        "        datos = torch.utils.data.TensorDataset(X, y)\n"
        "        for entradas, lote in torch.utils.data.DataLoader(datos, batch_size=batch_size, shuffle=True):\n"
        + BATCHES.replace("X[lote]", "entradas").replace("y[lote]", "lote"),
    ),
    ("desdeNumpy", "torch.from_numpy(valor)", "torch.tensor(valor)"),
    ("gradientes", "red.zero_grad()", "red.zero_grad(set_to_none=False)"),
    (
        "gradientes",
        "return dw1, db1[:, None], dw2, db2[:, None]",
        "return dw1, dw2, db1.reshape(-1, 1), db2.reshape(-1, 1)",
    ),
)
