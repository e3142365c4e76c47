"""How parameters move instead of by −α · ∂J/∂θ."""

from gradiente.checker.exercises.comparison import Compared
from gradiente.checker.exercises.gradients import misshapen, named_gradients
from gradiente.checker.exercises.named import Named, near
from gradiente.checker.reference.layer_formulas import label

STILL = 1e-12


def named_update(one: Compared) -> list[Named]:
    """Every way in which parameters move wrongly, with their names; of a whole step what its gradients are."""
    if one.whole_step:
        return named_gradients(one)
    kinds: dict[str, list[str]] = {}
    for name in one.wrong:
        kinds.setdefault(_key(one, name), []).append(name)
    return [_named(one, key, names) for key, names in kinds.items()]


def _named(one: Compared, key: str, names: list[str]) -> Named:
    if key == "bias_shape":
        return misshapen(one, names[0])
    return Named(key, names[0], {"names": ", ".join(map(label, names))})


def _key(one: Compared, name: str) -> str:
    problem, value = one.problems[0], one.canonical(0, name)
    before, gradient, rate = problem.values[name], problem.values[f"d{name}"], one.rate(0)
    if value is None:
        return "bias_shape"
    move = value - before
    if abs(move).max() <= STILL:
        return "not_updated"
    for key, factor in (("uphill", rate), ("lr_missing", -1.0), ("lr_twice", -(rate**2))):
        if near(move, factor * gradient):
            return key
    if near(value, -rate * gradient):
        return "update_assigned"
    others = [problem.values[f"d{other}"] for other in problem.values if other[0] in "Wb" and other != name]
    return "update_swapped" if any(near(move, -rate * other) for other in others) else "update_wrong"
