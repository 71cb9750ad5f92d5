"""The page on which a visitor draws, sees codes, edits them and has them completed."""

from vqdemo.ui.page import build
from vqdemo.ui.quality_table import read_metrics

__all__ = ["build", "read_metrics"]
