"""The app below a prefix, as at https://example.com/demo, where a proxy passes requests on without it."""

from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send


class Prefix:
    """ASGI middleware: a path always begins with the root path, as the ASGI standard wants it.

    Otherwise routes within mounted applications, which cut root paths off, look for something else than was
    asked for.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = urlsplit(scope.get("root_path", "")).path.rstrip("/")  # Gradio also takes a whole URL
        if root and scope["type"] == "http":
            path = scope["path"]
            stripped = path != root and not path.startswith(f"{root}/")
            scope = {**scope, "root_path": root, "path": root + path if stripped else path}
        await self.app(scope, receive, send)
