"""What the corpus is made of: a student's file as text, how it lays out its numbers, and what is wrong in it."""

from dataclasses import dataclass, field

Edit = tuple[str, str]


@dataclass(frozen=True)
class Form:
    """How a right solution writes what the workshop leaves open.

    Arguments:
        rows: X is (m, n), one instance a row; otherwise (n, m)
        in_out: w1 is (in, out); otherwise (out, in)
        bias: the shape of a bias: flat (n,), row (1, n) or column (n, 1)
        labels: "output": like a2 (one-hot in mnist); "flat": xor's (m,); "integer": mnist's digits (m,)
        mean: the gradients are averaged over the instances, otherwise summed
        mean_cost: the same of costoGlobal
        hidden: the activation of the hidden layer
        negative: backProp returns −∂J/∂θ, and the training adds it
        gives: the order of backProp's results, where they are no dictionary
        trains: the order of the first results of the loops
        biases: the loops change the biases; xor has b = 0 and may leave them
    """

    rows: bool = False
    in_out: bool = False
    bias: str = "column"
    labels: str = "output"
    mean: bool = True
    mean_cost: bool = True
    hidden: str = "sigmoid"
    negative: bool = False
    gives: tuple[str, ...] = ("dw1", "db1", "dw2", "db2")
    trains: tuple[str, ...] = ("w1", "b1", "w2", "b2")
    biases: bool = True


@dataclass(frozen=True)
class Case:
    """One student's file.

    Arguments:
        name: unique in the corpus
        workshop: "xor" or "mnist"
        source: the file
        keys: the mistakes in it, the first one first; empty for right code
        style: the base solution that it was made from
        form: how it lays out its numbers
    """

    name: str
    workshop: str
    source: str
    keys: tuple[str, ...]
    style: str
    form: Form = field(repr=False)


def edited(source: str, *edits: Edit) -> str:
    """The text with every edit applied, each to the one place where its old text stands.

    Errors: ValueError for a text that is not there, or there more than once
    """
    for old, new in edits:
        if (count := source.count(old)) != 1:
            raise ValueError(f"an edit applies to one place, and this text stands in {count}: {old!r}")
        source = source.replace(old, new)
    return source


@dataclass(frozen=True)
class Style:
    """A complete right solution, from which the others are made by small edits."""

    name: str
    workshop: str
    form: Form
    source: str

    def variant(self, detail: str, *edits: Edit, form: Form | None = None) -> Case:
        """Another right solution."""
        return self._case(detail, edits, (), form or self.form)

    def rewritten(self, detail: str, source: str) -> Case:
        """The same solution as another text: what no edit of one place can do."""
        return Case(f"{self.workshop}-{self.name}-{detail}", self.workshop, source, (), self.name, self.form)

    def planted(self, key: str, *edits: Edit, detail: str = "", form: Form | None = None) -> Case:
        """The solution with one mistake; the detail tells it from others of the same key."""
        return self._case(f"{key}-{detail}" if detail else key, edits, (key,), form or self.form)

    def planted_twice(self, first: str, second: str, *edits: Edit) -> Case:
        """The solution with two mistakes that have nothing to do with each other."""
        return self._case(f"{first}+{second}", edits, (first, second), self.form)

    def _case(self, detail: str, edits: tuple[Edit, ...], keys: tuple[str, ...], form: Form) -> Case:
        name = f"{self.workshop}-{self.name}-{detail}"
        return Case(name, self.workshop, edited(self.source, *edits), keys, self.name, form)
