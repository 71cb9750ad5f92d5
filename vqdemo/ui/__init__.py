"""The page on which a visitor draws, sees codes, edits them and has them completed."""

from vqdemo.ui.page import build

__all__ = ["build"]
