"""What other sites show of a link to the app: its own title and picture, not those of Gradio."""

import re
from collections.abc import Callable

from gradio.route_utils import get_root_url
from starlette._utils import get_route_path
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

GRADIOS_OWN = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:|name="description")[^>]*>')


def with_tags(page: str, tags: str) -> str:
    """Gradio's HTML with these tags in the place of its own; unchanged if it has none."""
    own = GRADIOS_OWN.search(page)
    if own is None:
        return page
    return page[: own.start()] + f"\n{tags}\n" + GRADIOS_OWN.sub("", page[own.start() :])


class LinkPreview:
    """ASGI middleware for the page itself.

    `tags`: called with the address of the app, without a slash at its end, gives the tags.
    """

    def __init__(self, app: ASGIApp, tags: Callable[[str], str]):
        self.app = app
        self.tags = tags

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["method"] == "GET" and get_route_path(scope) in ("", "/")
        if not is_page:
            return await self.app(scope, receive, send)
        start: Message = {}
        body = b""

        async def send_with_tags(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(raw=start["headers"])
            if headers.get("content-type", "").startswith("text/html"):
                root_path = scope["app"].root_path or scope.get("root_path")
                address = get_root_url(Request(scope), "/", root_path)  # as Gradio finds it
                body = with_tags(body.decode(), self.tags(address)).encode()
                headers["content-length"] = str(len(body))
            await send(start)
            await send({"type": "http.response.body", "body": body})

        return await self.app(scope, receive, send_with_tags)
