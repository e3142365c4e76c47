"""The types of values on the command line, each with its own error message."""

from typing import Any

import click

from gradiente.errors import did_you_mean
from gradiente.locale import text
from gradiente.plain import names_parameter


class Integer(click.ParamType):
    """A whole number."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(value)
        except ValueError:
            self.fail(text("cli.kind.integer", value=value), param, ctx)


class Number(click.ParamType):
    """A number."""

    name = "X"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            return float(value)
        except ValueError:
            self.fail(text("cli.kind.number", value=value), param, ctx)


class Integers(click.ParamType):
    """Whole numbers separated by commas; `none` for an empty list."""

    name = "N,N,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        if isinstance(value, list):
            return value
        if value.strip().casefold() == "none":
            return []
        try:
            return [int(piece) for piece in value.split(",")]
        except ValueError:
            self.fail(text("cli.kind.integers", value=value), param, ctx)


class LayerNumbers(click.ParamType):
    """Numbers by the index of a layer or by a parameter: "0: 0.1, -1: 2, 3.bias: 1"; `none` for an empty table."""

    name = "N: X, …"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float]:
        if isinstance(value, dict):
            return value
        if value.strip().casefold() == "none":
            return {}
        try:
            pairs = [tuple(map(str.strip, piece.split(":"))) for piece in value.split(",")]
            numbers = {
                place if names_parameter(place) else str(int(place)): float(number) for place, number in pairs
            }
        except ValueError:
            numbers, pairs = {}, []
        if len(numbers) != len(pairs) or not pairs:
            self.fail(text("cli.kind.layer_numbers", value=value), param, ctx)
        return numbers


class ClassWeights(click.ParamType):
    """A number for each class, by name: "no=1,yes=5"; or `balanced`."""

    name = "CLASS=X,…|balanced"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> dict[str, float] | str:
        if isinstance(value, dict) or value == "balanced":
            return value
        pairs = [piece.rpartition("=") for piece in value.split(",")]
        try:
            numbers = {name.strip(): float(number) for name, _, number in pairs}
        except ValueError:
            numbers = {}
        if len(numbers) != len(pairs) or "" in numbers:
            self.fail(text("cli.kind.class_weights", value=value), param, ctx)
        return numbers


class Choice(click.Choice):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            self.fail(
                text("cli.kind.choice", value=value, hint=did_you_mean(value, self.choices)), param, ctx
            )
        return value


class BatchSize(click.ParamType):
    """A whole number, or `all`."""

    name = "N|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        if value == "all":
            return "all"
        try:
            return int(value)
        except ValueError:
            self.fail(text("cli.kind.batch_size", value=value), param, ctx)


class ShareOrFile(click.ParamType):
    """A number, or the name of a file."""

    name = "X|FILE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:
        try:
            return float(value)
        except ValueError:
            return value


INTEGER, NUMBER, INTEGERS, BATCH_SIZE = Integer(), Number(), Integers(), BatchSize()
LAYER_NUMBERS, CLASS_WEIGHTS, SHARE_OR_FILE = LayerNumbers(), ClassWeights(), ShareOrFile()
