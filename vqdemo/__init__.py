"""vqdemo: a discrete latent space that can be seen, edited and completed."""

from vqdemo.model import VQModel, load

__all__ = ["VQModel", "load"]
