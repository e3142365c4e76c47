"""The catalogue: the same keys in both languages, each of them used, each of them right."""

import ast
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from pathlib import Path
from string import Formatter
from threading import Barrier

import pytest

import gradiente
from gradiente import errors
from gradiente.locale import LANGUAGES, catalogue, get_language, language, set_language, text

SOURCE = Path(gradiente.__file__).parent
ERRORS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)
}
# Where a call has the key of a message: which argument it is, and what stands before it in the catalogue.
KEYED = {"text": (0, ""), "require": (1, "error."), **dict.fromkeys(ERRORS, (0, "error."))}

# What a page calls the measures of a run.
MEASURES = {"loss", "accuracy", "val_loss", "val_accuracy"}


@cache
def trees() -> dict[Path, ast.Module]:
    """Every file of the package, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))}


def places(message: str) -> set[str]:
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(message) if name is not None}


def calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """Every call with a constant key: where, the key, and the names of its values where they are plain."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYED):
                continue
            index, prefix = KEYED[node.func.id]
            if len(node.args) <= index or not isinstance(node.args[index], ast.Constant):
                continue
            key = node.args[index]
            assert isinstance(key, ast.Constant)
            words = {word.arg for word in node.keywords}
            values = None if None in words else {str(word) for word in words}
            yield f"{path.relative_to(SOURCE)}:{node.lineno}", f"{prefix}{key.value}", values


def used_keys() -> set[str]:
    """Keys that stand in the source as a text, and those that one of its f-strings can become."""
    found: set[str] = set()
    for path, tree in trees().items():
        nodes = list(ast.walk(tree))
        words = {
            node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        found |= words | {f"error.{word}" for word in words}
        if path.name == "errors.py":
            continue  # its f"error.{self.key}" can become every error
        for node in nodes:
            if isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in node.values
                )
                if re.match(r"[a-z_]+\\\.", pattern):
                    found |= {key for key in catalogue("en") if re.fullmatch(f"(error\\.)?{pattern}", key)}
    return found | used_by_pages()


def used_by_pages() -> set[str]:
    """Keys of the pages' modules: text("…"), what text(`….${…}`) can become, and the names of the settings."""
    modules = [path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("views/static/**/*.js"))]
    patterns = {
        re.escape(name) for module in modules for name in re.findall(r"""\btext\("([\w.]+)"\)""", module)
    }
    for template in {each for module in modules for each in re.findall(r"text\(`([^`]+)`\)", module)}:
        patterns.add(r"\w+".join(map(re.escape, re.split(r"\$\{[^}]*\}", template))))
    config = (SOURCE / "views/static/config.js").read_text(encoding="utf-8")
    settings = config[config.index("export const DEFAULTS") :].partition("\n};")[0]
    patterns |= set(re.findall(r"^  (\w+):", settings, re.MULTILINE))
    found = {f"lab.page.{name}" for name in MEASURES}
    whole = re.compile(rf"lab\.page\.({'|'.join(patterns)})")
    return found | {key for key in catalogue("en") if whole.fullmatch(key)}


def test_every_text_of_the_pages_is_in_the_catalogue():
    modules = [path.read_text(encoding="utf-8") for path in sorted(SOURCE.glob("views/static/**/*.js"))]
    names = {name for module in modules for name in re.findall(r"""\btext\("([\w.]+)"\)""", module)}
    assert not {name for name in names if f"lab.page.{name}" not in catalogue("en")}


def test_both_languages_have_the_same_keys_in_order():
    assert list(catalogue("en")) == sorted(catalogue("en"))
    assert list(catalogue("es")) == list(catalogue("en"))


@pytest.mark.parametrize("key", catalogue("en"))
def test_both_languages_have_the_same_places(key):
    assert places(catalogue("en")[key]) == places(catalogue("es")[key])


def test_every_key_of_the_source_is_in_the_catalogue():
    found = list(calls())
    assert found
    missing = [f"{place}: {key}" for place, key, _ in found if key not in catalogue("en")]
    assert not missing


