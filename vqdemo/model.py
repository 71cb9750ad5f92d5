"""VQModel: the VQ-VAE and the prior behind one small door, and how they are stored.

    model = vqdemo.load("weights")
    image -> model.encode -> codes -> model.complete -> codes -> model.decode -> image

A folder of weights holds vqvae.safetensors, prior.safetensors and config.json, which has all that is needed to rebuild both
networks. Results are numpy arrays; arguments are arrays, tensors or nested lists, checked by vqdemo/checks.py.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from vqdemo import checks, sampling
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.sampling import Choice
from vqdemo.vqvae import VQVAE, VQVAEConfig

BATCH = 256  # grids that go through a network at once; bounds memory, changes no result
RAREST_LABEL = 1e-3  # without a label, labels that the known cells make less likely than this are left out


class VQModel:
    """Both networks, ready to use; made by `load`. It holds no state of its callers and may be shared between threads."""

    def __init__(
        self, vqvae: VQVAE, prior: PixelCNN, labels: list[str], defaults: dict[str, float], device: str = "cpu"
    ):
        """`labels` are the names of the classes; `defaults` the settings of temperature, top_p and guidance that read best."""
        self.vqvae = vqvae.to(device).eval().requires_grad_(False)
        self.prior = prior.to(device).eval().requires_grad_(False)
        self.labels = labels
        self.defaults = defaults
        self.device = device
        self.grid_shape = (vqvae.config.grid, vqvae.config.grid)
        self.image_size = vqvae.config.image_size
        self.num_codes = vqvae.config.num_codes
        self.num_labels = prior.config.num_labels
        self.tiles = vqvae.tiles.cpu().numpy()  # float32 (K,T,T) in [0,1]: mean picture around the cells that carry a code
        self.usage = vqvae.usage.cpu().numpy()  # float32 (K,): share of the training cells that carry it
        self.background = int(self.usage.argmax())  # the code of an empty cell

    # ---- images <-> codes

    @torch.no_grad()
    def encode(self, images) -> np.ndarray:
        """Codes of pictures: float (N,S,S) in [0,1], 0 paper and 1 ink -> int64 (N,G,G) in 0..K-1.

        Raises TypeError for anything but numbers; ValueError for another shape, N = 0, NaN, or values outside [0,1].
        """
        pictures = checks.images(images, self.image_size)
        return np.concatenate([self.vqvae.encode(some.to(self.device)).cpu().numpy() for some in pictures.split(BATCH)])

    @torch.no_grad()
    def decode(self, codes) -> np.ndarray:
        """Pictures of codes: int (N,G,G) in 0..K-1 -> float32 (N,S,S) in [0,1].

        Raises TypeError for anything but integers; ValueError for another shape, N = 0, or codes outside 0..K-1.
        """
        grids = self._codes(codes, unknown=False, batch=True)
        return np.concatenate([self.vqvae.decode(some)[:, 0].cpu().numpy() for some in grids.split(BATCH)])

    # ---- the prior

    def sample(
        self, n: int, label: int | None = None, temperature: float = 1.0, top_p: float = 1.0, guidance: float = 0.0,
        seed: int | None = None,
    ) -> np.ndarray:  # fmt: skip
        """New grids from nothing -> int64 (n,G,G).

        label 0..num_labels-1, or None: each grid's label is then drawn first. temperature in [0.001,100]: below 1 is safer,
        above 1 wilder. top_p in (0,1]: only the likeliest codes that together reach it. guidance in [0,20]: how strongly the
        label is exaggerated (0: not at all). Equal seeds (0..2^63-1) give equal grids on one machine; None is a new one each time.
        Raises TypeError or ValueError naming the argument, what came and what is allowed.
        """
        grid = np.full(self.grid_shape, -1, dtype=np.int64)
        return self.complete(grid, n, label, temperature, top_p, guidance, seed)

    @torch.no_grad()
    def complete(
        self, codes, n: int, label: int | None = None, temperature: float = 1.0, top_p: float = 1.0,
        guidance: float = 0.0, seed: int | None = None,
    ) -> np.ndarray:  # fmt: skip
        """n completions of one grid: int (G,G), -1 where unknown -> int64 (n,G,G), the known cells unchanged.

        Every unknown cell is drawn given all known cells and the unknown ones before it in raster order. Without a label, each
        completion draws one from the prior's guess p(label | known cells). Other arguments and errors as in `sample`.
        """
        grid = self._codes(codes, unknown=True, batch=False)
        n = checks.integer(n, "n", 1)
        label = checks.label(label, self.num_labels)
        choice = Choice(checks.temperature(temperature), checks.top_p(top_p), checks.guidance(guidance))
        generator = torch.Generator()
        seed = checks.seed(seed)
        generator.manual_seed(seed) if seed is not None else generator.seed()

        if label is None:
            p = self.label_log_probs(grid[None], grid[None] >= 0)[0].exp().cpu()
            labels = torch.multinomial(p, n, replacement=True, generator=generator)
        else:
            labels = torch.full((n,), label)
        uniform = torch.rand(n, *self.grid_shape, generator=generator)
        filled = [
            sampling.fill(self.prior, grid.expand(len(some), -1, -1), some.to(self.device), choice, numbers.to(self.device))
            for some, numbers in zip(labels.split(BATCH), uniform.split(BATCH), strict=True)
        ]
        return torch.cat(filled).cpu().numpy()

    @torch.no_grad()
    def log_prob(self, codes, known=None, label: int | None = None) -> np.ndarray:
        """Natural-log probability of the unknown cells given all the known ones: int (N,G,G) in 0..K-1 -> float32 (N,).

        known: bool (G,G) or (N,G,G); None means that nothing is known, so that the whole grid is judged. Without a label: the
        mixture over labels that `sample` and `complete` draw from. Raises TypeError or ValueError as `decode` and `sample` do.
        """
        grids = self._codes(codes, unknown=False, batch=True)
        mask = checks.known(known, len(grids), self.grid_shape[0]).to(self.device)
        label = checks.label(label, self.num_labels)
        parts = [self._log_prob(g, m, label) for g, m in zip(grids.split(BATCH), mask.split(BATCH), strict=True)]
        return torch.cat(parts).cpu().numpy()

    @torch.no_grad()
    def conditionals(self, codes, label: int | None = None) -> np.ndarray:
        """What the prior expects in each cell given all OTHER known cells: int (G,G), -1 where unknown -> float32 (G,G,K).

        Each distribution sums to 1. Without a label: the mixture over the labels that the other known cells leave likely.
        Raises TypeError or ValueError as `complete` does.
        """
        grid = self._codes(codes, unknown=True, batch=False)
        label = checks.label(label, self.num_labels)
        cells = grid.numel()
        hidden = torch.eye(cells, dtype=torch.bool, device=grid.device).view(cells, *self.grid_shape)
        grids = torch.where(hidden, -1, grid)  # row i lacks cell i
        rows, labels, weights = self._with_labels(grids, grids >= 0, label)
        p = torch.zeros(cells, self.num_codes, device=grid.device)
        for some in torch.arange(len(rows), device=grid.device).split(BATCH):
            row = rows[some]
            logits, _ = self.prior(grids[row], grids[row] >= 0, labels[some])
            own = logits.flatten(2)[torch.arange(len(some), device=grid.device), :, row]  # the hidden cell's logits
            p.index_add_(0, row, weights[some].exp()[:, None] * own.softmax(-1))
        p = p / p.sum(-1, keepdim=True)
        return p.view(*self.grid_shape, self.num_codes).cpu().numpy()

    @torch.no_grad()
    def label_log_probs(self, codes: Tensor, known: Tensor) -> Tensor:
        """The prior's guess log p(label | known cells): int64 and bool tensors (N,G,G) -> (N,num_labels), -inf if very unlikely."""
        nobody = codes.new_full((len(codes),), self.prior.no_label)
        _, logits = self.prior.context(codes, known, nobody)
        log_p = logits.log_softmax(-1)
        return log_p.masked_fill(log_p < np.log(RAREST_LABEL), -torch.inf).log_softmax(-1)

    # ---- inside

    def _codes(self, value, unknown: bool, batch: bool) -> Tensor:
        return checks.codes(value, self.grid_shape[0], self.num_codes, unknown, batch).to(self.device)

    def _with_labels(self, codes: Tensor, known: Tensor, label: int | None) -> tuple[Tensor, Tensor, Tensor]:
        """The pairs (grid, label) of a mixture over labels: rows into codes (M,), labels (M,), log weights (M,)."""
        if label is not None:
            rows = torch.arange(len(codes), device=codes.device)
            return rows, torch.full_like(rows, label), torch.zeros(len(rows), device=codes.device)
        log_p = self.label_log_probs(codes, known)
        rows, labels = log_p.isfinite().nonzero(as_tuple=True)
        return rows, labels, log_p[rows, labels]

    def _log_prob(self, codes: Tensor, known: Tensor, label: int | None) -> Tensor:
        rows, labels, weights = self._with_labels(codes, known, label)
        result = torch.full((len(codes), self.num_labels), -torch.inf, device=codes.device)
        for some in torch.arange(len(rows), device=codes.device).split(BATCH):
            row = rows[some]
            logits, _ = self.prior(codes[row], known[row], labels[some])
            each = -torch.nn.functional.cross_entropy(logits, codes[row], reduction="none")  # (M,G,G)
            result[row, labels[some]] = weights[some] + (each * ~known[row]).sum((1, 2))
        return result.logsumexp(1)


