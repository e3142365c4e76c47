"""What every command shares: lazy loading, help in the reader's language, output as JSON."""

import importlib
import sys
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Any

import click

from gradiente.cli.encoding import is_unicode
from gradiente.cli.kinds import Choice
from gradiente.errors import did_you_mean
from gradiente.locale import LANGUAGES, text
from gradiente.storage import json_text

COMMANDS = (
    "train",
    "lr-find",
    "evaluate",
    "predict",
    "diagnose",
    "export",
    "compare",
    "data",
    "gradcheck",
    "explain",
    "parity",
    "workshop",
    "exercise",
    "check",
    "grade",
    "autograder",
    "lab",
    "bench",
    "doctor",
)


def asked_language(arguments: Sequence[str]) -> str | None:
    """The language given by --lang, found before any command is loaded, because its help must be in that language."""
    for argument, following in zip_longest(arguments, arguments[1:], fillvalue=""):
        name, _, value = argument.partition("=")
        if name == "--lang" and (code := value or following) in LANGUAGES:
            return code
    return None


class Command(click.Command):
    """A command whose help is in the reader's language."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # click's own words for them are English
        extra = super().parse_args(ctx, args)
        if extra:
            raise click.UsageError(text("cli.extra", arguments=" ".join(extra)), ctx)
        return extra

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = [
            piece.replace("[OPTIONS]", text("cli.options_piece")) for piece in self.collect_usage_pieces(ctx)
        ]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=f"{text('cli.usage')}: ")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_explanation(formatter, f"cli.{self.name}", example=True)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _write_options(self, ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _translated_help(super().get_help_option(ctx))


class LazyGroup(click.Group):
    """Commands by name; the module of a command is imported only when it is used, and its `command()` called.

    Arguments:
        inside: the name of the parent command; by default gradiente itself
        names: of the commands; the module of `gradiente data show` is gradiente.cli.data_show, of `lr-find` lr_find
    """

    def __init__(self, inside: str = "", names: Sequence[str] = COMMANDS) -> None:
        super().__init__(inside or "gradiente", invoke_without_command=True, callback=_help_without_command)
        self.inside = (inside,) if inside else ()
        self.names = names

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.names:
            raise click.UsageError(
                text("cli.no_command", name=cmd_name, hint=did_you_mean(cmd_name, self.names))
            )
        module = "_".join((*self.inside, cmd_name)).replace("-", "_")
        return importlib.import_module(f"gradiente.cli.{module}").command()

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        version = [] if self.inside else [_version_option()]
        return [*super().get_params(ctx), *version, language_option()]

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        usage = f"{text('cli.options_piece')} {text('cli.command_piece')}"
        formatter.write_usage(ctx.command_path, usage, prefix=f"{text('cli.usage')}: ")
        key = ".".join(("cli", *self.inside))
        _write_explanation(formatter, key if self.inside else "cli.group", example=bool(self.inside))
        with formatter.section(text("cli.commands")):
            formatter.write_dl([(name, text(f"{key}.{name}")) for name in self.names])
        _write_options(self, ctx, formatter)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _translated_help(super().get_help_option(ctx))


def _help_without_command() -> None:
    ctx = click.get_current_context()
    if ctx.invoked_subcommand is None:
        say(ctx.get_help(), err=True)
        sys.exit(2)


def language_option() -> click.Option:
    """--lang, whose value `asked_language` has read already."""
    return click.Option(
        ["--lang"], type=Choice(LANGUAGES), expose_value=False, help=text("cli.lang"), is_eager=True
    )


def _write_explanation(formatter: click.HelpFormatter, key: str, *, example: bool) -> None:
    formatter.write_paragraph()
    with formatter.indentation():
        formatter.write_text(text(key))
    if example:
        formatter.write_paragraph()
        with formatter.section(text("cli.example")), formatter.indentation():
            formatter.write_text("\b\n" + text(f"{key}.example"))


def _write_options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    options = [parameter for parameter in command.get_params(ctx) if isinstance(parameter, click.Option)]
    with formatter.section(text("cli.options")):
        formatter.write_dl([record for option in options if (record := option.get_help_record(ctx))])


def _translated_help(option: click.Option | None) -> click.Option | None:
    def show(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if asked:
            say(ctx.get_help())
            ctx.exit()

    if option is not None:
        option.help, option.callback = text("cli.help"), show
    return option


def _version_option() -> click.Option:
    def show(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
        if asked:
            from importlib.metadata import version

            say(f"gradiente {version('gradiente')}")
            ctx.exit()

    return click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=show,
        help=text("cli.version"),
    )


def command(
    name: str, parameters: Callable[[], Sequence[click.Parameter]], callback: Callable[..., int | None]
) -> Callable[[], Command]:
    """A function that builds a command with those parameters and --lang, in the language in use when it is called.

    Arguments:
        name: as in the keys of its messages: "train", or "data.show" for `gradiente data show`
        parameters: makes the options and arguments, whose help is text
        callback: does the work; may return the exit status
    """
    return lambda: Command(name, params=[*parameters(), language_option()], callback=callback)


def option(name: str, key: str, **settings: Any) -> click.Option:
    """An option whose help is the message `key`."""
    return click.Option([name], help=text(key), **settings)


def exercise_option(key: str) -> click.Option:
    """--exercise: a teacher's own exercise; its help is the message `key`."""
    return click.Option(["--exercise", "exercise_file"], help=text(key), metavar=text("cli.metavar.exercise"))


def json_option() -> click.Option:
    """--json: the result as JSON to standard output, everything else to standard error."""
    return click.Option(["--json", "as_json"], is_flag=True, help=text("cli.json"))


def say(message: str, *, err: bool = False) -> None:
    """Print on standard output or error; left to choose, click would print UTF-8 on a stream of ASCII."""
    click.echo(message, file=sys.stderr if err else sys.stdout)


def print_json(value: Any) -> None:
    """Print one JSON value to standard output, in ASCII if that is not Unicode."""
    say(json_text(value, indent=2, ascii_only=not is_unicode()))


def usage_message(error: click.UsageError) -> str:
    """A usage error, and the command that shows the help."""
    message = _translated(error)
    if error.ctx is None:
        return message
    return f"{message}\n{text('cli.try_help', command=error.ctx.command_path)}"


def _translated(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        known = error.ctx.command.get_params(error.ctx) if error.ctx else []
        known = [name for option in known if isinstance(option, click.Option) for name in option.opts]
        return text("cli.no_option", name=error.option_name, hint=did_you_mean(error.option_name, known))
    if isinstance(error, click.BadParameter):
        name = (
            error.param.get_error_hint(error.ctx)
            if error.param is not None and error.ctx
            else error.param_hint
        )
        if isinstance(error, click.MissingParameter):
            return text("cli.missing", name=name)
        return text("cli.bad_value", name=name, reason=error.message)
    if isinstance(error, click.BadOptionUsage):
        # click says "requires an argument" of the one and "does not take a value" of the other.
        needed = "requires" in error.message
        return text("cli.needs_value" if needed else "cli.takes_no_value", name=error.option_name)
    return error.message
