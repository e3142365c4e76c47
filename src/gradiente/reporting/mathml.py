r"""The LaTeX of layers and losses as MathML, which browsers set without help.

It knows what those formulas use and no more: \frac, \hat, \operatorname, \begin{cases}, scripts, named
functions and the symbols below. Anything else gives None, and no formula is better than half a formula.
"""

import html
import re

from gradiente.reporting.html import Markup

_TOKEN = re.compile(r"\\\\|\\[A-Za-z]+|[0-9.]+|\S")
_IDENTIFIERS = {r"\delta": "δ", r"\sigma": "σ", r"\top": "⊤"} | {
    rf"\{name}": name for name in ("log", "max", "min", "exp", "tanh")
}
_OPERATORS = {
    r"\partial": "∂",
    r"\odot": "⊙",
    r"\cdot": "·",
    r"\leq": "≤",
    r"\geq": "≥",
    r"\sum": "∑",
    r"\left": "",
    r"\right": "",
    "-": "−",
}
_SPACES = {r"\quad": '<mspace width="1em"></mspace>'}


def mathml(latex: str) -> Markup | None:
    r"""The formula as a math element, or None where it uses what is not known here.

    >>> mathml(r"x_{1}")
    '<math><msub><mi>x</mi><mrow><mn>1</mn></mrow></msub></math>'
    >>> mathml(r"\unknown{x}") is None
    True
    """
    try:
        return Markup(f"<math>{_Reader(_TOKEN.findall(latex)).row()}</math>")
    except (KeyError, IndexError):
        return None


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0

    def next(self) -> str:
        self.position += 1
        return self.tokens[self.position - 1]

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def row(self, *ends: str) -> str:
        """Everything up to one of the ends, which stays unread."""
        parts = []
        while self.position < len(self.tokens) and self.peek() not in ends:
            parts.append(self.scripted())
        if ends and not self.peek():
            raise IndexError
        return "".join(parts)

    def scripted(self) -> str:
        """An atom with what stands below and above it."""
        over = self.peek() == r"\sum"
        atom = self.atom()
        scripts = {}
        while self.peek() in ("_", "^"):
            mark = self.next()
            scripts[mark] = self.atom()
        if not scripts:
            return atom
        kind = {"_": "under" if over else "sub", "^": "over" if over else "sup"}
        name = "m" + "".join(kind[mark] for mark in "_^" if mark in scripts)
        return f"<{name}>{atom}{''.join(scripts[mark] for mark in '_^' if mark in scripts)}</{name}>"

    def atom(self) -> str:
        token = self.next()
        if token == "{":
            return f"<mrow>{self.group()}</mrow>"
        if token == r"\frac":
            return f"<mfrac>{self.atom()}{self.atom()}</mfrac>"
        if token == r"\hat":
            return f"<mover>{self.atom()}<mo>^</mo></mover>"
        if token == r"\operatorname":
            return f"<mi>{re.sub('<[^>]*>', '', self.atom())}</mi>"
        if token == r"\begin":
            return self.cases()
        if token in _SPACES:
            return _SPACES[token]
        if token in _IDENTIFIERS:
            return f"<mi>{_IDENTIFIERS[token]}</mi>"
        if token in _OPERATORS:
            return f"<mo>{_OPERATORS[token]}</mo>" if _OPERATORS[token] else ""
        if token.startswith("\\"):
            raise KeyError(token)
        if token[0].isdigit():
            return f"<mn>{token}</mn>"
        if token.isalpha():
            return f"<mi>{token}</mi>"
        return f"<mo>{html.escape(token)}</mo>"

    def group(self) -> str:
        inside = self.row("}")
        self.next()
        return inside

    def cases(self) -> str:
        r"""{cases} a & b \\ c & d \end{cases}: the rows behind a brace."""
        self._environment()
        rows = []
        while True:
            cells = [self.row("&", r"\\", r"\end")]
            while self.peek() == "&":
                self.next()
                cells.append(self.row("&", r"\\", r"\end"))
            rows.append("<mtr>" + "".join(f"<mtd>{cell}</mtd>" for cell in cells) + "</mtr>")
            if self.next() == r"\end":
                self._environment()
                return f"<mrow><mo>{{</mo><mtable>{''.join(rows)}</mtable></mrow>"

    def _environment(self) -> None:
        name = ""
        while (token := self.next()) != "}":
            name += token.strip("{")
        if name != "cases":
            raise KeyError(name)
