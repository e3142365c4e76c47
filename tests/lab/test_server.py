"""The server: who may connect, and what it answers; a client of its own test kit."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from gradiente.lab.frame import read_frame
from gradiente.lab.server import PAGES, REFUSED, make_app

PORT, TOKEN = 8765, "secret"
OWN = {"host": f"127.0.0.1:{PORT}", "origin": f"http://127.0.0.1:{PORT}"}
XOR = {"data": {"name": "xor"}, "descent": {"batch_size": 4}}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = make_app(PORT, TOKEN, tmp_path_factory.mktemp("tables"))
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")


def connected(client, token=TOKEN, **headers):
    return client.websocket_connect(f"/session?token={token}", headers={**OWN, **headers})


def test_the_page_and_its_modules_are_served(client):
    page = client.get("/")
    assert "<title>gradiente lab</title>" in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for path in filter(Path.is_file, PAGES.rglob("*")):
        answer = client.get(f"/{path.relative_to(PAGES)}")
        assert (answer.status_code, answer.content) == (200, path.read_bytes())
    assert client.get("/../server.py").status_code == 404


def test_texts_of_both_languages(client):
    assert client.get("/texts/es").json()["lab.page.data"] == "Datos"
    assert client.get("/texts/fr").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:80", "127.0.0.1"])
def test_another_host_is_refused(client, host):
    assert client.get("/", headers={"host": host}).status_code == 421
    with pytest.raises(WebSocketDisconnect), connected(client, host=host):
        pass


@pytest.mark.parametrize(
    "changed", [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:8766"}]
)
def test_another_page_is_refused(client, changed):
    with pytest.raises(WebSocketDisconnect), connected(client, **changed):
        pass


@pytest.mark.parametrize("token", ["", "guess", "ñandú"])
def test_a_page_without_the_token_is_told_so_and_closed(client, token):
    with connected(client, token) as page, pytest.raises(WebSocketDisconnect) as closed:
        page.receive_json()
    assert closed.value.code == REFUSED


def test_a_session_over_the_wire(client):
    with connected(client) as page:
        page.send_json({"do": "open", "architecture": None, "config": XOR})
        assert page.receive_json()["runs"][0]["layers"] == ["Linear", "Tanh", "Linear"]
        page.send_json({"do": "advance", "steps": 5, "epoch": False})
        page.send_json({"do": "ready"})
        values, arrays = read_frame(page.receive_bytes())
        assert (values["runs"][0]["step"], values["runs"][0]["epoch"]) == (5, 5)
        assert arrays["0/curve.loss"].shape == (5,)


BROKEN = [
    "",
    "{",
    "[1]",
    json.dumps({"do": "fly"}),
    "[" * 100_000,
    '{"do": "\ud800"}',
    '{"do": "go-to", "step": 1e999}',
]


@pytest.mark.parametrize("sent", [*BROKEN, b"", b"\xff\x00", b'{"do": "ready"}'])
def test_what_is_no_message_is_refused_and_logged_and_the_session_lives(client, caplog, sent):
    with connected(client) as page:
        page.send_json({"do": "open", "architecture": None, "config": XOR})
        page.receive_json()
        page.send_bytes(sent) if isinstance(sent, bytes) else page.send_text(sent)
        assert "does not know this message" in page.receive_json()["text"]
        page.send_json({"do": "advance", "steps": 2, "epoch": False})
        page.send_json({"do": "ready"})
        assert read_frame(page.receive_bytes())[0]["runs"][0]["step"] == 2
    assert "does not know this message" in caplog.text


def test_a_page_hears_in_its_language_what_is_wrong(client):
    with connected(client) as page:
        page.send_json({"do": "speak", "language": "es"})
        page.send_json({"do": "fly"})
        assert "El laboratorio no conoce" in page.receive_json()["text"]
        page.send_json({"do": "open", "architecture": None, "config": {"data": {"name": "nowhere"}}})
        assert page.receive_json() == {"kind": "runs", "runs": []}
        assert "no hay" in page.receive_json()["text"]
    assert "está vacío" in handed(client, b"", lang="es", file="notas.csv").json()["error"]


def handed(client, content, token=TOKEN, lang="en", file="", **headers):
    place = f"/tables?token={token}&lang={lang}&file={file}"
    return client.post(place, content=content, headers={**OWN, **headers})


def test_a_table_is_taken_and_trained_on(client):
    rows = "\n".join(f"{i},{i % 3},{'yes' if i > 20 else 'no'}" for i in range(40))
    answer = handed(client, f"a,b,right\n{rows}".encode()).json()
    assert (answer["rows"], answer["features"], answer["classes"]) == (40, ["a", "b"], ["no", "yes"])
    with connected(client) as page:
        page.send_json({"do": "open", "architecture": None, "config": {"data": {"name": answer["name"]}}})
        assert page.receive_json()["runs"][0]["classes"] == ["no", "yes"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"\x00\xff\xfe", ""), (b"a,b\n" + b"1,2\n" * 6_000_000, "at most")],
    ids=["empty", "no text", "24 MB"],
)
def test_what_is_no_table_is_refused(client, content, words):
    assert words in handed(client, content).json()["error"]


def test_another_page_hands_over_no_table(client):
    assert handed(client, b"a,b\n1,2\n", token="guess").status_code == 403
    assert handed(client, b"a,b\n1,2\n", origin="http://evil.example").status_code == 403


def test_the_choices_are_those_of_the_registries(client):
    offered = client.get("/choices").json()
    assert {"Adam", "AdamW", "SGD", "course.Adam"} <= set(offered["optimizers"])
    assert "ReLU()" in offered["activations"]
    assert "xor" in offered["data"]
