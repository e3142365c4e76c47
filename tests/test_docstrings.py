"""Every public name explains itself, in one order, with an example that runs."""

import dataclasses
import doctest
import importlib
import inspect
import pkgutil
import re

import pytest

import gradiente
from gradiente import averages, course, initializers, layers, losses, optimizers, pytorch, schedules
from gradiente.pytorch import optim

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(gradiente.__path__, "gradiente.")
    if not name.endswith("__main__")
]
PUBLIC = {
    f"{prefix}{name}": value
    for prefix, module in (
        ("", gradiente),
        ("course.", course),
        ("data.", gradiente.data),
        ("pytorch.", pytorch),
        ("pytorch.optim.", optim),
    )
    for name in dir(module)
    if not name.startswith("_")
    and (value := getattr(module, name)) is not None
    and callable(value)
    and value.__module__.startswith(module.__name__)
    and not inspect.isabstract(value)
}
SECTIONS = ["Equation", "Derivative", "Arguments", "Shapes", "Errors", ">>>", "Source"]


def concrete(registry):
    return {value for value in registry.values() if not inspect.isabstract(value)}


WITH_DERIVATIVE = concrete(layers.REGISTRY) | concrete(losses.REGISTRY)
WITH_EQUATION = (
    WITH_DERIVATIVE
    | concrete(optimizers.REGISTRY)
    | concrete(schedules.REGISTRY)
    | concrete(initializers.REGISTRY)
    | concrete(averages.REGISTRY)
)
FORMULAS = {f"{kind.__module__.removeprefix('gradiente.')}.{kind.__name__}": kind for kind in WITH_EQUATION}


def has(kind, section):
    doc = inspect.getdoc(kind) or ""
    return bool(re.search(rf"^{section}" if section == ">>>" else rf"^{section}:", doc, re.MULTILINE))


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_a_public_name_says_in_one_line_what_it_is(name):
    doc = PUBLIC[name].__doc__
    assert doc, f"{name} has no docstring"
    lines = inspect.cleandoc(doc).splitlines()
    assert lines[0].strip()
    assert len(lines) == 1 or lines[1] == "", f"{name}: one line, then an empty one"
    # dataclasses write a signature where no docstring stands
    assert not lines[0].startswith(f"{name.split('.')[-1]}(")


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_a_formula_has_its_sections(name):
    kind = FORMULAS[name]
    wanted = ["Equation", ">>>", "Source", *(["Derivative"] if kind in WITH_DERIVATIVE else [])]
    wanted += ["Arguments"] if dataclasses.fields(kind) else []
    wanted += ["Shapes"] if kind in WITH_DERIVATIVE else []
    assert not [section for section in wanted if not has(kind, section)]


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_sections_stand_in_one_order(name):
    doc = inspect.getdoc(FORMULAS[name]) or ""
    found = re.findall(rf"^({'|'.join(SECTIONS)})", doc, re.MULTILINE)
    places = [SECTIONS.index(section) for section in found]
    assert places == sorted(places)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_every_argument_is_explained(name):
    doc = inspect.getdoc(FORMULAS[name]) or ""
    explained = {
        word.strip()
        for line in re.findall(r"^    ([a-zA-Z_0-9, ]+):", doc, re.MULTILINE)
        for word in line.split(",")
    }
    fields = {field.name for field in dataclasses.fields(FORMULAS[name])}
    assert fields == explained & fields


@pytest.mark.parametrize("name", ["Network", "gradcheck", "data.load"])
def test_the_other_rooms_have_their_example(name):
    assert has(PUBLIC[name], ">>>")


def test_every_module_says_what_it_is_or_holds_one_name_that_does():
    silent = []
    for name in MODULES:
        module = importlib.import_module(name)
        own = [
            value
            for key, value in vars(module).items()
            if not key.startswith("_") and getattr(value, "__module__", None) == name and callable(value)
        ]
        if not module.__doc__ and not any(value.__doc__ for value in own):
            silent.append(name)
    assert not silent


@pytest.mark.parametrize("name", ["gradiente", *MODULES])
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
