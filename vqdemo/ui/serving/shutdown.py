"""How the process ends: what is being answered is finished first, but not for long."""

import os
import sys
import time

from vqdemo.ui.serving.gate import Gate
from vqdemo.ui.serving.limits import CUT_SECONDS, EXIT_SECONDS, GRACE_SECONDS, LINGER_SECONDS


def finish(blocks) -> None:
    """Take no new connections, finish what is being answered, clean up, and end the process."""
    began = time.monotonic()
    server, queue = getattr(blocks, "server", None), blocks._queue  # no server yet while Gradio starts
    if server:
        loop = server.servers[0].get_loop()
        time.sleep(LINGER_SECONDS)
        Gate.closing = True
        for listener in server.servers:
            loop.call_soon_threadsafe(listener.close)
        while Gate.sent or any(queue.active_jobs) or len(queue):
            if time.monotonic() - began > GRACE_SECONDS:
                break
            time.sleep(0.02)
        loop.call_soon_threadsafe(blocks.app.stop_event.set)  # ends streams that only tell of a client
        server.config.timeout_graceful_shutdown = CUT_SECONDS
        server.should_exit = True
        server.thread.join(EXIT_SECONDS - (time.monotonic() - began))  # also deletes uploads
    sys.stdout.flush()
    os._exit(0)  # threads that still compute would hold up an orderly end, or make it an error
