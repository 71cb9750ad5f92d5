"""Python's plain file server on loopback, as a static host of the page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PREFIX = "some/where"  # below which tests put the page
CSP = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
)


class Handler(SimpleHTTPRequestHandler):
    """A file; its address and bytes are noted in `served`."""

    def __init__(self, *arguments, headers: dict[str, str], served: list[tuple[str, int]], **named):
        self.own, self.served = headers, served
        super().__init__(*arguments, **named)

    def end_headers(self) -> None:
        for name, value in self.own.items():
            self.send_header(name, value)
        super().end_headers()

    def copyfile(self, source, outputfile) -> None:
        content = source.read()
        self.served.append((self.path, len(content)))
        outputfile.write(content)

    def log_message(self, *_) -> None:
        pass


@contextmanager
def serving(folder: Path, served: list | None = None, **headers: str) -> Iterator[str]:
    """The address of a server of this folder. `headers`: with _ for -, as in Cache_Control="no-store"."""
    own = {name.replace("_", "-"): value for name, value in headers.items()}
    handler = partial(Handler, directory=str(folder), headers=own, served=[] if served is None else served)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
