"""An exercise: a network, its loss, and how the functions of a file are called; as a TOML file."""

import ast
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from gradiente.checker.exercises.arithmetic import evaluated
from gradiente.checker.exercises.network import ExerciseNetwork
from gradiente.checker.exercises.pattern import names_in
from gradiente.checker.exercises.problem import Problem, random_problem
from gradiente.checker.workshop import Workshop
from gradiente.errors import ArgumentError, did_you_mean, require
from gradiente.losses import REGISTRY as LOSSES
from gradiente.notation import write
from gradiente.storage import read_toml

ROLES = ("forward", "cost", "gradients", "update", "loop", "minibatch")  # in the order of judging
LOOPS, HELPERS = ("loop", "minibatch"), "helpers"
KEYS = (
    "partial",
    "points",
    "title",
    "network",
    "loss",
    "scale",
    "l2",
    "layout",
    "sizes",
    "signature",
    "biases",
    *ROLES,
    HELPERS,
    "object",
    "set",
)
LAYOUTS, SIZES = ("free", "rows", "columns"), ("free", "fixed")
SIGNATURES, BIASES = ("fixed", "free"), ("random", "zero")
OBJECT, FILE = "net", "file"  # in calls: the object that `make` makes, the student's file
BUILTIN = ("len", "list", "tuple", "dict", "zip", "range", "True", "False", "None", "np")
M, SEED = 7, 1


