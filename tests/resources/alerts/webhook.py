"""A real HTTP server that takes alerts, remembers them and answers as told; nothing is asserted here."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Webhook:
    """A server that remembers what it was sent and answers as told."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    got: list[tuple[str, str, str]] = field(default_factory=list)


@contextlib.contextmanager
def running() -> Iterator[Webhook]:
    """The server, for as long as the block lasts."""
    seen = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            seen.got.append((self.path, self.headers.get("Authorization", ""), body))
            self.send_response(seen.answers.pop(0) if seen.answers else 200)
            self.send_header("Location", f"http://127.0.0.1:{seen.port}/elsewhere")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield seen
    server.shutdown()
    server.server_close()
