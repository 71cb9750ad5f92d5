"""Memory of large pictures and bodies goes back to the system once it is freed.

By itself the C library keeps such blocks for later, in one heap for each of many threads: under a mixed load
the process would grow by a fifth before it levels out.
"""

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # of malloc.h
LARGE = 4 * 2**20  # bytes; more than the networks need for one visitor, so that they lose nothing
HEAPS = 2


def give_back() -> None:
    """Tell glibc; other C libraries have no such switch, and are left as they are."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(M_MMAP_THRESHOLD, LARGE)
        mallopt(M_TRIM_THRESHOLD, 2 * LARGE)  # below that, a heap keeps its free end for the next request
        mallopt(M_ARENA_MAX, HEAPS)
