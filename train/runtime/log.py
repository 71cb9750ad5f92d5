"""A training's log: a CSV file with a row of figures for each epoch."""

import csv
import os
from pathlib import Path


def log_row(path: Path, row: dict) -> None:
    """Write an epoch's figures after those of the epochs before it.

    Rows of this epoch and of later ones are replaced: a run that was cut off after its last checkpoint left
    them.
    """
    rows = []
    if path.exists():
        with open(path, newline="", encoding="utf-8") as file:
            rows = [
                old
                for old in csv.DictReader(file)
                if list(old) == list(row) and int(old["epoch"]) < row["epoch"]
            ]
    partial = path.with_name(path.name + ".partial")
    with open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerows([*rows, row])
    os.replace(partial, path)


def read_log(path: Path) -> list[dict[str, float]]:
    """The rows that `log_row` wrote, an epoch each."""
    with open(path, newline="", encoding="utf-8") as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def totals(path: Path) -> dict[str, float]:
    """Epochs of a log, and its seconds by the clock and of the CPU in all; {} if there is no log."""
    if not path.exists():
        return {}
    rows = read_log(path)
    return {"epochs": len(rows)} | {
        kind: sum(row[kind] for row in rows) for kind in ("seconds", "cpu_seconds")
    }
