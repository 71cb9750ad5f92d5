"""Pages and JSON go compressed to browsers that take it; by itself Gradio compresses files only."""

import re

from starlette._utils import get_route_path
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

COMPRESSED = ("", "/", "/config", "/gradio_api/info")
TEXTS = re.compile(r"/vqdemo/(model/[^/]+\.json|[^/]+/course/[^/]+)")


class Compression:
    """ASGI middleware for what is long and text: streams, pictures and weights pass as they are."""

    def __init__(self, app: ASGIApp):
        self.app = app
        self.compressing = GZipMiddleware(app, minimum_size=1000, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = get_route_path(scope) if scope["type"] == "http" else None
        if path in COMPRESSED or (path and TEXTS.fullmatch(path)):
            return await self.compressing(scope, receive, send)
        return await self.app(scope, receive, send)
