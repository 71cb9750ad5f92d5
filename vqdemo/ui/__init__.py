"""The page on which a visitor draws, sees codes, edits them and has them completed."""

from .page import LAUNCH, Page, build
from .quality_table import read_metrics

__all__ = ["LAUNCH", "Page", "build", "read_metrics"]
