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
from gradiente.lab.messages import message_of
from gradiente.lab.run import Limits
from gradiente.lab.session import Answer, Session
from gradiente.lab.turns import Turns
from gradiente.lab.uploads import LARGEST, Uploads
from gradiente.locale import LANGUAGES, texts_of
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

    uploads, turns = Uploads(place), Turns(cores())

    def is_own(given: str, origin: str | None) -> bool:
        """Whether a page of this server asks, which knows the token."""
        return hmac.compare_digest(given, token) and origin in {f"http://{name}" for name in own}

    async def connected(socket: "WebSocket") -> None:
        if not is_own(socket.query_params.get("token", ""), socket.headers.get("origin")):
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
        return JSONResponse(choices(data_dir))

    async def uploaded(request: "Request") -> "JSONResponse":
        if not is_own(request.query_params.get("token", ""), request.headers.get("origin")):
            raise HTTPException(403)
        content = bytearray()
        async for part in request.stream():
            content += part
            if len(content) > LARGEST:
                break
        try:
            return JSONResponse(await run_in_threadpool(uploads.keep, bytes(content)))
        except GradienteError as error:
            return JSONResponse({"error": str(error)}, 422)

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
    from starlette.websockets import WebSocketDisconnect

    await socket.accept()
    loop, answers = asyncio.get_running_loop(), asyncio.Queue[Answer]()

    def send(answer: Answer) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            loop.call_soon_threadsafe(answers.put_nowait, answer)

    async def answering() -> None:
        while True:
            answer = await answers.get()
            if isinstance(answer, bytes):
                await socket.send_bytes(answer)
            else:
                await socket.send_text(json.dumps(answer, allow_nan=False))

    session, task = make_session(send), asyncio.create_task(answering())
    try:
        while True:
            text = await socket.receive_text()
            try:
                session.handle(message_of(json.loads(text)))
            except (GradienteError, ValueError, RecursionError) as error:
                log.info("%s", error)
                send({"kind": "error", "text": str(error)})
    except (WebSocketDisconnect, KeyError):  # KeyError: bytes came, not text
        pass
    finally:
        session.close()
        task.cancel()