@dataclass(frozen=True)
class Role:
    """What one function of the file does.

    Arguments:
        kind: of ROLES, or "helpers"
        call: the expression that calls it; "" for a loop that may stand anywhere in the file
        gives: the pattern of what it returns; "" where it returns nothing that is checked
        returned: the names in the `return` of the student's function, where it has them
    """

    kind: str
    call: str
    gives: str = ""
    returned: tuple[str, ...] | None = None

    @cached_property
    def call_tree(self) -> ast.expr:
        return _expression(self.call)

    @cached_property
    def pattern(self) -> ast.expr | None:
        return _expression(self.gives) if self.gives else None

    @property
    def is_anywhere(self) -> bool:
        """Whether no call is said: the file trains in whatever functions it has, or in none."""
        return not self.call

    @property
    def needed(self) -> list[str]:
        """The names in the call."""
        return [] if self.is_anywhere else names_in(self.call_tree)

    @property
    def function(self) -> str:
        """The name of the function that is called: `backward_prop`, `net.loss`; of a loop anywhere `loop`."""
        if self.is_anywhere:
            return self.kind
        called = self.call_tree
        return ast.unparse(called.func) if isinstance(called, ast.Call) else ast.unparse(called)


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Arguments:
        name: of its file, without the ending
        network: its layers and loss
        roles: what is checked, in this order
        title: for readers; "" is the name
        scale: J is this times the loss, a formula of m, n and k
        l2: λ in J + λ/2 Σ W², a formula too
        layout: "rows" or "columns": what every instance is; "free" leaves it to the student
        sizes: "fixed": those of the network; "free": small ones of the checker
        signature: "free": a student's function may take its arguments and give its results in another order, if their
            names tell it, and the classes of Y by their numbers
        biases: "zero": b = 0 in every layer; else random ones
        networks, scales: those from which the student chooses; () is `network`, `scale` alone
        make: the expression that makes the object; "" where there is none
        attributes: expressions by the attribute that each is given before a call, and has after it
        globals: expressions by the variable of the file that each is given before a call
    """

    name: str
    network: ExerciseNetwork
    roles: Sequence[Role]
    title: str = ""
    scale: str = "1"
    l2: str = "0"
    layout: str = "free"
    sizes: str = "free"
    signature: str = "fixed"
    biases: str = "random"
    networks: Sequence[ExerciseNetwork] = ()
    scales: Sequence[str] = ()
    make: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    globals: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | Path) -> "Exercise":
        """The exercise of a TOML file.

        Errors: FileError where there is none or it is no TOML; ArgumentError for what is in it
        """
        values = read_toml(path)
        _require_known(path, values, KEYS)
        require(isinstance(values.get("loss"), str), "exercise.needs", path=path, key="loss")
        written, scales = (
            _one_or_more(path, values, "network", ()),
            _one_or_more(path, values, "scale", ("1",)),
        )
        networks = [ExerciseNetwork.parse(network, values["loss"]) for network in written]
        roles = list(_roles(path, values))
        require(bool(roles), "exercise.no_role", path=path, roles=", ".join(ROLES))
        made = _table(path, values, "object", ("make", "attributes"))
        require("make" in made or "object" not in values, "exercise.needs", path=path, key="object.make")
        exercise = cls(
            Path(path).stem,
            networks[0],
            roles,
            _text(path, values, "title", ""),
            scales[0],
            str(values.get("l2", 0)),
            _choice(path, values, "layout", LAYOUTS),
            _choice(path, values, "sizes", SIZES),
            _choice(path, values, "signature", SIGNATURES),
            _choice(path, values, "biases", BIASES),
            networks if len(networks) > 1 else (),
            scales if len(scales) > 1 else (),
            made.get("make", ""),
            _assignments(path, made.get("attributes", "")),
            _table(path, values, "set", None),
        )
        for scale in scales:
            _parsed(path, "scale", scale)
        _parsed(path, "l2", exercise.l2)
        _check_names(path, exercise)
        return exercise

    def problem(self, seed: int = SEED, m: int = M) -> Problem:
        """A random step of the network.

        Errors: ArgumentError for a scale that is no formula
        """
        network = self.network.free() if self.sizes == "free" else self.network
        scale, l2 = self.factors(network, m)
        return random_problem(network, m, seed, scale=scale, l2=l2, zero_biases=self.biases == "zero")

    def factors(self, network: ExerciseNetwork, m: int) -> tuple[float, float]:
        """`scale` and `l2` of a batch of m instances.

        Errors: ArgumentError for what is no formula of m, n and k, or not positive
        """
        known = {"m": m, "n": network.sizes[0], "k": network.sizes[-1]}
        scale, l2 = (evaluated(words, known) for words in (self.scale, self.l2))
        if scale is None or not 0 < scale < math.inf:
            raise ArgumentError("exercise.formula", key="scale", value=self.scale, range="(0, ∞)")
        if l2 is None or not 0 <= l2 < math.inf:
            raise ArgumentError("exercise.formula", key="l2", value=self.l2, range="[0, ∞)")
        return scale, l2

    @property
    def functions(self) -> dict[str, tuple[str, ...]]:
        """The functions that are judged, each with the names in its call."""
        return {self.label(role): tuple(role.needed) for role in self.roles}

    @property
    def judged_in(self) -> set[str] | None:
        """The names of these functions; None where the whole file is judged."""
        return None if any(role.is_anywhere for role in self.roles) else set(self.functions)

    @property
    def workshop(self) -> Workshop:
        """What a class is graded by."""
        return Workshop(self.name, self.functions, own_title=self.title or self.name)

    def label(self, role: Role) -> str:
        """The function's name for a reader: `TwoLayerNet.loss` for `net.loss`."""
        if not self.make or not role.function.startswith(f"{OBJECT}."):
            return role.function
        made = _expression(self.make)
        owner = ast.unparse(made.func if isinstance(made, ast.Call) else made)
        return f"{owner}.{role.function.removeprefix(f'{OBJECT}.')}"

    def toml(self, title: str = "") -> str:
        """As a file that `read` reads.

        Arguments:
            title: the one to write; "" writes its own
        """
        title = title or self.title
        lines = [f"title = {_quoted(title)}"] if title else []
        lines += [f"network = {_list([one.notation() for one in self.networks or [self.network]])}"]
        lines += [f"loss = {_quoted(write(self.network.loss, LOSSES, brief=True))}"]
        scales = self.scales or [self.scale]
        lines += [f"scale = {_list(scales)}"] if list(scales) != ["1"] else []
        lines += [f"l2 = {_quoted(self.l2)}"] if self.l2 != "0" else []
        lines += [f"layout = {_quoted(self.layout)}", f"sizes = {_quoted(self.sizes)}"]
        lines += [f"signature = {_quoted(self.signature)}"] if self.signature != "fixed" else []
        lines += [f"biases = {_quoted(self.biases)}"] if self.biases != "random" else []
        if self.make:
            lines += ["", "[object]", f"make = {_quoted(self.make)}"]
            written = "; ".join(f"{name} = {value}" for name, value in self.attributes.items())
            lines += [f"attributes = {_quoted(written)}"] if written else []
        for role in self.roles:
            name = f"{HELPERS}.{role.function}" if role.kind == HELPERS else role.kind
            lines += ["", f"[{name}]", *([] if role.is_anywhere else [f"call = {_quoted(role.call)}"])]
            lines += [f"gives = {_quoted(role.gives)}"] if role.gives else []
        if self.globals:
            lines += ["", "[set]", *(f"{name} = {_quoted(value)}" for name, value in self.globals.items())]
        return "".join(f"{line}\n" for line in lines)


def _roles(path: str | Path, values: Mapping[str, Any]) -> Iterator[Role]:
    helpers = values.get(HELPERS, {})
    require(isinstance(helpers, dict), "exercise.table", path=path, key=HELPERS)
    for name in helpers:
        yield _role(path, HELPERS, _table(path, helpers, name, ("call", "gives")), f"{HELPERS}.{name}")
    for kind in ROLES:
        if kind in values:
            yield _role(path, kind, _table(path, values, kind, ("call", "gives")), kind)


