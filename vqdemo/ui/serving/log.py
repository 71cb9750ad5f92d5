"""What the process prints: nothing of what visitors send, and no sign that the console cannot show."""

import logging
import sys
from pathlib import Path


def keep_mcp_from_logging() -> None:
    """The package mcp logs requests that it cannot read, by its own and by the root logger."""
    logging.getLogger("mcp").setLevel(logging.CRITICAL)
    logging.getLogger().addFilter(not_by_mcp)  # by its name, so that it is added once only


def not_by_mcp(record: logging.LogRecord) -> bool:
    return Path(record.pathname).parts[-3:-2] != ("mcp",)


def replace_unprintable() -> None:
    """A console of another encoding than UTF-8, as on Windows, shows "?" for what it lacks: no error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a notebook's has no encoding
            stream.reconfigure(errors="replace")
