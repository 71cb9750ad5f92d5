"""What to compute on, and in which precision."""

from contextlib import nullcontext

import torch


def best_device() -> str:
    """A CUDA GPU, else Apple's, else the CPU."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def autocast(device: str):
    """bfloat16 autocast where the hardware multiplies it; CPUs that do not are two to three times slower with it than without."""
    if device == "cpu":
        able = torch.cpu.get_capabilities()
        if not (able.get("amx_bf16") or able.get("avx512_bf16") or able.get("bf16")):
            return nullcontext()
    return torch.autocast(device, torch.bfloat16)