def _role(path: str | Path, kind: str, table: Mapping[str, str], key: str) -> Role:
    if kind == "loop" and not table:
        return Role(kind, "")
    require("call" in table, "exercise.needs", path=path, key=f"{key}.call")
    for word in ("call", "gives"):
        if word in table:
            _parsed(path, f"{key}.{word}", table[word])
    role = Role(kind, table["call"], table.get("gives", ""))
    require(
        isinstance(role.call_tree, ast.Call),
        "exercise.no_call",
        path=path,
        key=f"{key}.call",
        value=role.call,
    )
    if kind in (HELPERS, "cost"):
        require(bool(role.gives), "exercise.needs", path=path, key=f"{key}.gives")
    return role


def _check_names(path: str | Path, exercise: Exercise) -> None:
    """Every name in the file is one of the network's quantities, where it has to be one."""
    known = exercise.problem().names
    entries = [("object.make", exercise.make, True)] if exercise.make else []
    entries += [(f"object.attributes.{name}", value, True) for name, value in exercise.attributes.items()]
    entries += [(f"set.{name}", value, True) for name, value in exercise.globals.items()]
    for role in exercise.roles:
        entries += [] if role.is_anywhere else [(f"{role.kind}.call", role.call, True)]
        entries += [(f"{role.kind}.gives", role.gives, False)] if role.gives else []
    allowed = {*known, *BUILTIN, FILE, *((OBJECT,) if exercise.make else ())}
    for key, source, calls in entries:
        tree = _parsed(path, key, source)
        called = {
            node.func.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        for name in names_in(tree):
            if name == "_" or name in allowed or (calls and name in called):
                continue
            hint = did_you_mean(name, known)
            raise ArgumentError("exercise.quantity", path=path, key=key, name=name, hint=hint)


def _require_known(path: str | Path, values: Mapping[str, Any], keys: Sequence[str]) -> None:
    for key in values:
        if key not in keys:
            raise ArgumentError("exercise.key", path=path, key=key, hint=did_you_mean(key, keys))


def _table(
    path: str | Path, values: Mapping[str, Any], key: str, known: Sequence[str] | None
) -> dict[str, str]:
    table = values.get(key, {})
    require(isinstance(table, dict), "exercise.table", path=path, key=key)
    if known is not None:
        _require_known(path, table, known)
    for name, value in table.items():
        require(isinstance(value, str), "exercise.text", path=path, key=f"{key}.{name}", value=repr(value))
        if known is None:
            _parsed(path, f"{key}.{name}", value)
    return table


def _assignments(path: str | Path, source: str) -> dict[str, str]:
    """`params = {'W1': W1}; lr = lr` as expressions by their names."""
    found = {}
    try:
        statements = ast.parse(source.strip()).body
    except (SyntaxError, ValueError):
        raise ArgumentError("exercise.syntax", path=path, key="object.attributes", value=source) from None
    for node in statements:
        target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if not isinstance(node, ast.Assign) or not isinstance(target, ast.Name):
            raise ArgumentError("exercise.syntax", path=path, key="object.attributes", value=source)
        found[target.id] = ast.unparse(node.value)
    return found


def _parsed(path: str | Path, key: str, source: str) -> ast.expr:
    try:
        return _expression(source)
    except (SyntaxError, ValueError):
        raise ArgumentError("exercise.syntax", path=path, key=key, value=source) from None


def _expression(source: str) -> ast.expr:
    return ast.parse(source.strip(), mode="eval").body


def _text(path: str | Path, values: Mapping[str, Any], key: str, default: str) -> str:
    value = values.get(key, default)
    require(isinstance(value, str), "exercise.text", path=path, key=key, value=repr(value))
    return value


def _choice(path: str | Path, values: Mapping[str, Any], key: str, choices: Sequence[str]) -> str:
    value = values.get(key, choices[0])
    require(
        value in choices, "exercise.choice", path=path, key=key, choices=", ".join(choices), value=repr(value)
    )
    return value


def _one_or_more(
    path: str | Path, values: Mapping[str, Any], key: str, default: Sequence[str]
) -> Sequence[str]:
    """A text or number, or a list of them."""
    value = values.get(key, default)
    entries = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    known = [str(entry) for entry in entries if isinstance(entry, str | int | float)]
    require(len(known) == len(entries) > 0, "exercise.needs", path=path, key=key)
    return known


def _list(entries: Sequence[str]) -> str:
    """One text, or a list of several."""
    quoted = [_quoted(entry) for entry in entries]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)
