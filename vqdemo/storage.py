"""Files of weights: how they are found, read and checked.

A folder of weights holds config.json, vqvae.safetensors, prior.safetensors and metrics.json, and perhaps
film.safetensors, moments of the VQ-VAE's training. It is a local folder, or a repository on the Hugging Face
Hub that is downloaded once and then cached. Every error names the file and the cause.
"""

import hashlib
import json
import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load, save

NETWORKS = ("vqvae.safetensors", "prior.safetensors")
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)  # what tensors may be stored as
FILM = "film.safetensors"
FILES = ("config.json", *NETWORKS, "metrics.json", FILM)


def find(source: str | Path, revision: str | None = None) -> Path:
    """The local folder of weights: `source` itself, or the downloaded files of a repository "user/repo".

    revision: a branch, tag or commit of the repository; None is its main branch. Raises
    FileNotFoundError if `source` is neither, or if the repository cannot be downloaded. Raises ValueError if
    it is a folder, and a revision is given.
    """
    folder = Path(os.path.expanduser(source))  # which leaves a ~ of nobody's as it is
    if folder.is_dir():
        if revision is not None:
            raise ValueError(f"{source} is a folder, which has no revisions: leave out revision {revision!r}")
        return folder
    if str(source).count("/") != 1 or str(source).startswith((".", "/")):
        raise FileNotFoundError(f'{source} is neither a folder of weights nor a Hub repository "user/repo"')

    # Imported here, since a folder of weights needs none of it.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    where = f"{source} at revision {revision}" if revision else source
    try:
        return Path(snapshot_download(str(source), revision=revision, allow_patterns=list(FILES)))
    except HFValidationError as error:
        raise FileNotFoundError(f"{source} is no folder, and no name of a Hub repository: {error}") from None
    except RevisionNotFoundError:
        raise FileNotFoundError(f"the Hub repository {source} has no revision {revision}") from None
    except RepositoryNotFoundError:
        raise FileNotFoundError(
            f"{source} is no folder, and the Hub has no such repository open to you"
        ) from None
    except EntryNotFoundError as error:
        raise FileNotFoundError(
            f"{where} is not on this machine, and the Hub cannot be reached: {error}"
        ) from None
    except OSError as error:
        raise FileNotFoundError(f"{where} cannot be fetched from the Hub: {error}") from None


def weight_files(folder: str | Path) -> list[Path]:
    """The files of a folder's networks, the VQ-VAE's first."""
    return [Path(folder) / name for name in NETWORKS]


def film_of(folder: str | Path) -> Path | None:
    """The film of the training that made a folder's VQ-VAE (train/report/film.py).

    None if there is none, or only that of another VQ-VAE, which was there before. Raises ValueError if the
    file is damaged.
    """
    path, vqvae = Path(folder) / FILM, Path(folder) / NETWORKS[0]
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            made_of = (file.metadata() or {}).get("vqvae")
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or not a safetensors file: {error}") from None
    return path if made_of == hashlib.sha256(vqvae.read_bytes()).hexdigest() else None


def read_config(folder: Path) -> dict:
    """The object in config.json of a folder of weights.

    Raises FileNotFoundError if the file is missing, and ValueError if it is not a JSON object; both name it.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {folder} is not a folder of vqdemo weights")
    try:
        config = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(config, dict):
        message = f"{path} must hold an object, not {type(config).__name__}"
        raise ValueError(message)  # noqa: TRY004, the file is wrong, not an argument
    return config


def stored_tensors(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """What is stored of a network: its tensors, in float16. Networks compute in float32."""
    return {
        name: tensor.half().contiguous() if tensor.is_floating_point() else tensor.contiguous()
        for name, tensor in network.state_dict().items()
    }


def round_as_stored(network: torch.nn.Module) -> None:
    """Round a network's tensors in place to what will be stored of them."""
    network.load_state_dict(stored_tensors(network))


def file_of(network: torch.nn.Module) -> bytes:
    """The content of the safetensors file that a network is stored in."""
    return save(stored_tensors(network))


def fingerprint_of(network: torch.nn.Module) -> str:
    """SHA-256 of `file_of`, in hexadecimal. Networks with equal weights have equal fingerprints."""
    return hashlib.sha256(file_of(network)).hexdigest()


def load_network(network: torch.nn.Module, path: Path, sha256: str | None = None) -> None:
    """Load the weights of a network from a safetensors file.

    sha256: the file's checksum by config.json, in hexadecimal; None if it has none. Raises FileNotFoundError
    if the file is missing, and ValueError if it is damaged or has the tensors of another network. Both name
    the file and the cause.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing")
    content = path.read_bytes()
    if content.startswith(b"version https://git-lfs"):
        raise ValueError(f"{path} is a Git LFS pointer, not the file itself: run `git lfs pull`")
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"{path} is damaged, or not the file that config.json was written for: its SHA-256 differs"
        )
    try:
        tensors = load(content)
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or not a safetensors file: {error}") from None
    for name, tensor in tensors.items():
        if tensor.dtype not in FLOATS:
            allowed = ", ".join(str(dtype).removeprefix("torch.") for dtype in FLOATS)
            found = str(tensor.dtype).removeprefix("torch.")
            raise ValueError(f"{path}: the tensor {name} is {found}; allowed are {allowed}")
        if not bool(tensor.isfinite().all()):
            raise ValueError(f"{path}: the tensor {name} holds numbers that are not finite (NaN or infinity)")
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(f"{path} does not fit the network that config.json describes: {error}") from None
