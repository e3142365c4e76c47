"""A quantity of any layer: its name in the lecture, and its formula as a layout writes it."""

from gradiente.checker.reference.formulas import plain
from gradiente.checker.rules.activations import ACTIVATIONS
from gradiente.checker.rules.dataflow import Step
from gradiente.checker.rules.wrong_forms import meant
from gradiente.layers import Softmax

# W A, ∂J/∂W and ∂J/∂A, by whether instances are columns and whether W is (out, in).
PRODUCTS = {
    (True, True): ("W[{l}] {A}", "{dZ} {A}ᵀ", "W[{up}]ᵀ {above}"),
    (True, False): ("W[{l}]ᵀ {A}", "{A} {dZ}ᵀ", "W[{up}] {above}"),
    (False, False): ("{A} W[{l}]", "{A}ᵀ {dZ}", "{above} W[{up}]ᵀ"),
    (False, True): ("{A} W[{l}]ᵀ", "{dZ}ᵀ {A}", "{above} W[{up}]"),
}


def label(quantity: str) -> str:
    """The lecture's name of a quantity.

    >>> label("dW2"), label("Z1"), label("Y"), label("J")
    ('∂J/∂W[2]', 'Z[1]', 'y', 'J')
    """
    if quantity == "Y":
        return "y"
    letter, layer = quantity.lstrip("d")[:1], quantity.lstrip("d")[1:]
    bare = f"{letter}[{layer}]" if layer else letter
    return f"∂J/∂{bare}" if quantity.startswith("d") else bare


def parameter(gradient: str) -> str:
    """W[2] of dW2."""
    return label(gradient[1:])


def layer_formula(
    step: Step, quantity: str, *, columns: bool, out_in: bool, mean: bool = False, penalty: bool = False
) -> str:
    """What is right; "" for what has no formula of a layer.

    Arguments:
        columns: whether instances are columns
        out_in: whether W is (out, in)
        mean: of ∂J/∂W and ∂J/∂b, with the 1/m of the mean in sight
        penalty: of ∂J/∂W, with the derivative of λ/2 · ΣW²
    """
    if not quantity[-1:].isdigit():
        return ""
    kind, number = quantity[:-1], int(quantity[-1])
    layer, last = step.layers[number - 1], number == len(step.layers)
    given = f"A[{number - 1}]" if number > 1 else "X"
    product, gradient, above = (
        words.format(
            A=given, l=number, dZ=label(f"dZ{number}"), above=label(f"dZ{number + 1}"), up=number + 1
        )
        for words in PRODUCTS[columns, out_in]
    )
    slope = f" ⊙ g′(Z[{number}])" if layer.activation else ""
    error = f"1/m · (A[{number}] − Y)" + (slope if step.loss == "squared_error" else "")
    right = {
        "Z": product + (f" + b[{number}]" if layer.b is not None else ""),
        "A": _activated(meant(layer.activation), number),
        "dW": gradient + (f" + λ W[{number}]" if penalty else ""),
        "db": f"Σᵢ {label(f'dZ{number}')}",
        "dA": above,
        "dZ": error if last else f"{label(f'dA{number}')}{slope}",
    }.get(kind, "")
    if mean and kind in ("dW", "db"):
        right = f"1/m · {right.replace('∂J', '∂L')}"
    return f"{label(quantity)} = {right}" if right else ""


def _activated(name: str, number: int) -> str:
    """max(0, Z), Z = Z[1]; of softmax one instance, whichever axis the instances have."""
    if not name:
        return f"g(Z[{number}])"
    equation = ACTIVATIONS[name].equation
    if name == "softmax":
        equation = Softmax.equation.replace("_{ij}", "").replace("_{ik}", "_{k}")
    return f"{plain(equation).partition('=')[2].strip()}, Z = Z[{number}]"
