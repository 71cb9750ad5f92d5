"""VQModel: the VQ-VAE and the prior behind one public interface, and how they are loaded.

    model = vqdemo.load("weights")
    image -> model.encode -> codes -> model.complete -> codes -> model.decode -> image

config.json, beside the weights, has all that is needed to rebuild both networks. vqdemo/storage.py reads the
files. Arguments are arrays, tensors or nested lists, checked by vqdemo/checks.py. Results are numpy arrays.
"""

import secrets
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from vqdemo import checks, noise, sampling, storage
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig, label_posterior
from vqdemo.sampling import SamplingParams
from vqdemo.vqvae import BLANK, VQVAE, VQVAEConfig

BATCH_GRIDS = 256  # grids that go through a network at once: bounds memory, changes no result
MAX_GRIDS = 100_000  # grids that one call of `sample` or `complete` may ask for
MIN_LABEL_PROBABILITY = 1e-3  # labels that are less likely are left out of a mixture over labels


def drop_rare_labels(log_p: Tensor) -> Tensor:
    """log p of labels (...,num_labels) -> the same, normalised again, with -inf for rare labels."""
    return log_p.masked_fill(log_p < np.log(MIN_LABEL_PROBABILITY), -torch.inf).log_softmax(-1)


class VQModel:
    """Both networks, ready to use; made by `load`. It holds no state of its callers: threads may share it.

    In all shapes, N is the number of grids or images, G the cells along a side of a grid, S the pixels along
    a side of an image and K the number of codes.
    """

    def __init__(
        self,
        vqvae: VQVAE,
        prior: PixelCNN,
        labels: list[str],
        defaults: dict[str, float],
        device: str = "cpu",
    ):
        """labels: the names of the classes. defaults: recommended temperature, top_p and guidance."""
        vqvae.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs
        self.vqvae = vqvae.eval().requires_grad_(False)
        self.prior = prior.to(device).eval().requires_grad_(False)
        self.labels = labels
        self.defaults = defaults
        self.device = device
        self.grid_shape = (vqvae.config.grid, vqvae.config.grid)
        self.image_size = vqvae.config.image_size
        self.num_codes = vqvae.config.num_codes
        self.num_labels = prior.config.num_labels
        # Of each code, the mean image around its cells, float32 (K,T,T) in [0,1], and its share of the
        # training images' cells, float32 (K,).
        self.tiles, self.usage = vqvae.tiles.cpu().numpy(), vqvae.usage.cpu().numpy()
        self.background = BLANK  # the code of a cell without ink
        with torch.no_grad():
            self._empty_context = self.prior.empty_context()  # the same for every grid

    # ---- images <-> codes

    @torch.inference_mode()
    def encode(self, images) -> np.ndarray:
        """Codes of images: float (N,S,S) in [0,1], 0 paper and 1 ink -> int64 (N,G,G) in 0..K-1.

        Raises TypeError for anything but numbers. Raises ValueError for another shape, N = 0, NaN or values
        outside [0,1].
        """
        batches = checks.images(images, self.image_size).split(BATCH_GRIDS)
        return np.concatenate([self.vqvae.encode(batch.to(self.device)).cpu().numpy() for batch in batches])

    @torch.inference_mode()
    def decode(self, codes) -> np.ndarray:
        """Images of codes: int (N,G,G) in 0..K-1 -> float32 (N,S,S) in [0,1].

        Raises TypeError for anything but integers. Raises ValueError for another shape, N = 0 or codes
        outside 0..K-1.
        """
        batches = self._codes(codes, unknown=False, batch=True).split(BATCH_GRIDS)
        return np.concatenate([self.vqvae.decode(batch)[:, 0].cpu().numpy() for batch in batches])

    # ---- the prior

    def sample(
        self,
        n: int,
        label: int | None = None,
        temperature: float = 1.0,
        top_p: float = 1.0,
        guidance: float = 0.0,
        seed: int | None = None,
    ) -> np.ndarray:
        """n new grids -> int64 (n,G,G) in 0..K-1.

        n: 1 to 100,000.
        label: 0..num_labels-1, or None to sample a label for each grid first.
        temperature: 0.001 to 100. Logits are divided by it.
        top_p: above 0 and at most 1. Only the likeliest codes that together reach this probability are
        sampled.
        guidance: 0 to 20, weight of classifier-free guidance towards the label (0: none).
        seed: 0..2^63-1, or None for a new one each time. Equal seeds give equal grids on one machine,
        and the first of them are the same for any n.

        Raises TypeError or ValueError, which name the argument, its value and what is allowed.
        """
        grid = np.full(self.grid_shape, -1, dtype=np.int64)
        return self.complete(grid, n, label, temperature, top_p, guidance, seed)

    @torch.inference_mode()
    def complete(
        self,
        codes,
        n: int,
        label: int | None = None,
        temperature: float = 1.0,
        top_p: float = 1.0,
        guidance: float = 0.0,
        seed: int | None = None,
    ) -> np.ndarray:
        """n completions of one grid: int (G,G) in -1..K-1, -1 where unknown -> int64 (n,G,G) in 0..K-1.

        Known cells are unchanged. Each unknown cell is sampled given all known cells and the cells that were
        sampled before it (`generation_order`). Without a label, a label is sampled for each completion first,
        from the prior's p(label | known cells) at the same temperature and guidance. Other arguments and
        errors are those of `sample`.
        """
        grid = self._codes(codes, unknown=True, batch=False)
        n = checks.integer(n, "n", 1, MAX_GRIDS)
        label = checks.label(label, self.num_labels)
        params = SamplingParams(
            checks.temperature(temperature), checks.top_p(top_p), checks.guidance(guidance)
        )
        seed = checks.seed(seed)
        seed = secrets.randbits(63) if seed is None else seed
        return self.complete_each(grid.expand(n, -1, -1), label, params, seed).cpu().numpy()

    def generation_order(self, codes) -> list[int]:
        """The unknown cells of a grid in the order in which `complete` fills them.

        codes: int (G,G) in -1..K-1, -1 where unknown. Returns cell numbers, 0..G*G-1, counted row by row.
        Raises TypeError or ValueError as `complete`.
        """
        return self.prior.generation_order(self._codes(codes, unknown=True, batch=False) < 0).tolist()

    @torch.inference_mode()
    def complete_each(
        self, codes: Tensor, label: int | Tensor | None, params: SamplingParams, seed: int
    ) -> Tensor:
        """One completion of each grid: int64 (N,G,G), -1 where unknown -> int64 (N,G,G).

        Arguments are not checked.

        label: one for all grids, or int64 (N,), one for each. None: sampled as in `complete`, in even shares
        over the batch, so that a few completions of a grid that may be a 4 or a 9 show both.
        seed: 0..2^63-1. The uniform numbers of a grid depend on it and on the grid's row in the batch alone.
        """
        if isinstance(label, Tensor):
            labels = label
        elif label is None:
            labels = self._sample_labels(codes, params, seed)
        else:
            labels = torch.full((len(codes),), label)
        filled = []
        for rows in torch.arange(len(codes)).split(BATCH_GRIDS):
            batch, batch_labels = codes[rows], labels[rows].to(self.device)
            numbers = noise.cell_numbers(seed, range(int(rows[0]), int(rows[-1]) + 1), batch[0].numel())
            uniform = torch.from_numpy(numbers).view(batch.shape)
            filled.append(sampling.fill_cached(self.prior, batch, batch_labels, params, uniform))
        return torch.cat(filled)

    @torch.inference_mode()
    def log_prob(self, codes, known=None, label: int | None = None) -> np.ndarray:
        """Natural-log probability of the unknown cells given all known cells: int (N,G,G) -> float32 (N,).

        codes: in 0..K-1.
        known: bool (G,G) or (N,G,G). None: no cell is known, so the result is that of the whole grid.
        label: 0..num_labels-1. None: the mixture over labels, weighted by p(label | known cells). Labels
            below 0.001 are left out, though `sample` and `complete` may draw them.

        Raises TypeError or ValueError, which name the argument, its value and what is allowed.
        """
        grids = self._codes(codes, unknown=False, batch=True)
        mask = checks.known(known, len(grids), self.grid_shape[0]).to(self.device)
        label = checks.label(label, self.num_labels)
        batches = zip(grids.split(BATCH_GRIDS), mask.split(BATCH_GRIDS), strict=True)
        return torch.cat([self._log_prob(*batch, label) for batch in batches]).cpu().numpy()

    @torch.inference_mode()
    def conditionals(self, codes, label: int | None = None) -> np.ndarray:
        """The distribution of each cell given all OTHER known cells: int (G,G) in -1..K-1 -> float32 (G,G,K).

        codes: -1 where unknown. Each distribution sums to 1.
        label: 0..num_labels-1. None: the mixture over labels, weighted by p(label | other known cells).
            The weights are estimates (`_label_log_probs_of_others`), so that a probability may differ a
            little from what `log_prob` gives.

        Raises TypeError or ValueError, which name the argument, its value and what is allowed.
        """
        grid = self._codes(codes, unknown=True, batch=False)
        label = checks.label(label, self.num_labels)
        labels = torch.arange(self.num_labels) if label is None else torch.tensor([label])
        labels = labels.to(grid.device)
        grids = self.prior.in_order(grid.expand(len(labels), -1, -1))
        before = self.prior.context_before(grids, labels)
        after = self.prior.context_after(grids, grids >= 0, labels)
        # (labels,G,G,K) in one pass: no cell's logits depend on its own code.
        log_p = self.prior.in_order(self.prior.head(before, after)).log_softmax(-1)
        if label is None:
            evidence = self.prior.evidence(grids, before, labels, self._empty_context)
            log_p = log_p + self._label_log_probs_of_others(grid, log_p, evidence)[..., None]
        return log_p.logsumexp(0).exp().cpu().numpy()

    @torch.inference_mode()
    def label_probs(self, codes) -> np.ndarray:
        """p(label | known cells): int (G,G), -1 where unknown -> float32 (num_labels,), summing to 1.

        Raises TypeError or ValueError as `complete` does.
        """
        grid = self._codes(codes, unknown=True, batch=False)[None]
        return self.label_log_probs(grid, grid >= 0)[0].exp().cpu().numpy()

    @torch.inference_mode()
    def label_log_probs(self, codes: Tensor, known: Tensor) -> Tensor:
        """`PixelCNN.label_log_probs` in batches, with equal grids computed once.

        int64 and bool tensors (N,G,G) -> float32 (N,num_labels). Arguments are not checked.
        """
        grids, index = sampling.unique_rows(torch.where(known, codes, -1))  # completions of one grid share it
        batches = grids.split(max(1, BATCH_GRIDS // self.num_labels))  # each grid is run once for each label
        parts = [self.prior.label_log_probs(batch, batch >= 0, self._empty_context) for batch in batches]
        return torch.cat(parts)[index]

    # ---- inside

    def _label_log_probs_of_others(self, grid: Tensor, log_p: Tensor, evidence: Tensor) -> Tensor:
        """log p(label | all known cells but one), for each cell: -> (labels,G,G).

        grid: int64 (G,G). log_p: (labels,G,G,K), of each cell given the label and the other known cells.
        evidence: (labels,), of all known cells.

        The evidence of the other cells is estimated by p(others) = p(all) / p(cell | others). `log_prob`
        computes it exactly by a pass without the cell, which would take 49 passes here. For digits that are
        hard to tell apart the two differ: in 2 of 100 grids a code's probability differs by more than 0.01,
        rarely by 0.1.
        """
        cells = grid.numel()
        others = ~torch.eye(cells, dtype=torch.bool, device=grid.device).view(cells, *self.grid_shape)
        classifier_logits = self.prior.label_classifier(torch.where(others, grid, -1))  # (cells,labels)
        codes = grid.clamp(min=0).expand(len(log_p), -1, -1)[..., None]
        # (labels,G,G): log p(cell | others), and 0 if the cell is unknown.
        own = log_p.gather(-1, codes)[..., 0] * (grid >= 0)
        posterior = label_posterior(classifier_logits, evidence - own.flatten(1).T)
        return drop_rare_labels(posterior).T.unflatten(1, self.grid_shape)

    def _sample_labels(self, codes: Tensor, params: SamplingParams, seed: int) -> Tensor:
        """A label for each grid by its weights, int64 (N,). The uniform numbers are spread evenly."""
        uniform = torch.from_numpy(noise.label_numbers(seed, range(len(codes))))
        cumulative = self._label_weights(codes, params).double().cumsum(1)
        return (cumulative <= uniform[:, None] * cumulative[:, -1:]).sum(1).clamp(max=self.num_labels - 1)

    def _label_weights(self, codes: Tensor, params: SamplingParams) -> Tensor:
        """The distribution that labels are sampled from: float (N,num_labels), on the CPU.

        It is p(label | known cells), guided away from p(label | no cell), at the temperature.
        """
        log_p = self.label_log_probs(codes, codes >= 0)
        empty = torch.full_like(codes[:1], -1)
        log_p = log_p + params.guidance * (log_p - self.label_log_probs(empty, empty >= 0))
        return (log_p / params.temperature).softmax(-1).cpu()

    def _codes(self, value, unknown: bool, batch: bool) -> Tensor:
        return checks.codes(value, self.grid_shape[0], self.num_codes, unknown, batch).to(self.device)

    def _with_labels(self, codes: Tensor, known: Tensor, label: int | None) -> tuple[Tensor, Tensor, Tensor]:
        """M pairs (grid, label) of a mixture over labels: grid indices, labels, log weights, each (M,)."""
        if label is not None:
            rows = torch.arange(len(codes), device=codes.device)
            return rows, torch.full_like(rows, label), torch.zeros(len(rows), device=codes.device)
        log_p = drop_rare_labels(self.label_log_probs(codes, known))
        rows, labels = log_p.isfinite().nonzero(as_tuple=True)
        return rows, labels, log_p[rows, labels]

    def _log_prob(self, codes: Tensor, known: Tensor, label: int | None) -> Tensor:
        """`log_prob` of int64 and bool tensors (N,G,G) -> (N,)."""
        pairs = zip(*(x.split(BATCH_GRIDS) for x in self._with_labels(codes, known, label)), strict=True)
        result = torch.full((len(codes), self.num_labels), -torch.inf, device=codes.device)
        for rows, labels, log_weights in pairs:
            logits = self.prior(codes[rows], known[rows], labels).movedim(-1, 1)
            log_p = -nn.functional.cross_entropy(logits, codes[rows], reduction="none")  # (M,G,G)
            result[rows, labels] = log_weights + (log_p * ~known[rows]).sum((1, 2))
        return result.logsumexp(1)


# ---- loading


# The largest value that config.json may have for each size.
MAX_SIZES = {
    "grid": 64,
    "patch": 64,
    "num_codes": 4096,
    "code_dim": 1024,
    "num_labels": 1000,
    "width": 4096,
    "head_width": 4096,
    "layers": 64,
    "after_layers": 64,
    "after_features": 4096,
    "groups": 4096,
    "fusion_layers": 64,
    "encoder_blocks": 64,
    "decoder_blocks": 64,
}
MAX_NUMBERS = 2**28  # of a network: 1 GB in float32

Network = TypeVar("Network", bound=nn.Module)


def rebuild_network(network_class: type[Network], config_class: type, folder: Path, name: str) -> Network:
    """One of the two networks, as config.json describes it, with the weights of `name`.safetensors.

    Raises FileNotFoundError or ValueError, which name the file and what is wrong with it.
    """
    config, path = storage.read_config(folder), folder / "config.json"
    sizes = config.get(name)
    if not isinstance(sizes, dict):
        message = f'{path} does not describe a vqdemo model: it has no object "{name}"'
        raise ValueError(message)  # noqa: TRY004, the file is wrong, not an argument
    for key, most in MAX_SIZES.items():
        if key in sizes and (type(sizes[key]) is not int or not 1 <= sizes[key] <= most):
            raise ValueError(
                f"{path}: {name}.{key} must be a whole number from 1 to {most}, not {sizes[key]!r:.40}"
            )
    try:
        network_config = config_class(**sizes)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not describe a vqdemo model: {error}") from None
    with torch.device("meta"):  # where tensors take no memory
        numbers = sum(tensor.numel() for tensor in network_class(network_config).state_dict().values())
    if numbers > MAX_NUMBERS:
        raise ValueError(f"{path}: {name} would hold {numbers:,} numbers, more than {MAX_NUMBERS:,}")
    network = network_class(network_config)
    checksums = config.get("sha256", {})
    if not isinstance(checksums, dict):
        raise ValueError(f"{path}: sha256 must be an object of checksums by file name")  # noqa: TRY004, as above
    storage.load_network(network, folder / f"{name}.safetensors", checksums.get(f"{name}.safetensors"))
    return network.eval().requires_grad_(False)


def load_vqvae(folder: Path) -> VQVAE:
    """The VQ-VAE alone, which is all that exists between the two trainings. Errors are those of `load`."""
    return rebuild_network(VQVAE, VQVAEConfig, folder, "vqvae")


def load(source: str | Path, device: str = "cpu", revision: str | None = None) -> VQModel:
    """A model from a folder, or from the repository "user/repo" on the Hugging Face Hub.

    device: where PyTorch computes, such as "cpu" or "cuda".
    revision: a branch, tag or commit of the repository; None is its main branch.

    Raises FileNotFoundError if there is no such folder or repository, or a file is missing. Raises ValueError
    if a file is damaged or does not fit config.json, if the two networks do not fit each other, if PyTorch
    has no such device here, or if a folder is asked for by a revision.
    """
    try:
        torch.zeros(1, device=device).item()
    except (RuntimeError, AssertionError, TypeError) as error:
        message = f'device must be one that PyTorch has here, such as "cpu", not {device!r}: {error}'
        raise ValueError(message) from None
    folder = storage.find(source, revision)
    config, path = storage.read_config(folder), folder / "config.json"
    vqvae, prior = load_vqvae(folder), rebuild_network(PixelCNN, PixelCNNConfig, folder, "prior")
    for name in ("grid", "num_codes"):
        ours, theirs = getattr(vqvae.config, name), getattr(prior.config, name)
        if ours != theirs:
            raise ValueError(
                f"{path}: the VQ-VAE has {name} {ours}, the prior {theirs}: they are not of one model"
            )
    labels, defaults = config.get("labels"), config.get("defaults")
    if (
        not isinstance(labels, list)
        or len(labels) != prior.config.num_labels
        or not all(isinstance(x, str) for x in labels)
    ):
        raise ValueError(f"{path}: labels must be a list of {prior.config.num_labels} names, one a class")
    ranges = {"temperature": checks.temperature, "top_p": checks.top_p, "guidance": checks.guidance}
    if not isinstance(defaults, dict) or defaults.keys() != ranges.keys():
        raise ValueError(f"{path}: defaults must be an object of numbers: temperature, top_p and guidance")
    try:
        for name, check in ranges.items():
            check(defaults[name])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: defaults must be an object of numbers: {error}") from None
    return VQModel(vqvae, prior, labels, defaults, device)
