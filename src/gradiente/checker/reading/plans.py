"""How to make a student's code train for a few steps: expressions over our data, made from the names in the file.

A plan is the source of a function `probe(X, Y)` that calls the student's code. It comes from the names of functions,
classes and arguments, and from what a function returns; whether it is right the observed numbers say.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gradiente.checker.reading.arguments import EPOCHS, NONE, VALUES, Callable_, Kinds, bound, callable_of
from gradiente.checker.reading.vocabulary import kind_of, meanings

USES_X = re.compile(r"=.*\bX\b")
HEAD = "def probe(X, Y, n, h, k):"


@dataclass(frozen=True)
class Plan:
    """A way to make the code train: the source of `probe`, and the names in the file that it calls."""

    source: str
    roles: Mapping[str, str] = field(default_factory=dict)


def plans(tree: ast.Module, kinds: Kinds = NONE) -> Iterator[Plan]:
    """The likeliest first: what trains as a whole, then one step made of its parts; functions, then classes.

    Arguments:
        kinds: what functions do, by their names, where that is known
    """
    functions = [callable_of(node, kinds) for node in tree.body if isinstance(node, ast.FunctionDef)]
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    names = _global_names(tree)
    sites = _call_sites(tree)
    made, known = _initialized(functions, names)
    for function in functions:
        site = sites.get(function.name)
        for first, given in ((HEAD, names), (f"{HEAD}{made}", known)) if made else ((HEAD, names),):
            calls = _train_calls(function, given, site)
            again = "return" if _repeats(function) else f"for _ in range({EPOCHS}):"
            yield from (
                Plan(f"{first}\n    {again} module.{function.name}({call})", {"train": function.name})
                for call in calls
                if USES_X.search(call)  # else its data are not ours
            )
            if calls:
                break
    for node in classes:
        yield from _of_class(node, names, sites, kinds)
    yield from _of_functions(functions, names)
    for node in classes:
        yield from _of_class(node, names, sites, kinds, own=_own_instance(tree, node.name))


def _repeats(function: Callable_) -> bool:
    """Whether a function that trains makes several steps by itself: it is told how many, or it counts them."""
    told = any(meanings(name)[:1] == ["epochs"] for name in (*function.needed, *function.optional))
    counted = [node for node in ast.walk(function.node) if isinstance(node, ast.For | ast.While)]
    return told or any(
        isinstance(node, ast.While)
        or re.match(r"range\(\d{2,}|range\([\w.]*epo", ast.unparse(node.iter), re.IGNORECASE)
        for node in counted
    )


def _initialized(functions: Sequence[Callable_], names: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Statements that call the functions which make the parameters, and the names that are known after them."""
    lines, known = "", dict(names)
    for function in functions:
        targets = [_target(value, "init", place) for place, value in enumerate(function.returned())]
        if function.kind == "init" and targets and (arguments := bound(function, known)) is not None:
            lines += f"\n    {', '.join(targets)} = module.{function.name}({arguments})"
            known |= {target: target for target in targets}
    return lines, known


def _train_calls(function: Callable_, known: Mapping[str, str], site: ast.Call | None) -> list[str]:
    """The arguments of a call that trains, if it is one, for every form that its data may have."""
    if function.kind != "train":
        return []
    given = [meanings(name)[:1] for name in (*function.needed, *function.optional)]
    placed = _by_place(function, known, given)
    alone = ["X"] in given and ["Y"] not in given and not placed
    forms = [{"X": VALUES["pairs"]}, {"X": VALUES["rows"]}, {}] if alone else [{}]
    calls = [bound(function, {**known, **placed}, site, {**VALUES, **form}) for form in forms]
    return [call for call in calls if call is not None]


def _by_place(
    function: Callable_, known: Mapping[str, str], given: Sequence[Sequence[str]]
) -> dict[str, str]:
    """The inputs and the targets where their names do not say it: the only parameters of which nothing is known."""
    unsaid = [name for name in function.needed if not meanings(name) and name not in known]
    missing = [meaning for meaning in ("X", "Y") if [meaning] not in given]
    return dict(zip(unsaid, missing, strict=True)) if len(unsaid) == len(missing) else {}


def may_train(source: str) -> bool:
    """Whether a program has a network to train: functions or classes named so, or a loop with products."""
    tree = ast.parse(source)
    names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    loops = any(isinstance(node, ast.For | ast.While) for node in ast.walk(tree))
    products = re.search(r"@|\bdot\b|matmul|einsum|outer", source) is not None
    return any(kind_of(name) in ("train", "backward") for name in names) or (loops and products)


def _own_instance(tree: ast.Module, name: str) -> str | None:
    """The network of a class as the file makes it: a call whose arguments are written out, else a global variable.

    The variable's network has been trained, or has diverged.
    """
    site = _call_sites(tree).get(name)
    given = [*site.args, *(word.value for word in site.keywords)] if site else []
    if site and given and all(_is_written_out(value) for value in given):
        return f"module.{ast.unparse(site)}"
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target, made = node.targets[0], node.value.func
            if isinstance(target, ast.Name) and isinstance(made, ast.Name) and made.id == name:
                return f"module.{target.id}"
    return None


def _is_written_out(value: ast.expr) -> bool:
    try:
        ast.literal_eval(value)
    except ValueError:
        return False
    return True


def _call_sites(tree: ast.Module) -> dict[str, ast.Call]:
    """The last call of every function, class and method outside of functions and classes, by its name."""
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            for call in ast.walk(node):
                if isinstance(call, ast.Call):
                    name = (
                        call.func.attr
                        if isinstance(call.func, ast.Attribute)
                        else getattr(call.func, "id", None)
                    )
                    if name:
                        found[name] = call
    return found


