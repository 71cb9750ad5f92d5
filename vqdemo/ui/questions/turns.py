"""What takes long is done by few threads, in the order in which it comes; few may wait, and more are told that the server is busy.

More threads than processors would only take the interpreter from one another, and from those who follow a moving pen.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from vqdemo.ui.serving.limits import MAX_THREADS, MAX_WAITING
from vqdemo.ui.text import TEXT


class Turns:
    """Threads, and a bounded number of callers that wait for one."""

    def __init__(self):
        self.threads = ThreadPoolExecutor(MAX_THREADS, "turns")
        self.present = 0  # callers, served and waiting

    async def __call__(self, work: Callable, *arguments):
        """`work(*arguments)` when its turn has come; ValueError at once if too many wait."""
        if self.present >= MAX_WAITING:
            raise ValueError(TEXT["status"]["busy"])
        self.present += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.threads, work, *arguments)
        finally:
            self.present -= 1
