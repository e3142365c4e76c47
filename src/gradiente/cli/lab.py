"""`gradiente lab`: the lab, a page on this machine."""

import secrets
import socket
import webbrowser

import click

from gradiente.cli.base import command, option, say
from gradiente.cli.kinds import INTEGER
from gradiente.errors import ArgumentError, require, require_installed
from gradiente.lab.server import HOST, make_app
from gradiente.locale import get_language, text
from gradiente.temporary import TemporaryFolder
from gradiente.training.run import Run

PORT = 8765
MORE = 20  # ports after it that are tried


def lab(run: str | None, port: int | None, browser: bool, data_dir: str | None) -> None:
    for package in ("starlette", "uvicorn", "websockets"):
        require_installed(package, extra="lab")
    import uvicorn

    folder = None if run is None else Run.open(run).folder
    with _listening(HOST, port) as listener, TemporaryFolder("lab") as place:
        chosen, token = listener.getsockname()[1], secrets.token_urlsafe(16)
        address = f"http://{HOST}:{chosen}/?token={token}&lang={get_language()}{'&run=1' if folder else ''}"
        say(text("lab.address", address=address))
        if browser and not webbrowser.open(address):
            say(text("lab.no_browser"))
        config = uvicorn.Config(
            make_app(chosen, token, place, data_dir=data_dir, folder=folder),
            log_level="warning",
            ws="websockets-sansio",
        )
        uvicorn.Server(config).run([listener])


def _listening(host: str, port: int | None) -> socket.socket:
    """A socket at the port, or without one at the first free one from 8765 on."""
    require(port is None or 0 < port < 65536, "lab.port", port=port)
    for tried in [port] if port is not None else [*range(PORT, PORT + MORE), 0]:
        # Of a socket without this number asyncio doesn't know that it is TCP, and each answer waits 40 ms for the last.
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, tried))
            listener.listen()  # two sockets may be bound to one port, and one of them listens
        except OSError:
            listener.close()
        else:
            return listener
    if port is None:
        raise ArgumentError("lab.no_port", first=PORT, last=PORT + MORE - 1)
    raise ArgumentError("lab.port_taken", port=port)


command = command(
    "lab",
    lambda: [
        click.Argument(["run"], required=False, metavar=f"[{text('cli.metavar.run')}]"),
        option("--port", "cli.lab.port", type=INTEGER),
        option("--data-dir", "cli.lab.data_dir", metavar=text("cli.metavar.folder")),
        click.Option(["--browser/--no-browser"], default=True, help=text("cli.lab.browser")),
    ],
    lab,
)
