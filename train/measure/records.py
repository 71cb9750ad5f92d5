"""Where measurements are kept: one JSON file each in runs/measurements, put together in metrics.json.

A record names what it was measured of: files of weights by their SHA-256, the pictures, the settings that
matter. A measurement is done anew only where one of these has changed. metrics.json lists them too, under
"measured_of", so that its figures also count as kept where the folder of runs is gone.
"""

import json
from collections.abc import Callable
from pathlib import Path

from train.runtime.files import read_json, write_json
from train.runtime.folders import Folders


def path_of(folders: Folders, name: str) -> Path:
    """The file of a measurement."""
    return folders.runs / "measurements" / f"{name}.json"


def records_of(folders: Folders, name: str) -> list[dict]:
    """Records of a measurement, {"of": ..., "result": ...}: of the folder of runs, then of metrics.json."""
    metrics = read_json(folders.out / "metrics.json")
    found = [read_json(path_of(folders, name))]
    if name in metrics.get("measured_of", {}):
        found.append({"of": metrics["measured_of"][name], "result": metrics[name]})
    return [record for record in found if record]


def keep(folders: Folders, name: str, of: dict, result) -> None:
    """Write the record of a measurement."""
    write_json(path_of(folders, name), {"of": of, "result": result})


def measured(folders: Folders, name: str, of: dict, measure: Callable[[], dict | None]) -> dict | None:
    """The kept result of a measurement of just this, else measure(), which is then kept unless it is None."""
    of = json.loads(json.dumps(of))  # tuples become lists, as in the file
    for record in records_of(folders, name):
        if record["of"] == of:
            return record["result"]
    result = measure()
    if result is not None:
        keep(folders, name, of, result)
    return result


def still_true(record: dict, current: dict) -> bool:
    """Whether what a record was measured of is what there is now, as far as `current` names it."""
    return all(current.get(name, value) == value for name, value in record["of"].items())


def put_together(folders: Folders, names: list[str], head: dict, current: dict) -> dict:
    """Writes metrics.json: its head, the records that are still true, and what each is of.

    names: the measurements that come first. current: what a measurement may be of, as it is now.
    """
    current = json.loads(json.dumps(current))
    old = read_json(folders.out / "metrics.json")
    others = {path.stem for path in path_of(folders, "x").parent.glob("*.json")} | old.get(
        "measured_of", {}
    ).keys()
    metrics, measured_of = dict(head), {}
    for name in [*names, *sorted(others - set(names))]:
        for record in records_of(folders, name):
            if name not in metrics and still_true(record, current):
                metrics[name], measured_of[name] = record["result"], record["of"]
    metrics["measured_of"] = measured_of
    if metrics != old:
        write_json(folders.out / "metrics.json", metrics)
    return metrics


def publish(folders: Folders, name: str, of: dict, result) -> None:
    """Keep a record, put it into metrics.json, if there is one, and print it."""
    keep(folders, name, of, result)
    metrics = read_json(folders.out / "metrics.json")
    if metrics:
        measured_of = metrics.pop("measured_of", {}) | {name: of}
        write_json(folders.out / "metrics.json", metrics | {name: result, "measured_of": measured_of})
    print(json.dumps({name: result}, indent=2))
