"""Visitors who draw at the same moment share one pass through the networks.

A pass for eight pictures takes no longer than three passes for one, and threads that each make passes of their own take the interpreter
from one another. So one thread makes all passes of this kind, and what comes in meanwhile waits for the next one.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vqdemo.ui.serving.limits import MAX_SHARED_ROWS

THREAD = ThreadPoolExecutor(1, "shared passes")


class Shared:
    """A function of many rows at once, for callers who bring a few rows each."""

    def __init__(self, work: Callable[[np.ndarray], Sequence]):
        """`work`: array (N,...) -> N results, one for each row, whatever the other rows are; called in another thread."""
        self.work = work
        self.waiting: deque[tuple[np.ndarray, asyncio.Future]] = deque()
        self.passes: asyncio.Task | None = None

    async def __call__(self, rows: np.ndarray) -> Sequence:
        """`work(rows)`, or what it raises. The rows must have been checked: a bad one fails all that share the pass."""
        result = asyncio.get_running_loop().create_future()
        self.waiting.append((rows, result))
        if self.passes is None:
            self.passes = asyncio.create_task(self.make_passes())
        return await result

    async def make_passes(self) -> None:
        while self.waiting:
            taken = [self.waiting.popleft()]
            while self.waiting and sum(len(rows) for rows, _ in taken) + len(self.waiting[0][0]) <= MAX_SHARED_ROWS:
                taken.append(self.waiting.popleft())
            try:
                rows = np.concatenate([rows for rows, _ in taken])
                answers = await asyncio.get_running_loop().run_in_executor(THREAD, self.work, rows)
                end = 0
                for rows, result in taken:
                    start, end = end, end + len(rows)
                    if not result.done():  # as it is when the visitor has gone
                        result.set_result(answers[start:end])
            except Exception as error:  # noqa: BLE001, theirs to handle who asked
                for _, result in taken:
                    if not result.done():
                        result.set_exception(error)
        self.passes = None
