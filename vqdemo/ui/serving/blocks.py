"""Gradio's Blocks as this app serves them: with its own routes, gate and limits, however they are launched.

``demo.launch()`` and ``gr.mount_gradio_app(app, demo, path=...)`` both have Gradio make its web application
by ``App.create_app``. That is the one place where routes and middleware can be given to it, so it is extended
here, for such Blocks only. The web server that ``launch`` starts is extended too: it wakes less often.
"""

import asyncio
import contextlib
import functools
import logging
import signal
import threading
import time
from collections.abc import Callable

import gradio as gr
from gradio import http_server
from gradio.routes import App
from gradio_client.utils import is_http_url_like, traverse
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from vqdemo.ui.serving import limits, shutdown
from vqdemo.ui.serving.compression import Compression
from vqdemo.ui.serving.gate import Gate
from vqdemo.ui.serving.link_preview import LinkPreview
from vqdemo.ui.serving.log import keep_mcp_from_logging
from vqdemo.ui.serving.prefix import Prefix

HOUR = 3600  # seconds; uploads through the API are deleted when they are older

OPTIONS = {
    "run_history": False,  # also spares every update a look-up
    "ssr_mode": False,
    "enable_monitoring": False,
    "max_threads": limits.MAX_THREADS,
    "state_session_capacity": limits.MAX_SESSIONS,
}

UNREADABLE = (
    "The arguments cannot be read. The page's link 'Use via API' tells how many there are, and of what kind."
)


class ServedBlocks(gr.Blocks):
    """Blocks that know how they want to be served, so that ``demo.launch()`` is all there is to say.

    What goes wrong with a call of the API outside our own functions is told in a sentence, and nothing of it
    is logged.
    """

    def __init__(self, look: dict, **options):
        """look: theme, css_paths, footer_links and so on, as ``launch`` takes them."""
        self.options = {**OPTIONS, **look}
        self.own_routes: list[BaseRoute] = []
        self.link_tags: Callable[[str], str] = lambda address: ""  # see link_preview.py
        super().__init__(analytics_enabled=False, delete_cache=(HOUR, HOUR), **options)

    def queue(self, **options):
        """Called by Gradio for every page, and slow: options are given here rather than in a second call."""
        own = {"max_size": limits.MAX_QUEUE, "api_open": False}  # no way to an endpoint past the queue
        queued = super().queue(**{**own, **options})
        self._queue.sleep_when_free = limits.QUEUE_POLL_SECONDS
        self._queue.progress_update_sleep_when_free = 1  # no endpoint tells of progress
        return queued

    async def process_api(self, block_fn, inputs, *others, **named):
        """Gradio's way of one call, from the arguments as they came to the answer; raises gr.Error only."""
        try:
            traverse(inputs, refuse, is_address)
            return await super().process_api(block_fn, inputs, *others, **named)
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001, whatever Gradio makes of nonsense
            logging.getLogger(__name__).warning("a call of the API: %s", type(error).__name__)
            raise gr.Error(UNREADABLE, print_exception=False) from None

    def launch(self, **options):
        """Serve until SIGTERM, which lets requests be finished first, or Ctrl-C."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: shutdown.finish(self))
        return super().launch(**{**self.options, **options})

    def block_thread(self):
        """Called by Gradio, whose own wakes ten times a second, to wait in until the server is closed."""
        with contextlib.suppress(KeyboardInterrupt):
            while self.is_running:
                time.sleep(limits.END_POLL_SECONDS)
        self.close()

    def take_options(self) -> None:
        """The options as ``launch`` would set them: who mounts the page names none of them."""
        for name, value in self.options.items():
            setattr(self, name, value)
        self._queue.max_thread_count = self.max_threads
        self._set_html_css_theme_variables()


def is_address(value) -> bool:
    """Whether a file is meant by its address elsewhere, which Gradio would fetch."""
    return isinstance(value, dict) and is_http_url_like(str(value.get("path")))


def refuse(value) -> None:
    """What `traverse` does with such a file."""
    raise gr.Error("Send the picture itself: nothing is fetched from other addresses.", print_exception=False)


def extended(create_app):
    """Gradio's `App.create_app`, which gives ServedBlocks their routes, middleware and MCP server."""

    @functools.wraps(create_app)
    def create(blocks, app=None, app_kwargs=None, *, mcp_server=None, **others):
        if isinstance(blocks, ServedBlocks):
            keep_mcp_from_logging()
            if blocks.custom_mount_path is not None:
                blocks.take_options()
            mcp_server = True if mcp_server is None else mcp_server
            middleware = [
                *(Middleware(layer) for layer in (Prefix, Gate, Compression)),
                Middleware(LinkPreview, tags=blocks.link_tags),
            ]
            app_kwargs = {"routes": blocks.own_routes, "middleware": middleware, **(app_kwargs or {})}
        return create_app(blocks, app, app_kwargs, mcp_server=mcp_server, **others)

    return create


class Server(http_server.Server):
    """Gradio's web server. On its own it wakes ten times a second to see whether it should end.

    A tick numbered 0 also sets the date that answers carry.
    """

    async def main_loop(self):
        while not await self.on_tick(0):  # noqa: ASYNC110, `should_exit` is set by other threads
            await asyncio.sleep(limits.END_POLL_SECONDS)


App.create_app = staticmethod(extended(App.create_app))
http_server.Server = Server
