"""The workshops: their names, and the functions a student writes in each, with the lecture's signatures."""

from collections.abc import Mapping
from dataclasses import dataclass

from gradiente.errors import ArgumentError, did_you_mean
from gradiente.locale import text


@dataclass(frozen=True)
class Workshop:
    """One workshop.

    Arguments:
        name: as on the command line
        functions: the parameters of every function that is checked, by its name, in the order of checking
        optional: functions that a student may leave out: helpers that the file brings along
        own_title: of a teacher's own exercise
    """

    name: str
    functions: Mapping[str, tuple[str, ...]]
    optional: tuple[str, ...] = ()
    own_title: str = ""

    @property
    def title(self) -> str:
        return self.own_title or text(f"workshop.{self.name}.title")


_MODEL = ("J", "w1", "b1", "w2", "b2", "dw1", "db1", "dw2", "db2", "lam")
_LOOP = ("lr", "X", "y", "w1", "b1", "w2", "b2", "a1", "a2")

WORKSHOPS: dict[str, Workshop] = {
    workshop.name: workshop
    for workshop in (
        Workshop(
            "xor",
            {"backProp": ("X", "y", "w1", "w2", "b1", "b2", "a2", "a1"), "entrenarRed": ("epocas", *_LOOP)},
        ),
        Workshop(
            "mnist",
            {
                "softmax": ("z",),
                "tanh": ("z",),
                "tanhGrad": ("z",),
                "relu": ("z",),
                "reluGrad": ("z",),
                "initParams": (),
                "costoGlobal": ("y_est", "y"),
                "feedForward": ("X", "w1", "b1", "w2", "b2"),
                "backProp": ("X", "y", "w1", "b1", "w2", "b2", "a1", "a2"),
                "entrenarRed": ("epocas", *_LOOP),
                "entrenarRedMiniBatch": ("epocas", "batch_size", *_LOOP),
            },
        ),
        Workshop(
            "optimizadores",
            {
                "nesterov": ("theta", "M", "gradiente", "alfa", "beta"),
                "adagrad": ("theta", "g", "S", "alfa", "eps"),
                "adadelta": ("theta", "g", "S", "alfa", "beta", "eps"),
                "rmsprop": ("theta", "g", "S", "alfa", "beta", "eps"),
                "adam": ("theta", "g", "estado", "alfa", "beta1", "beta2", "eps"),
                "adamCorregido": ("theta", "g", "estado", "t", "alfa", "beta1", "beta2", "eps"),
                "degradacionInversa": ("alfa0", "k", "t"),
                "degradacionExponencial": ("alfa0", "gamma", "t"),
                "degradacionEscalonada": ("alfa0", "gamma", "s", "t"),
                "detencionTemprana": ("costos", "paciencia"),
                "regularizacionL1": _MODEL,
                "regularizacionL2": _MODEL,
                "dropout": ("a", "p", "entrenando"),
            },
        ),
        Workshop(
            "pytorch-intro",
            {
                "tresPreguntas": ("m", "frames", "alto", "ancho"),
                "sumarSesgo": ("Z", "b"),
                "canalesAlFinal": ("imagenes",),
                "ventanas": ("serie", "largo"),
                "derivadaAMano": ("x",),
                "derivadaAutograd": ("x",),
                "crearRed": ("entradas", "ocultas", "salidas"),
                "activaciones": ("z",),
                "crearConvolucional": ("canales", "clases"),
                "predecir": ("red", "X"),
                "perdidaMulticlase": ("logits", "etiquetas"),
                "perdidaBinaria": ("z", "y"),
                "perdidaRegresion": ("y_est", "y"),
                "entrenar": ("red", "X", "y", "epocas", "lr"),
                "descenderConMomentum": ("theta", "c", "alfa", "beta", "pasos"),
                "elegirDispositivo": (),
                "metricasPorLotes": ("lotes", "clases"),
            },
        ),
        Workshop(
            "mnist-pytorch",
            {
                "crearRed": (),
                "exactitud": ("red", "X", "y"),
                "entrenar": ("red", "optimizador", "X", "y", "epocas", "batch_size"),
                "feedForward": ("X", "w1", "b1", "w2", "b2"),
                "backProp": ("X", "y", "w1", "b1", "w2", "b2", "a1", "a2"),
                "desdeNumpy": ("w1", "b1", "w2", "b2"),
                "gradientes": ("red", "X", "y"),
            },
        ),
    )
}


def workshop_named(name: str, known: Mapping[str, Workshop] = WORKSHOPS) -> Workshop:
    """The workshop of that name.

    Errors: ArgumentError for another name
    """
    if name not in known:
        raise ArgumentError("workshop.unknown", name=name, hint=did_you_mean(name, known))
    return known[name]
