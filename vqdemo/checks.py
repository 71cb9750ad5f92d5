"""Checks of the arguments of public functions. This is the only place where they are checked.

Each check returns its argument in the form that the networks use. It raises TypeError for the wrong kind of
value and ValueError for a value of the right kind that is not allowed. Both name the argument, its value and
what is allowed.
"""

import math
import operator

import numpy as np
import torch
from torch import Tensor


def describe(value) -> str:
    """A short description of any value for an error message."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001, repr may raise anything, as of an integer of 5,000 digits
        text = "a value that cannot be shown"
    return f"{text if len(text) <= 40 else text[:37] + '...'} ({type(value).__name__})"


def as_array(value, name: str) -> np.ndarray:
    """An array, a tensor or nested lists -> a numpy array of numbers or booleans."""
    if not isinstance(value, (np.ndarray, Tensor, list, tuple)):
        raise TypeError(
            f"{name} must be a numpy array, a torch tensor or nested lists, not {describe(value)}"
        )
    try:
        if isinstance(value, Tensor):
            value = value.detach().cpu()
            value = (value.float() if value.dtype == torch.bfloat16 else value).numpy()
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be rectangular: rows of nested lists have different lengths") from None
    except (RuntimeError, TypeError) as error:  # of tensors: without values, sparse, of 8-bit floats
        raise TypeError(f"{name} must hold numbers that numpy can read: {error}") from None
    if array.dtype.kind not in "biuf":
        example = f" such as {describe(array.flat[0])}" if array.size else ""
        raise TypeError(f"{name} must hold numbers, not {array.dtype.name} values{example}")
    return array


def check_shape(array: np.ndarray, name: str, shape: tuple) -> None:
    """Compares the array's shape with `shape`, in which a string stands for any size of at least one."""
    fits = array.ndim == len(shape) and all(
        size >= 1 if isinstance(want, str) else size == want
        for size, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        least = ", at least one" if any(isinstance(want, str) for want in shape) else ""
        raise ValueError(f"{name} must have shape ({', '.join(map(str, shape))}){least}, not {array.shape}")


def images(value, size: int) -> Tensor:
    """Images (N,size,size) with values in [0,1] -> float32 (N,1,size,size)."""
    array = as_array(value, "images")
    check_shape(array, "images", ("N", size, size))
    if not np.isfinite(array).all():
        raise ValueError("images must be finite numbers in [0, 1]; there are NaN or infinite values")
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            f"images must lie in [0, 1], not [{array.min():g}, {array.max():g}]; divide 8-bit pictures by 255"
        )
    return torch.from_numpy(array.astype(np.float32))[:, None]


def codes(value, grid: int, num_codes: int, unknown: bool, batch: bool) -> Tensor:
    """Grids of integer codes 0..num_codes-1 -> int64 tensor of the same shape.

    batch: whether the shape is (N,grid,grid) or, of one grid, (grid,grid). unknown: whether -1 is allowed.
    """
    array = as_array(value, "codes")
    check_shape(array, "codes", ("N", grid, grid) if batch else (grid, grid))
    if array.dtype.kind not in "iu":
        raise TypeError(f"codes must be integers, not {array.dtype}")
    lowest = -1 if unknown else 0
    wrong = (array < lowest) | (array >= num_codes)
    if wrong.any():
        allowed = f"0 to {num_codes - 1}" + (", or -1 for unknown" if unknown else "")
        raise ValueError(f"codes must be {allowed}; found {array[wrong][0]}")
    return torch.from_numpy(array.astype(np.int64))


def known(value, n: int, grid: int) -> Tensor:
    """The known cells, bool (grid,grid) or (N,grid,grid), or None for no cell -> bool (N,grid,grid)."""
    if value is None:
        return torch.zeros(n, grid, grid, dtype=torch.bool)
    array = as_array(value, "known")
    if array.dtype != np.bool_:
        raise TypeError(f"known must be booleans, not {array.dtype}")
    check_shape(array, "known", (grid, grid) if array.ndim == 2 else (n, grid, grid))
    return torch.from_numpy(np.array(np.broadcast_to(array, (n, grid, grid))))


def integer(value, name: str, low: int, high: int | None = None) -> int:
    """A whole number from low to high."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        number = operator.index(value)
    except (TypeError, RuntimeError):  # RuntimeError is of a tensor without values
        raise TypeError(f"{name} must be a whole number, not {describe(value)}") from None
    if number < low or (high is not None and number > high):
        allowed = f"at least {low}" if high is None else f"from {low} to {high}"
        raise ValueError(f"{name} must be {allowed}, not {describe(value)}")
    return number


def label(value, num_labels: int) -> int | None:
    """A class 0..num_labels-1, or None for any."""
    return None if value is None else integer(value, "label (or None for any)", 0, num_labels - 1)


def seed(value, most: int = 2**63 - 1) -> int | None:
    """A seed from 0 to `most`, or None for a new one each time."""
    return None if value is None else integer(value, "seed (or None)", 0, most)


def number(value, name: str, allowed: str, test) -> float:
    """A finite number for which `test` is true. `allowed` says in words which these are."""
    if isinstance(value, (bool, np.bool_, str, bytes)):
        raise TypeError(f"{name} must be a number, not {describe(value)}")
    try:
        result = float(value)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError is of a tensor, without values or complex
        raise TypeError(f"{name} must be a number, not {describe(value)}") from None
    except OverflowError:
        result = math.inf
    if not (math.isfinite(result) and test(result)):
        raise ValueError(f"{name} must be {allowed}, not {describe(value)}")
    return result


def temperature(value, most: float = 100) -> float:
    """From 0.001 to `most`. The lower bound keeps logits finite."""
    return number(value, "temperature", f"from 0.001 to {most:g}", lambda x: 1e-3 <= x <= most)


def top_p(value) -> float:
    """Above 0 and at most 1."""
    return number(value, "top_p", "above 0 and at most 1", lambda x: 0 < x <= 1)


def guidance(value, most: float = 20) -> float:
    """From 0 (none) to `most`."""
    return number(value, "guidance", f"from 0 to {most:g}", lambda x: 0 <= x <= most)
