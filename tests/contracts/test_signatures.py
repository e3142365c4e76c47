"""Layers and losses take PyTorch's arguments: its names, its order by position, its defaults."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest
import torch

from gradiente import ArgumentError, layers, losses
from gradiente.examples import layer_examples, loss_examples
from gradiente.notation import parse

KINDS: dict[str, Any] = {
    name: kind
    for registry in (layers.REGISTRY, losses.REGISTRY)
    for name, kind in registry.items()
    if hasattr(torch.nn, name)
}
ELSEWHERE = {"device", "dtype"}  # of the network, and of the engine
DEPRECATED = {"size_average", "reduce", "min_value", "max_value"}  # by PyTorch
WITHOUT_EFFECT = {"inplace", "norm_type"}  # the latter is of max_norm
# Where our default is another one than PyTorch's, and why.
DEFAULTS = {
    ("Softmax", "dim"): "None lets PyTorch choose an axis, with a warning",
    ("LogSoftmax", "dim"): "None lets PyTorch choose an axis, with a warning",
}


def arguments(kind: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The arguments that count, by name, in order."""
    return {
        name: parameter
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and not name.startswith("_")
        and name not in ELSEWHERE
    }


def differences(name: str) -> list[str]:
    ours, theirs = arguments(KINDS[name]), arguments(getattr(torch.nn, name))
    found = [f"no {option}" for option in theirs if option not in ours and option not in DEPRECATED]
    found += [f"{option} is not PyTorch's" for option in ours if option not in theirs]
    orders = [
        [option for option, entry in own.items() if entry.kind is not entry.KEYWORD_ONLY]
        for own in (ours, {option: theirs[option] for option in theirs if option not in DEPRECATED})
    ]
    if orders[0] != orders[1]:
        found.append(f"by position {orders[0]}, not {orders[1]}")
    found += [
        f"{option}={ours[option].default}, not {entry.default}"
        for option, entry in theirs.items()
        if option in ours and (name, option) not in DEFAULTS and ours[option].default != entry.default
    ]
    return found


@pytest.mark.parametrize("name", KINDS)
def test_arguments_are_those_of_pytorch(name):
    assert not differences(name)


@pytest.mark.parametrize("name", KINDS)
def test_an_option_that_is_not_here_is_taken_at_its_default_only(name):
    """What is no field changes nothing, and another value is refused by its name where it would."""
    kind, theirs = KINDS[name], arguments(getattr(torch.nn, name))
    if name in layers.REGISTRY:
        made = parse(layer_examples(name, layers.REGISTRY[name])[0][0], layers.REGISTRY)
    else:
        made = parse(loss_examples(name, losses.REGISTRY[name])[0][0], losses.REGISTRY)
    own = {field.name: getattr(made, field.name) for field in fields(made)}
    absent = [option for option in arguments(kind) if option not in own and option in theirs]
    assert kind(**own, **{option: theirs[option].default for option in absent}) == made
    for option in absent:
        if option in WITHOUT_EFFECT:
            assert kind(**own, **{option: True}) == made
        else:
            with pytest.raises(ArgumentError, match=option):
                kind(**own, **{option: "another value"})


def test_the_tables_name_what_there_is():
    for name, option in DEFAULTS:
        assert arguments(KINDS[name])[option].default != arguments(getattr(torch.nn, name))[option].default
