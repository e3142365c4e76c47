"""The server of the lab, for this machine alone: the page's files, and a WebSocket for each page."""

import asyncio
import hmac
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradiente.errors import GradienteError
from gradiente.lab.choices import choices
from gradiente.lab.limits import Limits
from gradiente.lab.messages import Refused, read
from gradiente.lab.session import Answer, Session
from gradiente.lab.turns import Turns
from gradiente.lab.uploads import LARGEST, Uploads
from gradiente.locale import LANGUAGES, language, texts_of
from gradiente.threads import cores

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.websockets import WebSocket

HOST = "127.0.0.1"
PAGES = Path(__file__).parents[1] / "views" / "static"
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'"
)
REFUSED = 4403  # a WebSocket's close code: not from this page
log = logging.getLogger("gradiente")


def make_app(
    port: int,
    token: str,
    place: Path,
    limits: Limits | None = None,
    *,
    data_dir: str | None = None,
    folder: Path | None = None,
) -> "Starlette":
    """The application: for requests to this machine alone, and for WebSockets from its own pages, with the token.

    Arguments:
        port: that it is served at
        token: that a page must know
        place: a folder for the tables that pages hand over
        limits: of the runs of a session
        data_dir: where the files of mnist and fashion-mnist are
        folder: of a training run, which pages may open
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException
    from starlette.middleware import Middleware
    from starlette.responses import JSONResponse
    from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
    from starlette.staticfiles import StaticFiles

    own = {f"{name}:{port}" for name in (HOST, "localhost")}
    origins = {f"http://{name}" for name in own}
    uploads, turns = Uploads(place, (limits or Limits()).instances), Turns(cores())

    def knows(given: str) -> bool:
        return hmac.compare_digest(given.encode(), token.encode())

    async def connected(socket: "WebSocket") -> None:
        if socket.headers.get("origin") not in origins:
            await socket.close(REFUSED)
            return
        if not knows(socket.query_params.get("token", "")):
            await socket.accept()  # so that the page, of a lab that has ended, gets the code
            await socket.close(REFUSED)
            return
        await _serve(
            socket, lambda send: Session(send, limits, turns=turns, data_dir=data_dir, folder=folder)
        )

    async def texts(request: "Request") -> "JSONResponse":
        code = request.path_params["language"]
        if code not in LANGUAGES:
            raise HTTPException(404)
        return JSONResponse(texts_of("lab.page.", code))

    async def offered(request: "Request") -> "JSONResponse":
        return JSONResponse({**choices(data_dir), "largest": LARGEST})

    async def uploaded(request: "Request") -> "JSONResponse":
        asked = request.query_params
        if request.headers.get("origin") not in origins or not knows(asked.get("token", "")):
            raise HTTPException(403)
        content, size = bytearray(), 0
        async for part in request.stream():  # to its end: a browser reads no answer before
            size += len(part)
            content += part[: max(0, LARGEST + 1 - len(content))]
        spoken = asked.get("lang")
        with language(spoken if spoken in LANGUAGES else None):
            try:
                kept = await run_in_threadpool(uploads.keep, bytes(content), size, asked.get("file") or "")
                return JSONResponse(kept)
            except GradienteError as error:
                return JSONResponse({"error": str(error)})

    routes: list[BaseRoute] = [WebSocketRoute("/session", connected)]
    routes.append(Route("/tables", uploaded, methods=["POST"]))
    routes += [Route("/texts/{language}", texts), Route("/choices", offered)]
    routes.append(Mount("/", StaticFiles(directory=PAGES, html=True)))
    return Starlette(routes=routes, middleware=[Middleware(_Guard, own=own)])


class _Guard:
    """Refuses requests whose Host is not this server's: another site's name may have been made to point here."""

    def __init__(self, app: Any, own: set[str]) -> None:
        self.app, self.own = app, own

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.datastructures import Headers, MutableHeaders
        from starlette.responses import PlainTextResponse
        from starlette.websockets import WebSocket

        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        if Headers(scope=scope).get("host") not in self.own:
            if scope["type"] == "websocket":
                await WebSocket(scope, receive, send).close(REFUSED)
            else:
                await PlainTextResponse("Misdirected request", 421)(scope, receive, send)
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Cache-Control"] = "no-cache"
            await send(message)

        await self.app(scope, receive, guarded)


async def _serve(socket: "WebSocket", make_session: Callable[[Callable[[Answer], None]], Session]) -> None:
    """One page, until it goes away."""
    await socket.accept()
    loop, answers = asyncio.get_running_loop(), asyncio.Queue[str | bytes]()

    def send(answer: Answer) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer, allow_nan=False)
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            loop.call_soon_threadsafe(answers.put_nowait, content)

    async def answering() -> None:
        while True:
            content = await answers.get()
            await (socket.send_bytes(content) if isinstance(content, bytes) else socket.send_text(content))

    session, task = make_session(send), asyncio.create_task(answering())
    try:
        while (event := await socket.receive())["type"] != "websocket.disconnect":
            message = read(event.get("text") or event.get("bytes") or "")
            if isinstance(message, Refused):
                log.warning("%s", message.error)
            session.handle(message)
    finally:
        session.close()
        task.cancel()