# ---- storage


def read_config(folder: Path) -> dict:
    """config.json of a folder of weights; FileNotFoundError or ValueError naming the file if it is missing or not JSON."""
    path = folder / "config.json"
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: {folder} is not a folder of vqdemo weights")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not valid JSON: {error}") from None


def load_network(network: torch.nn.Module, path: Path) -> None:
    """Fill a network from a safetensors file; FileNotFoundError or ValueError naming the file and what is wrong with it."""
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing")
    try:
        network.load_state_dict(load_file(path))
    except SafetensorError as error:
        raise ValueError(f"{path} is damaged or not a safetensors file: {error}") from None
    except RuntimeError as error:
        raise ValueError(f"{path} does not fit the network that config.json describes: {error}") from None


def load_vqvae(folder: Path) -> VQVAE:
    """The VQ-VAE alone, which is all that exists between the two trainings."""
    network = VQVAE(VQVAEConfig(**read_config(folder)["vqvae"]))
    load_network(network, folder / "vqvae.safetensors")
    return network.eval().requires_grad_(False)


def load(source: str | Path, device: str = "cpu", revision: str | None = None) -> VQModel:
    """A model from a folder, or from "user/repo" (at `revision`) on the Hugging Face Hub.

    Raises FileNotFoundError if there is no such folder or a file is missing; ValueError if a file is damaged or fits no config.
    """
    folder = Path(source)
    if not folder.is_dir():
        if str(source).count("/") != 1 or str(source).startswith((".", "/")):
            raise FileNotFoundError(f'{source} is neither a folder of weights nor a Hub repository "user/repo"')
        from huggingface_hub import snapshot_download

        folder = Path(snapshot_download(str(source), revision=revision, allow_patterns=["*.safetensors", "*.json"]))
    config = read_config(folder)
    try:
        prior = PixelCNN(PixelCNNConfig(**config["prior"]))
        labels, defaults = config["labels"], config["defaults"]
        vqvae = load_vqvae(folder)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / 'config.json'} does not describe a vqdemo model: {error}") from None
    load_network(prior, folder / "prior.safetensors")
    return VQModel(vqvae, prior, labels, defaults, device)
