"""What to compute on, and in which precision."""

import os
from contextlib import nullcontext

import torch


def best_device() -> str:
    """A CUDA GPU, else Apple's, else the CPU.

    On one device the same seed gives the same weights again.
    """
    if torch.cuda.is_available():
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS repeats its results with it
        torch.use_deterministic_algorithms(True, warn_only=True)
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def precision(device: str, bf16: bool = True) -> torch.dtype:
    """bfloat16 if wanted and where the hardware multiplies it, elsewhere float32.

    Without such hardware bfloat16 only costs time.
    """
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        pays = able.get("amx_bf16") or able.get("avx512_bf16") or able.get("bf16")
    else:
        pays = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return torch.bfloat16 if bf16 and pays else torch.float32


def autocast(device: str, bf16: bool = True):
    """Autocast to what `precision` says."""
    lower = precision(device, bf16)
    return nullcontext() if lower == torch.float32 else torch.autocast(device, lower)