def test_every_place_of_a_message_is_filled():
    unfilled = [
        f"{place}: {key} lacks {sorted(places(catalogue('en')[key]) - values)}"
        for place, key, values in calls()
        if values is not None and places(catalogue("en")[key]) - values
    ]
    assert not unfilled


def test_no_key_is_unused():
    assert not set(catalogue("en")) - used_keys()


@pytest.mark.parametrize(
    ("code", "count", "message"),
    [
        ("en", 1, "1 of 40 rows has a missing value and is left out"),
        ("en", "2", "2 of 40 rows have a missing value and are left out"),
        ("es", "1", "a 1 de 40 filas le falta un valor y se excluye"),
        ("es", 0, "a 0 de 40 filas les falta un valor y se excluyen"),
    ],
)
def test_words_follow_their_number(code, count, message):
    with language(code):
        assert text("csv.remark.dropped", count=count, rows=40) == message


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_word_that_follows_a_number_has_two_forms(code):
    for key, message in catalogue(code).items():
        for _, name, form, _ in Formatter().parse(message):
            assert not form or "|" not in form or (name and len(set(form.split("|"))) == 2), key


def test_texts_of_several_words_are_translated():
    """One or two words may be the same in both, as total; a command is."""

    def words(message):
        prose = re.sub(r"\{.*?\}|^(gradiente|pip) .*$", "", message, flags=re.MULTILINE)
        return re.findall(r"[^\W\d_]{3,}", prose)

    en, es = catalogue("en"), catalogue("es")
    assert not [key for key in en if en[key] == es[key] and len(words(en[key])) > 2]


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "es_CO.UTF-8"}, "es"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "es_ES"}, "es"),
        ({"LC_ALL": "en_GB", "LC_MESSAGES": "es_ES", "LANG": "es_ES"}, "en"),
        ({"GRADIENTE_LANG": "es", "LC_ALL": "en_GB"}, "es"),
        ({"GRADIENTE_LANG": "", "LC_ALL": "", "LANG": "ES"}, "es"),
    ],
)
def test_the_environment_chooses_the_language(monkeypatch, environment, expected):
    for name in ("GRADIENTE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert get_language() == expected


def test_the_choice_comes_before_the_environment(monkeypatch):
    monkeypatch.setenv("GRADIENTE_LANG", "es")
    set_language("en")
    assert text("summary.layer") == "layer"
    set_language(None)
    assert text("summary.layer") == "capa"


def test_a_block_has_a_language_of_its_own():
    set_language("en")
    with language("es"):
        assert text("summary.layer") == "capa"
        with language("en"):
            assert get_language() == "en"
        assert get_language() == "es"
    assert get_language() == "en"
    with pytest.raises(ZeroDivisionError), language("es"):
        raise ZeroDivisionError
    assert get_language() == "en"


def test_two_threads_speak_two_languages():
    def speak(code, _):
        set_language(code)
        together.wait()
        return {text("summary.layer") for _ in range(200)}

    set_language("es")
    together = Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(speak, ["en", "es"], range(2))) == [{"layer"}, {"capa"}]
        # A new thread follows the environment; in a copy of a context it has that context's language.
        assert ThreadPoolExecutor(1).submit(get_language).result() == "en"
        assert threads.submit(copy_context().run, get_language).result() == "es"


def test_no_text_is_computed_when_a_module_is_imported():
    """It would stay in the language of that moment."""

    def once(node: ast.AST) -> Iterator[ast.AST]:
        if isinstance(node, ast.Lambda):
            return
        children = ast.iter_child_nodes(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):  # only its defaults and decorators
            children = iter([node.args, *node.decorator_list])
        for child in children:
            yield child
            yield from once(child)

    speaking = {"text", "get_language", "option", "json_option", "language_option"}
    found = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path, tree in trees().items()
        for node in once(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in speaking
    ]
    assert not found


def test_other_languages_are_an_error():
    for choose in (set_language, lambda code: language(code).__enter__()):
        with pytest.raises(ValueError, match="'fr': expected one of en, es"):
            choose("fr")
    assert LANGUAGES == ("en", "es")
