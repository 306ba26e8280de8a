"""The web application: addresses to pages, and what keeps hostile rows and foreign sites out.

Everything is read only and from this machine: no script, no request to another server, no name in the Host header
that was not expected (a foreign name that resolves to this machine would let a foreign page read the rows). What the
pages show is in `pages.py`.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assets.sft_dataset.report_page import STYLE_HASH
from pipeline_defs.rows_page.opened import AskedError
from pipeline_defs.rows_page.pages import Pages
from resources.parquet_store import DamagedTableError, MissingTableError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' '"
    + STYLE_HASH
    + "'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Sent with every answer: nothing is run, fetched, framed, guessed or kept."""

logger = logging.getLogger(__name__)


def build_app(pages: Pages, hosts: Iterable[str] = ()) -> Starlette:
    """The application over `pages`; it answers to the names of this machine and to `hosts`."""
    return Starlette(
        routes=[
            Route("/", _page(lambda _request: pages.overview())),
            Route("/alive", lambda _request: PlainTextResponse(pages.identity)),
            Route("/style.css", lambda _request: Response(pages.style(), media_type="text/css")),
            Route(
                "/rows/{key:path}",
                _page(
                    lambda request: pages.rows(request.path_params["key"], request.query_params.multi_items())
                ),
            ),
            Route(
                "/row/{key:path}",
                _page(
                    lambda request: pages.row(request.path_params["key"], request.query_params.multi_items())
                ),
            ),
            Route(
                "/contamination/{key:path}",
                _page(
                    lambda request: pages.contamination(
                        request.path_params["key"], request.query_params.get("partition")
                    )
                ),
            ),
            Route("/recipe/{name}", _page(lambda request: pages.recipe(request.path_params["name"]))),
        ],
        middleware=[
            Middleware(_Guarded),
            Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, *hosts], www_redirect=False),
        ],
        exception_handlers={
            AskedError: _failed(pages, 404),
            MissingTableError: _failed(pages, 404),
            DamagedTableError: _failed(pages, 503),
            HTTPException: _not_found(pages),
            500: _broken(pages),
        },
    )


class _Guarded:
    """Puts the headers on every answer, refusals of the Host check included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _page(made: Callable[[Request], str]) -> Callable[[Request], Response]:
    """A synchronous endpoint, which Starlette runs in a thread: reading a table holds no other page up."""

    def endpoint(request: Request) -> Response:
        return HTMLResponse(made(request))

    return endpoint


Handler = Callable[[Request, Exception], Awaitable[Response]]


def _failed(pages: Pages, status: int) -> Handler:
    async def handle(_request: Request, error: Exception) -> Response:
        return HTMLResponse(pages.failure(str(error)), status_code=status)

    return handle


def _not_found(pages: Pages) -> Handler:
    async def handle(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        what = "there is no such page" if status == 404 else "this address is only read"
        return HTMLResponse(pages.failure(what), status_code=status)

    return handle


def _broken(pages: Pages) -> Handler:
    async def handle(request: Request, error: Exception) -> Response:
        logger.error("%s could not be shown", request.url.path, exc_info=error)
        said = f"this page could not be made ({type(error).__name__}); the log of the row viewer has the rest"
        return HTMLResponse(pages.failure(said), status_code=500)

    return handle
