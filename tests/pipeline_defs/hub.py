"""A hub on this machine: what huggingface_hub asks of one to make a repository of data or a model and commit files."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Hub(ThreadingHTTPServer):
    """Repositories by name: path to content. Only who has `token` may write."""

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.private: dict[str, bool] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {self.server.token}":
            return self._answer({"error": "Invalid username or password."}, 401)
        path = self.path.split("?")[0]
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = "/".join(part for part in (asked.get("organization"), asked["name"]) if part)
            self.server.repositories.setdefault(name, {})
            self.server.private[name] = asked.get("private", asked.get("visibility") == "private")
            place = "" if asked.get("type", "model") == "model" else "datasets/"
            return self._answer({"url": f"{self.server.address}/{place}{name}", "name": name, "id": "1"})
        if path == "/api/validate-yaml":
            return self._answer({"errors": [], "warnings": []})
        name, verb, _ = _named(path).rsplit("/", 2)
        if verb == "preupload":
            files = [
                {"path": one["path"], "uploadMode": "regular", "shouldIgnore": False}
                for one in json.loads(body)["files"]
            ]
            return self._answer({"files": files})
        repository = self.server.repositories[name]
        for line in body.splitlines():
            said = json.loads(line)
            if said["key"] == "file":
                repository[said["value"]["path"]] = base64.b64decode(said["value"]["content"])
            elif said["key"] == "deletedFile":
                del repository[said["value"]["path"]]
        place = "datasets/" if path.startswith("/api/datasets/") else ""
        url = f"{self.server.address}/{place}{name}/commit/{'1' * 40}"
        return self._answer({"commitUrl": url, "commitOid": "1" * 40, "hookOutput": "", "success": True})

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        name = "/".join(_named(path).split("/")[:2])
        files = self.server.repositories.get(name, {})
        if "/tree/" in path:
            listed: Any = [
                {"type": "file", "path": one, "size": len(files[one]), "oid": "0"} for one in files
            ]
        else:
            listed = {"id": name, "sha": "1" * 40, "siblings": [{"rfilename": one} for one in files]}
        self._answer(listed)

    def _answer(self, said: Any, status: int = 200) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


def _named(path: str) -> str:
    """The part of an address that begins with the repository's name."""
    return path.removeprefix("/api/datasets/").removeprefix("/api/models/")


@contextmanager
def served(token: str) -> Iterator[Hub]:
    """A hub that answers until it is left."""
    with Hub(token) as hub:
        thread = threading.Thread(target=hub.serve_forever, daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()
