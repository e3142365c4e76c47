"""Right results under each other's names: a return in another order."""

from gradiente.checker.exercises.comparison import Compared, as_numbers
from gradiente.checker.exercises.named import Named, near
from gradiente.checker.reference.layer_formulas import label


def named_swapped(one: Compared) -> list[Named]:
    """The order in which right results come; none where they are not those of the role."""
    order = [_which(one, name) for name in one.names]
    known = [name for name in order if name is not None]
    if len(known) < len(order) or sorted(known) != sorted(one.names):
        return []
    return [Named("names_swapped", one.wrong[0], {"order": ", ".join(map(label, known))})]


def _which(one: Compared, name: str) -> str | None:
    """The quantity that stands under a name; itself where that is right."""
    found = as_numbers(one.got(0, name))
    candidates = [name, *(other for other in one.names if other != name)]
    return next((other for other in candidates if near(found, one.form(0, other))), None)