def _global_names(tree: ast.Module) -> dict[str, str]:
    """The variables at the top level that no meaning is known for, as expressions."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name) and not meanings(target.id):
                    found[target.id] = f"module.{target.id}"
        elif isinstance(node, ast.FunctionDef):
            found[node.name] = f"module.{node.name}"
    return found


def _of_class(
    node: ast.ClassDef,
    names: Mapping[str, str],
    sites: Mapping[str, ast.Call],
    kinds: Kinds,
    *,
    own: str | None = "",
) -> Iterator[Plan]:
    """What constructs the network of a class, and then trains it or calls its steps in turn.

    Arguments:
        own: the network as the file makes it; "" where it is made in the sizes of our data
    """
    methods = {
        one.name: callable_of(one, kinds, method=True)
        for one in node.body
        if isinstance(one, ast.FunctionDef)
    }
    init = methods.pop("__init__", None)
    arguments = bound(init, names, sites.get(node.name)) if init else ""
    if (arguments is None and not own) or own is None:
        return
    make = f"{HEAD}\n    net = {own or f'module.{node.name}({arguments})'}"
    by_kind: dict[str, list[Callable_]] = {}
    for method in methods.values():
        if method.kind and not method.name.startswith("__"):
            by_kind.setdefault(method.kind, []).append(method)
    for method in by_kind.get("train", []):
        for call in _train_calls(method, names, sites.get(method.name)):
            repeated = any(meanings(name)[:1] == ["epochs"] for name in (*method.needed, *method.optional))
            again = (
                "" if repeated or (init and "epochs" in (arguments or "")) else f"for _ in range({EPOCHS}): "
            )
            source = f"{make}\n    {again}net.{method.name}({call})\n    return net"
            yield Plan(source, {"train": f"{node.name}.{method.name}"})
            if again and USES_X.search(call):
                each = f"for _ in range({EPOCHS}):\n        for X, Y in zip(all_X, all_Y): "
                source = (
                    f"{make}\n    all_X, all_Y = X, Y\n    {each}net.{method.name}({call})\n    return net"
                )
                yield Plan(source, {"train": f"{node.name}.{method.name}"})
    yield from _turns(
        make, {f"net.{method.name}": method for kind in by_kind.values() for method in kind}, names, node.name
    )


def _of_functions(functions: Sequence[Callable_], names: Mapping[str, str]) -> Iterator[Plan]:
    usable = {f"module.{function.name}": function for function in functions if function.kind != "train"}
    yield from _turns(HEAD, usable, names, "")


def _turns(
    head: str, callables: Mapping[str, Callable_], names: Mapping[str, str], owner: str
) -> Iterator[Plan]:
    """One step after another, made of the functions in the order of a step; what one returns, the later ones get."""
    order = ("init", "forward", "cost", "backward", "update")
    by_kind = {kind: [(path, one) for path, one in callables.items() if one.kind == kind] for kind in order}
    if not by_kind["backward"] and not by_kind["update"]:
        return
    known = dict(names)
    lines, roles = [], {}
    for kind in order:
        for path, one in by_kind[kind]:
            arguments = bound(one, known)
            if arguments is None:
                continue
            targets = [_target(value, kind, place) for place, value in enumerate(one.returned())]
            known |= {target: target for target in targets}
            call = f"{path}({arguments})"
            if targets:
                call = f"{', '.join(targets)} = {call}"
            lines.append((kind, call))
            roles.setdefault(kind, f"{owner}.{one.name}".lstrip("."))
            break
    if "backward" not in roles and "update" not in roles:
        return
    once = [f"    {line}" for kind, line in lines if kind == "init"]
    steps = [f"        {line}" for kind, line in lines if kind != "init"]
    yield Plan("\n".join([head, *once, f"    for _ in range({EPOCHS}):", *steps]), roles)


def _target(value: ast.expr, kind: str, place: int) -> str:
    """The name under which a returned value is passed on: its own."""
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Attribute):
        return value.attr
    return f"{kind}_{place}"


def rivals(tree: ast.Module, plan: Plan) -> Iterator[tuple[str, str]]:
    """Other functions whose names say that they do what one of a plan's does: what it is, their name."""
    for kind in ("train", "backward", "update"):
        owner, _, used = plan.roles.get(kind, "").rpartition(".")
        bodies = [node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == owner]
        for node in bodies[0] if bodies else tree.body:
            if (
                used
                and isinstance(node, ast.FunctionDef)
                and node.name != used
                and kind_of(node.name) == kind
            ):
                yield kind, node.name


def unsaid(tree: ast.Module) -> tuple[str, str] | None:
    """A function that trains, or a constructor, and its parameter of which neither name nor call says what it is."""
    names, sites = _global_names(tree), _call_sites(tree)
    for owner in tree.body:
        inside = owner.body if isinstance(owner, ast.ClassDef) else [owner]
        for node in [one for one in inside if isinstance(one, ast.FunctionDef)]:
            name = owner.name if isinstance(owner, ast.ClassDef) and node.name == "__init__" else node.name
            if name not in sites and (node.name == "__init__" or kind_of(node.name) == "train"):
                needed = callable_of(node, method=node is not owner).needed
                unbound = [one for one in needed if bound(_only(node, one), names) is None]
                if unbound:
                    return name, unbound[0]
    return None


def _only(node: ast.FunctionDef, name: str) -> Callable_:
    """The function as if it had one parameter."""
    return Callable_(node.name, node, (name,), (), None)
