"""The LaTeX of a concept in the names of a step: Z = X Wᵀ + b as Z[2] = A[1] W[2]ᵀ + b[2]."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from gradiente.layers import Layer
from gradiente.losses import Loss
from gradiente.trace.naming import GREEK

# A symbol is not part of a command or of a word, and may be followed by sub- and superscripts.
_SCRIPT = r"(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+|[A-Za-z]|\d)"
_SCRIPTS = re.compile(rf"\s*([_^])({_SCRIPT})")


def renamed(latex: str, names: Mapping[str, str]) -> str:
    r"""The LaTeX with the symbols of the textbook replaced by the names of quantities.

    Arguments:
        names: of every symbol the quantity, "W[2]" or "dZ[2]"

    >>> renamed(r"Z = X W^{\top} + b", {"Z": "Z[2]", "X": "A[1]", "W": "W[2]", "b": "b[2]"})
    'Z^{[2]} = A^{[1]} W^{[2]\\top} + b^{[2]}'
    >>> renamed(r"\delta \odot (1 - A^{2})", {r"\delta": "dA[1]", "A": "A[1]"})
    '\\frac{\\partial J}{\\partial A^{[1]}} \\odot (1 - \\left(A^{[1]}\\right)^{2})'
    """
    if not names:
        return latex
    symbols = "|".join(re.escape(symbol) for symbol in sorted(names, key=len, reverse=True))
    pattern = re.compile(rf"(?<![A-Za-z\\])({symbols})(?![A-Za-z])")
    written, end = [], 0
    for match in pattern.finditer(latex):
        if match.start() < end:
            continue
        scripts, stop = _scripts(latex, match.end())
        written += [latex[end : match.start()], latex_name(names[match[1]], **scripts)]
        end = stop
    return "".join([*written, latex[end:]])


def latex_name(name: str, sub: str = "", power: str = "") -> str:
    r"""The LaTeX of a quantity's name, with a subscript and a power or a transposition.

    >>> latex_name("W[1]"), latex_name("m(W[1])"), latex_name("b[2]⁺")
    ('W^{[1]}', 'm(W^{[1]})', 'b^{[2]+}')
    >>> latex_name("dZ[1]", sub="i")
    '\\frac{\\partial J}{\\partial Z^{[1]}_{i}}'
    """
    if name.startswith("d") and len(name) > 1:
        inner = latex_name(name[1:], sub)
        fraction = rf"\frac{{\partial J}}{{\partial {inner}}}"
        return rf"\left({fraction}\right)^{{{power}}}" if power else fraction
    below = f"_{{{sub}}}" if sub else ""
    if name.endswith(")"):
        slot, _, parameter = name[:-1].partition("(")
        before = "^{-}" if slot.endswith("⁻") else ""
        slot = slot.removesuffix("⁻")
        return f"{GREEK.get(slot, slot)}{before}({latex_name(parameter)}){below}"
    letter, bracket, rest = name.partition("[")
    symbol = GREEK.get(letter, letter if len(letter) == 1 else rf"\mathrm{{{letter}}}")
    above = rest.replace("]", "").replace("⁺", "")
    above = f"[{above}]" if bracket else ""
    above += "+" if name.endswith("⁺") else ""
    if power == r"\top":
        above += power
        power = ""
    base = f"{symbol}^{{{above}}}{below}" if above else f"{symbol}{below}"
    if not power:
        return base
    return rf"\left({base}\right)^{{{power}}}" if above else f"{base}^{{{power}}}"


def layer_symbols(layer: Layer, x: str, y: str, parameters: Mapping[str, str]) -> dict[str, str]:
    """The symbols of a layer's formulas, and the quantities that they are here."""
    known = {"x": x, "y": y, **parameters}
    names = {symbol: known[key] for key, symbol in layer.symbols.items() if key in known}
    return {**names, r"\delta": f"d{y}"}


def symbols_in(latex: str, symbols: Sequence[str]) -> list[str]:
    """Those of the symbols that occur in the LaTeX."""
    return [s for s in symbols if re.search(rf"(?<![A-Za-z\\]){re.escape(s)}(?![A-Za-z])", latex)]


def right_side(latex: str) -> str:
    """What an equation's left side is: all behind the first = that is not inside brackets."""
    return _sides(latex)[-1] if latex else ""


def mean_of(loss: Loss, target: np.ndarray, *, weights: bool) -> str:
    """1/m where the mean is over the m rows, 1/(m k) where it is over all numbers …; nothing for a sum.

    Arguments:
        weights: whether the instances have weights: 1/Σ w
    """
    return rf"\frac{{1}}{{{loss.count_with(target, weights=weights)}}}" if loss.averages else ""


def cost_formula(equation: str, mean: str, total: str, each: str, *, weights: bool) -> str:
    """The whole loss, from the LaTeX of one term of its sum, "L = …".

    Arguments:
        total, each: what the whole and one term are called
        weights: whether the instances have weights
    """
    one = equation.replace("L = ", f"{each} = ", 1)
    summed = rf"w_{{i}} {each}_{{i}}" if weights else each
    return rf"{total} = {mean} \sum {summed}, \quad {one}".replace("  ", " ") if one else ""


def gradient_formula(left: str, steps: str, mean: str) -> str:
    r"""∂J/∂prediction, from the LaTeX of the derivative of one term: every step of it with its 1/m.

    >>> gradient_formula(r"\frac{\partial J}{\partial Z}", r"\frac{\partial L}{\partial Z} = a - y", r"\frac{1}{m}")
    '\\frac{\\partial J}{\\partial Z} = \\frac{1}{m} \\left( a - y \\right)'
    """
    if not steps:
        return ""
    return " = ".join([left, *(_times(mean, step) for step in _sides(steps)[1:])])


def canceled(chain: str, steps: str, mean: str) -> str:
    """A derivative behind which that of the loss cancels: the chain rule, and every step of the cancellation."""
    return " = ".join([chain, *(_times(mean, step) for step in _sides(steps))])


def _times(mean: str, step: str) -> str:
    if not mean:
        return step
    depth = 0
    for i, letter in enumerate(step):
        depth += (letter in "{([") - (letter in "})]")
        if depth == 0 and i and step[i - 1 : i + 2] in (" + ", " - "):
            return rf"{mean} \left( {step} \right)"
    return rf"{mean} \left( {step} \right)" if step.startswith("-") else f"{mean} {step}"


def _sides(latex: str) -> list[str]:
    """The sides of a chain of equations, split at every = that is not inside brackets."""
    sides, depth, start = [], 0, 0
    for i, letter in enumerate(latex):
        depth += (letter in "{([") - (letter in "})]")
        if letter == "=" and depth == 0 and latex[i - 1 : i + 2] == " = ":
            sides.append(latex[start : i - 1])
            start = i + 2
    return [*sides, latex[start:]]


def _scripts(latex: str, start: int) -> tuple[dict[str, str], int]:
    """The subscript and the power behind a symbol, and where they end."""
    found = dict[str, str]()
    while match := _SCRIPTS.match(latex, start):
        key = "sub" if match[1] == "_" else "power"
        if key in found:
            break
        found[key] = match[2][1:-1] if match[2].startswith("{") else match[2]
        start = match.end()
    return found, start
