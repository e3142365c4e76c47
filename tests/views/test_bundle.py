"""Several modules as one: it exports and does what they do, as Node finds."""

import json
import re
import shutil
import subprocess

import pytest

from gradiente.locale import set_language
from gradiente.views.bundle import STATIC, bundle, texts

VIEWS = [
    str(path.relative_to(STATIC))
    for path in sorted(STATIC.rglob("*.js"))
    if re.search(r"^export function render\(", path.read_text(encoding="utf-8"), re.MULTILINE)
]
# A page of nothing: modules may look at it while they are loaded.
PAGE = "globalThis.document = { documentElement: { dataset: {} } }; globalThis.matchMedia = () => ({});"


@pytest.fixture
def exports(tmp_path):
    """What a module exports, and the value of an expression of it, by Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is missing")

    def run(module, expression="null"):
        program = f"{PAGE} const m = await import({json.dumps(str(module))});"
        program += f"console.log(JSON.stringify([Object.keys(m).sort(), {expression}]));"
        done = subprocess.run(
            [node, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    return run


def written(folder, **modules):
    """A folder of modules; two underscores in a name are a slash."""
    for name, source in modules.items():
        path = folder / f"{name.replace('__', '/')}.js"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source, encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}')
    return folder


def test_there_are_views():
    assert {"number.js", "quantity.js", "network.js", "curves.js", "trace_view.js"} <= set(VIEWS)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_can_be_bundled_and_exports_the_same(name, exports, tmp_path):
    (tmp_path / "bundle.mjs").write_text(bundle(name), encoding="utf-8")
    modules = tmp_path / "static"
    shutil.copytree(STATIC, modules)
    (modules / "package.json").write_text('{"type": "module"}')
    assert exports(tmp_path / "bundle.mjs") == exports(modules / name)


@pytest.mark.parametrize("name", [*VIEWS, "widget.js", "explanation.js"])
def test_a_bundle_is_small(name):
    assert len(bundle(name).encode()) < 200_000


def test_each_module_runs_once_after_those_that_it_imports(exports, tmp_path):
    folder = written(
        tmp_path,
        base="globalThis.ran = [...(globalThis.ran ?? []), 'base'];\nexport const one = 1;\n",
        parts__left='import { one } from "../base.js";\nran.push("left");\nexport const two = one + 1;\n',
        parts__right='import { one as first } from "../base.js";\nran.push("right");\n'
        "export function three() {\n  return first + 2;\n}\nexport async function later() {\n  return first;\n}\n",
        main='import { two } from "./parts/left.js";\nimport * as right from "./parts/right.js";\n'
        "export const sum = two + right.three();\nexport const all = Object.keys(right).sort();\nconst own = 0;\n",
    )
    (tmp_path / "bundle.mjs").write_text(bundle("main.js", folder))
    expected = [["all", "sum"], [["base", "left", "right"], 5, ["later", "three"]]]
    assert exports(tmp_path / "bundle.mjs", "[ran, m.sum, m.all]") == expected


@pytest.mark.parametrize(
    "line",
    [
        'import "./base.js";',
        'import base from "./base.js";',
        'import { one } from "https://example.org/base.js";',
        "export default 3;",
        "export let one = 1;",
        "export { one };",
        'export * from "./base.js";',
        'const base = await import("./base.js");',
        "const where = import.meta.url;",
    ],
)
def test_another_form_is_an_error_that_says_where(line, tmp_path):
    folder = written(tmp_path, base="export const one = 1;\n", main=f"// A comment.\n{line}\n")
    with pytest.raises(
        ValueError, match=re.escape(f"main.js:2: a form of import or export that is not bundled: {line}")
    ):
        bundle("main.js", folder)


def test_modules_that_import_one_another_are_an_error(tmp_path):
    folder = written(tmp_path, a='import { b } from "./b.js";\n', b='import { a } from "./a.js";\n')
    with pytest.raises(ValueError, match=r"import one another: a\.js → b\.js → a\.js"):
        bundle("a.js", folder)


def test_the_texts_of_a_bundle_are_those_that_its_modules_ask_for(tmp_path):
    folder = written(
        tmp_path,
        part="export const title = (text, part) => text(`part.${part}`);\n",
        main='import { title } from "./part.js";\n'
        'export const all = (text) => [text("term"), title(text, "update")];\n',
    )
    expected = {
        "part.backward": "Backward",
        "part.forward": "Forward",
        "part.update": "Update",
        "term": "Term",
    }
    assert texts("main.js", folder) == expected
    set_language("es")
    assert texts("main.js", folder)["part.forward"] != "Forward"
