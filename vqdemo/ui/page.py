"""The page: which parts stand where, how it looks as a whole, and how it is launched."""

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path

import gradio as gr
from gradio_client.utils import is_http_url_like, traverse
from starlette.middleware import Middleware

from . import asking, near
from .api import add_endpoints
from .gate import Gate
from .limits import (
    CUT_SECONDS,
    EXIT_SECONDS,
    GRACE_SECONDS,
    LINGER_SECONDS,
    MAX_QUEUE,
    MAX_SESSIONS,
    MAX_THREADS,
    MAX_UPLOAD_BYTES,
)
from .server import identity_of, questions
from .settings import SIDE
from .views import FILES, STATIC, text_for, view

# Fonts that machines have: nothing is downloaded.
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]

# What stands on the page: what is always there, then the views of which one is open (see static/views/nav).
COLUMNS = {
    "top": ("header", "share", "nav"),
    "bench": ("draw_pad", "code_grid", "reconstruction", "what_if", "palette", "completion"),
    "samples": ("samples",),
    "graft": ("graft",),
    "codebook": ("codebook",),
    "how": ("how",),
}

HOUR = 3600  # seconds; uploads through the API are deleted when they are older

UNREADABLE = "The arguments cannot be read. The page's link 'Use via API' tells how many there are, and of what kind."

GROUND = {"body_background_fill": "#f5f5f2", "body_background_fill_dark": "#111318"}  # as --page in page.css

LAUNCH = {
    "theme": gr.themes.Base(primary_hue="indigo", neutral_hue="slate", font=FONT, font_mono=MONO).set(**GROUND),
    "css_paths": STATIC / "page.css",
    "favicon_path": STATIC / "icon.svg",
    "footer_links": ["api"],
    "run_history": False,  # also spares every update a look-up
    "ssr_mode": False,
    "max_file_size": MAX_UPLOAD_BYTES,
    "enable_monitoring": False,
    "max_threads": MAX_THREADS,
    "state_session_capacity": MAX_SESSIONS,
    "mcp_server": True,
}


class Page(gr.Blocks):
    """Blocks that know how they want to be launched, so that ``demo.launch()`` is all there is to say.

    What goes wrong with a call of the API outside our own functions is told in a sentence, and nothing of it is logged.
    """

    def queue(self, **options):
        """Called by Gradio for every page, and slow: the options are given here rather than in a second call."""
        return super().queue(**{"max_size": MAX_QUEUE, "api_open": False, **options})  # no way to an endpoint past the queue

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
            signal.signal(signal.SIGTERM, self.finish)
        keep_mcp_from_logging()
        app = {"routes": self.routes, "middleware": [Middleware(Gate)]}
        return super().launch(**{**LAUNCH, "app_kwargs": app, **options})

    def finish(self, *_) -> None:
        """Take no new connections, finish what is being answered, but not for long, clean up, and end the process."""
        began = time.monotonic()
        if self.server:
            loop = self.server.servers[0].get_loop()
            time.sleep(LINGER_SECONDS)
            Gate.closing = True
            for listener in self.server.servers:
                loop.call_soon_threadsafe(listener.close)
            while (Gate.sent or any(self._queue.active_jobs) or len(self._queue)) and time.monotonic() - began < GRACE_SECONDS:
                time.sleep(0.02)
            loop.call_soon_threadsafe(self.app.stop_event.set)  # ends the streams that only tell that a client is there
            self.server.config.timeout_graceful_shutdown = CUT_SECONDS
            self.server.should_exit = True
            self.server.thread.join(EXIT_SECONDS - (time.monotonic() - began))  # also deletes uploads
        sys.stdout.flush()
        os._exit(0)  # threads that still compute would hold up an orderly end, or make it an error


def keep_mcp_from_logging() -> None:
    """The package mcp logs requests that it cannot read, with all that is in them: by loggers of its own, and by the root's."""
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    logging.getLogger().addFilter(not_by_mcp)  # by its name, so that it is added once only


def not_by_mcp(record: logging.LogRecord) -> bool:
    return Path(record.pathname).parts[-3:-2] != ("mcp",)


def is_address(value) -> bool:
    """Whether a file is meant by its address elsewhere, which Gradio would fetch."""
    return isinstance(value, dict) and is_http_url_like(str(value.get("path")))


def refuse(value) -> None:
    raise gr.Error("Send the picture itself: nothing is fetched from other addresses.", print_exception=False)


def build(model, metrics: dict | None = None) -> Page:
    """The whole page for one model (see ``vqdemo.load``) and its measurements (see ``read_metrics``)."""
    if model.image_size != SIDE:
        size = model.image_size
        raise ValueError(f"the page draws pictures of {SIDE}x{SIDE} pixels, and these weights take {size}x{size}")
    text = text_for(model)
    with Page(title=text["title"], analytics_enabled=False, delete_cache=(HOUR, HOUR)) as demo:
        for column, names in COLUMNS.items():
            hidden = [] if column in ("top", "bench") else ["off"]
            with gr.Column(elem_id=column, elem_classes=hidden):
                for name in names:
                    view(name, text)
        view("status", text)
        add_endpoints(model)
    identity = identity_of(model)
    demo.routes = [asking.route(questions(model, identity, metrics)), near.route(model, identity), FILES]
    return demo
