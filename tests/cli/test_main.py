import json
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module, metadata

import click
import pytest

from gradiente.cli.base import COMMANDS
from gradiente.locale import LANGUAGES, get_language, set_language, text

from .conftest import finish, gradiente, start

every_command = pytest.mark.parametrize("name", COMMANDS)
# What click says of itself in English, and would say to a reader of Spanish.
CLICK = re.compile(
    r"\b(usage|options?|arguments?|commands?|show|exit|file|default|required|missing|unexpected|no such"
    r"|invalid|must be|value|FILES?|DATA|RUN|TEXT|INTEGER|FLOAT)\b"
)


def options_of(name):
    command = import_module(f"gradiente.cli.{name.replace('-', '_')}").command()
    context = click.Context(command)
    return [p for p in command.get_params(context) if isinstance(p, click.Option)]


def without_names(words):
    """Words without what is written the same in every language: options, file names, commands in quotes."""
    return re.sub(r"--[\w-]+(=\S+)?|`[^`]*`|\S+\.\w+", "", words)


@every_command
@pytest.mark.parametrize("language", LANGUAGES)
def test_help_in_both_languages(name, language, monkeypatch):
    monkeypatch.setenv("GRADIENTE_LANG", language)
    answer = gradiente(name, "--help")
    assert (answer.status, answer.err) == (0, "")
    if language == "es":  # what a process gives that has given it in no other language
        assert finish(start(name, "--help")) == answer
    spoken = " ".join(answer.out.split())
    assert f"gradiente {name}" in spoken
    for option in options_of(name):
        assert all(way in spoken for way in (*option.opts, *option.secondary_opts))
    monkeypatch.setenv("GRADIENTE_LANG", language)
    for line in text(f"cli.{name}.example").splitlines():
        assert line in answer.out
    if language == "es":
        summary, listed = re.split(r"^Ejemplo:.*?^Opciones:", answer.out, flags=re.MULTILINE | re.DOTALL)
        assert not CLICK.findall(without_names(summary)), summary
        assert not re.findall(r"\b(Usage|Options|Show|[A-Z]*FILE|FOLDER|NAME|COLUMN)\b", listed)


@every_command
def test_every_option_says_what_it_does(name):
    for option in options_of(name):
        assert option.help, option.opts


@every_command
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_is_a_right_command_line(name, language, monkeypatch):
    monkeypatch.setenv("GRADIENTE_LANG", language)
    command = import_module(f"gradiente.cli.{name.replace('-', '_')}").command()
    for line in text(f"cli.{name}.example").splitlines():
        program, called, *arguments = shlex.split(line)
        assert (program, called) == ("gradiente", name)
        assert command.make_context(name, arguments) is not None


@pytest.mark.parametrize("place", [["--lang", "es", "doctor", "--help"], ["doctor", "--help", "--lang=es"]])
def test_the_language_may_be_asked_for_anywhere(place):
    answer = finish(start(*place))
    assert answer.status == 0
    assert "Muestra versiones" in answer.out
    assert "Opciones:" in answer.out


def test_the_language_of_a_command_ends_with_it():
    set_language("es")
    gradiente("doctor", "--help", "--lang", "en")
    assert get_language() == "es"


@pytest.mark.parametrize(
    ("arguments", "status", "encoding", "language"),
    [
        ("--help", 0, "ascii", "es"),
        ("train --help", 0, "latin-1", "es"),
        ("train --help", 0, "ascii", "en"),
        ("train xor --epochs 1 --run run", 0, "ascii", "es"),
        ("train xor --epochs 1 --run run", 0, "cp1252", "es"),
        ("explain xor", 0, "latin-1", "en"),
        ("explain xor", 0, "ascii", "es"),
        ("check wrong.py", 1, "cp1252", "es"),
        ("check wrong.py", 1, "ascii", "en"),
        ("train --epochs ✓", 2, "latin-1", "es"),
    ],
)
def test_any_encoding_can_be_printed(arguments, status, language, encoding, own_folder):
    (own_folder / "wrong.py").write_text("def backProp(X, y, w1, w2, b1, b2, a2, a1):\n    return X\n")
    answer = in_encoding(encoding, f"{arguments} --lang {language}")
    assert answer.returncode == status, answer.stderr
    assert b"Traceback" not in answer.stderr
    assert b"PYTHONIOENCODING" not in answer.stderr
    assert answer.stdout or status == 2


