"""The page on which a visitor draws, sees codes, edits them and has them completed."""

from .page import LAUNCH, Page, build

__all__ = ["LAUNCH", "Page", "build"]
