"""What every request passes before Gradio sees it: an address, a login where one is wanted, a size; and an
answer in words when something goes wrong.

What Gradio offers and this app has no use for is closed: fetching files and other hosts' pages, keeping
visitors' sessions on disk. Too large a body is refused as soon as that shows, by its header or while it comes
in. And a request that Gradio cannot make sense of is answered by a sentence, without a traceback; what was in
it is not logged.
"""

import asyncio
import json
import logging
import re
from typing import ClassVar

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vqdemo.ui.serving import limits
from vqdemo.ui.serving.login import is_let_in
from vqdemo.ui.texts.en import TEXT

CLOSED = re.compile(
    "/gradio_api/(file|proxy|custom_component|component_server|deep_link|process_recording|stream|dev|vibe"
    "|undo-vibe|run-history)"
)
# Where a login is wanted, this is closed without it; the rest that needs to be, Gradio closes.
PRIVATE = re.compile("/gradio_api/mcp")


class TooLarge(Exception):
    """The body has gone over its limit."""


class Gate:
    """ASGI middleware."""

    sent: ClassVar[int] = 0  # requests that send something and are being answered
    closing: ClassVar[bool] = False  # the process is about to end: clients are told to connect anew

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if CLOSED.search(scope["path"]):
            await discard(receive)
            return await answer(send, 404, "There is nothing at this address.")
        if PRIVATE.search(scope["path"]) and not await is_let_in(scope):
            await discard(receive)
            return await answer(send, 401, "Log in first.")
        post = scope["method"] == "POST"
        Gate.sent += post
        try:
            return await self.guarded(scope, receive, send)
        finally:
            Gate.sent -= post

    async def guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        came, started, ended = 0, False, False

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limits.MAX_BODY_BYTES:
                raise TooLarge
            return message

        async def noted(message: Message) -> None:
            nonlocal started, ended
            if came > limits.MAX_BODY_BYTES and not started:
                raise TooLarge  # again: Gradio takes the first for a body that is no JSON
            started = True
            if Gate.closing and message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), (b"connection", b"close")]}
            ended = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        length = dict(scope["headers"]).get(b"content-length", b"0")
        try:
            if not length.isdigit() or int(length) > limits.MAX_BODY_BYTES:
                raise TooLarge
            await self.app(scope, counted, noted)
        except TooLarge:
            await discard(receive, came)
            if not started:
                await answer(send, 413, f"A request may have at most {limits.MAX_BODY_BYTES / 2**20:.0f} MB.")
        except ClientDisconnect:
            pass  # nobody is left to be answered
        except asyncio.CancelledError:
            if not Gate.closing:
                raise
            if not started:
                await answer(send, 503, TEXT["status"]["stopping"])
            elif not ended:
                await send({"type": "http.response.body"})
        except Exception as error:  # noqa: BLE001, whatever Gradio makes of nonsense
            logging.getLogger(__name__).warning("a request that cannot be answered: %s", type(error).__name__)
            if not started:
                await answer(send, 400, "The server can make nothing of this request.")
            elif not ended:  # a stream that has told of the error, but was not closed
                await send({"type": "http.response.body"})


async def discard(receive: Receive, came: int = 0) -> None:
    """Read the rest of a body, of which so many bytes came: most clients send all before they read."""
    while came <= limits.MAX_DISCARDED_BYTES:
        message = await receive()
        came += len(message.get("body", b""))
        if not message.get("more_body"):
            break


async def answer(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence, "detail": sentence}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