def test_json_is_json_in_any_encoding():
    in_unicode = in_encoding("utf-8", "explain xor --json --lang es")
    for encoding in ("ascii", "latin-1", "cp1252"):
        answer = in_encoding(encoding, "explain xor --json --lang es")
        assert json.loads(answer.stdout.decode(encoding)) == json.loads(in_unicode.stdout.decode())


def test_the_error_handler_that_the_user_prefers_stays():
    for handler, written in ((":replace", b"N,N,?"), (":backslashreplace", rb"N,N,\u2026"), ("", b"N,N,...")):
        assert written in in_encoding(f"latin-1{handler}", "train --help").stdout


def in_encoding(encoding, arguments):
    command = [sys.executable, "-m", "gradiente", *arguments.split()]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(command, env=environment, capture_output=True)


def test_without_a_command_it_says_which_there_are():
    for arguments, words in (([], "Commands:"), (["--lang", "es"], "Comandos:")):
        answer = gradiente(*arguments)
        assert (answer.status, answer.out) == (2, "")
        assert words in answer.err
        assert all(f"  {name} " in answer.err for name in COMMANDS)


def test_version():
    assert gradiente("--version").out == f"gradiente {metadata.version('gradiente')}\n"


def test_help_loads_nothing_heavy():
    program = (
        "import sys\nfrom gradiente.cli import main\nmain(['--help'])\n"
        "print(sorted({'torch', 'sklearn', 'scipy', 'matplotlib', 'PIL', 'llvmlite', 'rich'} & sys.modules.keys()))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


WRONG = [
    (
        "trian",
        "there is no command trian: did you mean train?",
        "no existe el comando trian: ¿quiso decir train?",
    ),
    ("--versoin", "there is no option --versoin: did you mean --version?", "¿quiso decir --version?"),
    ("train --epoch 3", "there is no option --epoch: did you mean --epochs?", "¿quiso decir --epochs?"),
    ("train --epochs", "--epochs needs a value", "--epochs necesita un valor"),
    ("train --json=yes", "--json takes no value", "--json no lleva valor"),
    ("train digits iris", "unexpected: iris", "sobra: iris"),
    (
        "train --epochs x",
        "'--epochs': expected a whole number, got 'x'",
        "se esperaba un número entero y llegó 'x'",
    ),
    ("train --lr x", "'--lr': expected a number, got 'x'", "se esperaba un número y llegó 'x'"),
    ("train --hidden 8,x", "128,64", "128,64"),
    ("train --batch-size most", "expected a whole number or all", "se esperaba un número entero o all"),
    ("evaluate", "is missing", "falta 'CORRIDA'"),
    ("predict somewhere", "is missing", "falta 'ARCHIVOS...'"),
    ("evaluate somewhere --part tset", "did you mean test?", "¿quiso decir test?"),
    ("doctor --lang fr", "'fr' is not one of the choices: known: en, es", "'fr' no es una de las opciones"),
]


@pytest.mark.parametrize(("line", "english", "spanish"), WRONG, ids=[line for line, _, _ in WRONG])
def test_a_wrong_command_line_is_answered_with_the_right_one(line, english, spanish, monkeypatch, own_folder):
    for language, words in (("es", spanish), ("en", english)):
        monkeypatch.setenv("GRADIENTE_LANG", language)
        answer = gradiente(*shlex.split(line))
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith("error: ")
        assert words in answer.err
        assert "Traceback" not in answer.err
        if language == "es":
            assert not CLICK.findall(without_names(answer.err.replace("error:", ""))), answer.err
    assert list(own_folder.iterdir()) == []


def test_what_is_printed_may_be_cut_off_by_the_reader():
    command = f"{shlex.quote(sys.executable)} -m gradiente train --help | head -1"
    ran = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("Usage: gradiente train")
    assert ran.stderr == ""


@pytest.mark.parametrize("words", ["CUDA out of memory. Tried", "DefaultCPUAllocator: can't allocate memory"])
def test_too_little_memory_for_pytorch_is_said_in_a_sentence(words, monkeypatch):
    def fail(*_):
        raise RuntimeError(words)

    monkeypatch.setattr("gradiente.cli.doctor.versions", fail)
    answer = gradiente("doctor", "--lang", "es")
    assert (answer.status, answer.err.splitlines()[-1][:27]) == (1, "error: no alcanza la memori")
    words = "anything else"
    with pytest.raises(RuntimeError):
        gradiente("doctor")


def test_too_little_memory_is_said_in_a_sentence():
    answer = gradiente("train", "--hidden", 10**11, "--no-report")
    assert answer.status == 1
    assert answer.err.startswith("error: not enough memory: ")
