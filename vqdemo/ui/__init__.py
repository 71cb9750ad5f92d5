"""The page on which a visitor draws, sees codes, edits them and has them completed."""

from .figures import read_metrics
from .page import LAUNCH, Page, build

__all__ = ["LAUNCH", "Page", "build", "read_metrics"]
