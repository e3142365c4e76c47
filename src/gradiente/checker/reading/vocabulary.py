"""The usual names of a network's quantities, options and functions, in the languages that students write in."""

import re

# What an argument stands for, by its name; the first that matches counts.
ARGUMENTS: tuple[tuple[str, str], ...] = (
    ("pairs", r"training_data|mini_?batch|dataset|pairs|pares|datos_entrenamiento"),
    ("skip", r"[xyt]_?(val|test|dev|valid)\w*|(val|test|dev|valid\w*|eval\w*)_?(x|y|data|set|labels)?\w*"),
    (
        "X",
        r"x|xs|xb|x_?(train|batch|data|in|tr)\w*|(train|tr)_?x|inputs?(_?(data|s|layer|list))?|entradas?|entrees?|eingabe\w*",
    ),
    (
        "X",
        r"data|datos|dados|features|train(ing)?|train(ing)?_(set_)?inputs?|a_?0|imagen(es)?|images?|ejemplos?|samples?|train_(set|data)|entrada\w*",
    ),
    (
        "Y",
        r"y|ys|yb|t|d|[yt]_?(train|batch|data|true|real|hat_true|tr|oh|one_?hot)\w*|(train|tr)_?y|labels?|targets?(_list)?|outputs?",
    ),
    (
        "Y",
        r"etiquetas?|salidas?|saidas?|esperad[oa]s?|deseada|expected\w*|train(ing)?_(set_)?(outputs?|targets?)|one_?hot(_y)?|train_labels|sorties?|objetivos?|alvos?|ziel\w*",
    ),
    (
        "lr",
        r"lr|alpha|alfa|eta|learning_?rate|learn_?rate|l_?rate|rate|tasa\w*|taxa\w*|step_?size|ritmo\w*|lernrate|pas|taux",
    ),
    (
        "epochs",
        r"(number_of|num|n)_?training_iterations|number_of_(iterations|epochs)|n?_?epochs?|epocas?|épocas?|(num|n|max)?_?iter(ation)?s?|iteraciones|(num|n|max)_?(iterations?|epochs?|epocas)|steps|iters|epochen|epoques|ciclos|vueltas|repeticiones|pasadas",
    ),
    ("batch", r"(mini_?)?batch(_?size)?|bs|tam(a[nñ]o)?_?(lote|batch)\w*|lote"),
    (
        "sizes",
        r"tama[nñ]os|tailles|groessen|tamanhos|layers?(_?(dims?|sizes?|nodes|units))?|sizes|dims|arquitectura|architecture|capas|camadas|topolog\w*|structure|estructura|neuronas_por_capa|nodes",
    ),
    (
        "n",
        r"n_?x|n_?in(puts?)?|input(_?(size|dim|nodes|n(eurons)?|units|layer|features|shape))?|num_?(inputs?|features)|n_?(entradas?|features|input)|entradas?|nin|n_?i|in_?(features|dim|size)|d_?in|(tam|dim)_?entrada|inputs?_?(number|count)|d",
    ),
    (
        "k",
        r"n_?y|n_?out(puts?)?|output(_?(size|dim|nodes|n(eurons)?|units|layer))?|num_?(outputs?|classes)|n_?(salidas?|saidas?|classes|clases|output)|salidas?|saidas?|nout|n_?o|out_?(features|dim|size)|d_?out|(tam|dim)_?salida|classes|clases|k|c",
    ),
    (
        "h",
        r"n_?h\d?|n_?hid(den)?\w*|hidden(_?(size|dim|nodes|n(eurons)?|units|layers?|layer_size))?\d?|num_?hidden\w*|n_?ocult[ao]s?|ocult[ao]s?|escondidas?|h\d?|n_?neur\w*|neuronas?(_ocultas)?|units|d_?h|(tam|dim)_?(oculta|hidden)|nhid|verborgen",
    ),
    ("reg", r"reg(_?(strength|lambda))?|lambda_?|lambd|lamb|lam|l2(_?reg)?|weight_?decay|regulariza\w*"),
    ("flag", r"print\w*|verbose|show\w*|plot\w*|display|mostrar|imprimir|debug|graficar|log_?every|every"),
    ("seed", r"seed|semilla|random_?state|rng_?seed"),
    ("m", r"m|n_?(samples|examples|ejemplos)|num_?(samples|examples)|batch_?m"),
)
FUNCTIONS = {
    "train": r"fit|train(?!ing_data)\w*|entren\w*|trein\w*|sgd|gradient_?descent\w*|desc\w*|(\w+_)?model|learn"
    r"|aprend\w*|optimi[sz]e|ajust\w*|entraine\w*|lern\w*|trainier\w*|run",
    "update": r"update\w*|actualiz\w*|atualiz\w*|step|apply_?grad\w*|optimi[sz]er_?step|paso\w*|aktualis\w*"
    r"|mise_?a_?jour\w*|\w*_?updates?|\w*_?update_?(weights|params)",
    "backward": r"back\w*|retro\w*|(nn|compute|calc\w*|get|calcula\w*)_?grad\w*|\w*atras"
    r"|grad(ient)?(e?s|\w*)|bwd|rueckw\w*|\w*_?backward\w*|\w*arriere|bp",
    "forward": r"(feed_?)?forward\w*|feed\w*|fwd|propag\w*|\w*adelante|directa|think|predict\w*|prediz\w*|predec\w*"
    r"|activ(ate|ar)|calcul\w*|vorw\w*|fp|salida|evalua\w*|\w*avant",
    "cost": r"cost\w*|loss\w*|perdida|pérdida|error|mse|\w*entropy|\w*entropia|perda|j|objective|\w*fehler|kosten",
    "init": r"init\w*|inici\w*|create\w*|crear\w*|build\w*|make\w*|params|pesos|weights|get_?(params|weights)|criar\w*",
}
_ARGUMENTS = [
    (meaning, re.compile(f"(self\\.)?_?(?:{words})_?", re.IGNORECASE)) for meaning, words in ARGUMENTS
]
_FUNCTIONS = {kind: re.compile(f"_*(?:{words})", re.IGNORECASE) for kind, words in FUNCTIONS.items()}


def meanings(name: str) -> list[str]:
    """What an argument of that name may stand for, the likeliest first.

    >>> meanings("learning_rate"), meanings("X_train"), meanings("input")
    (['lr'], ['X'], ['X', 'n'])
    """
    found = [meaning for meaning, pattern in _ARGUMENTS if pattern.fullmatch(name)]
    return list(dict.fromkeys(found))


def kind_of(name: str) -> str | None:
    """What a function of that name does; None where the name does not say it.

    >>> kind_of("backward_prop"), kind_of("entrenar"), kind_of("helper")
    ('backward', 'train', None)
    """
    return next((kind for kind, pattern in _FUNCTIONS.items() if pattern.fullmatch(name)), None)
