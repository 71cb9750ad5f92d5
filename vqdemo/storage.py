"""Files of weights: where they are found, and what is said when they are not as they should be.

A folder of weights holds config.json, vqvae.safetensors and prior.safetensors, and beside them metrics.json. It lies on this machine, or
in a repository on the Hugging Face Hub, from where it is fetched once and then kept. Every error names the file and the cause.
"""

import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

NETWORKS = ("vqvae.safetensors", "prior.safetensors")
FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)  # what tensors may be stored as
FILES = ("config.json", *NETWORKS, "metrics.json")


def find(source: str | Path, revision: str | None = None) -> Path:
    """The folder of weights that is meant by a folder's path or by "user/repo" on the Hub, at a branch, tag or commit of it.

    Raises FileNotFoundError if it is neither, or if the repository cannot be had.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return folder
    if str(source).count("/") != 1 or str(source).startswith((".", "/")):
        raise FileNotFoundError(f'{source} is neither a folder of weights nor a Hub repository "user/repo"')

    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import EntryNotFoundError, HFValidationError, RepositoryNotFoundError, RevisionNotFoundError

    where = f"{source} at revision {revision}" if revision else source
    try:
        return Path(snapshot_download(str(source), revision=revision, allow_patterns=list(FILES)))
    except HFValidationError as error:
        raise FileNotFoundError(f"{source} is no folder, and no name of a Hub repository: {error}") from None
    except RevisionNotFoundError:
        raise FileNotFoundError(f"the Hub repository {source} has no revision {revision}") from None
    except RepositoryNotFoundError:
        raise FileNotFoundError(f"{source} is no folder, and the Hub has no such repository open to you") from None
    except EntryNotFoundError as error:
        raise FileNotFoundError(f"{where} is not on this machine, and the Hub cannot be reached: {error}") from None
    except OSError as error:
        raise FileNotFoundError(f"{where} cannot be fetched from the Hub: {error}") from None


def read_config(folder: Path) -> dict:
    """config.json of a folder of weights; FileNotFoundError or ValueError naming the file if it is missing or no JSON object."""
    path = folder / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {folder} is not a folder of vqdemo weights")
    try:
        config = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from None
    if not isinstance(config, dict):
        raise ValueError(f"{path} must hold an object, not {type(config).__name__}")  # noqa: TRY004, of the file
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
    """The safetensors file that a network is stored in."""
    return save(stored_tensors(network))


def fingerprint_of(network: torch.nn.Module) -> str:
    """SHA-256 of that file."""
    return hashlib.sha256(file_of(network)).hexdigest()


def load_network(network: torch.nn.Module, path: Path, sha256: str | None = None) -> None:
    """Fill a network from a safetensors file; FileNotFoundError or ValueError naming the file and what is wrong with it.

    sha256: what config.json says of the file; None if it says nothing.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing")
    content = path.read_bytes()
    if content.startswith(b"version https://git-lfs"):
        raise ValueError(f"{path} is a Git LFS pointer, not the file itself: run `git lfs pull`")
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"{path} is damaged, or not the file that config.json was written for: its SHA-256 differs")
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
