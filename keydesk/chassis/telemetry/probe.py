"""The small HTTP server by which a process is watched: ``/metrics``, ``/livez`` and ``/readyz``."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

Missing = Callable[[], list[str]]
"""Names what the process cannot work without and does not have right now."""


def serve(port: int, missing: Missing | None = None, *, host: str = "127.0.0.1") -> ThreadingHTTPServer:
    """Serve in a thread of its own, for as long as the process lives. Raises `OSError` for a port in use.

    Without ``missing`` there is no ``/readyz``: the process answers that itself.
    """

    class Probe(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, generate_latest(REGISTRY), CONTENT_TYPE_LATEST)
            elif self.path == "/livez":
                self._answer(200, orjson.dumps({"status": "ok"}))
            elif self.path == "/readyz" and missing is not None:
                lacks = missing()
                told = {"status": "unavailable" if lacks else "ok", "missing": lacks}
                self._answer(503 if lacks else 200, orjson.dumps(told))
            else:
                self._answer(404, orjson.dumps({"status": "nothing here"}))

        def log_message(self, *_arguments: object) -> None:
            """Probes come every few seconds; nobody reads their log."""

        def _answer(self, status: int, body: bytes, media_type: str = "application/json") -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer((host, port), Probe)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="probe", daemon=True).start()
    return server
