"""VQModel: the VQ-VAE and the prior behind one small door, and how they are stored.

    model = vqdemo.load("weights")
    image -> model.encode -> codes -> model.complete -> codes -> model.decode -> image

config.json, beside the weights, has all that is needed to rebuild both networks; vqdemo/storage.py reads the files. Results are
numpy arrays; arguments are arrays, tensors or nested lists, checked by vqdemo/checks.py.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vqdemo import checks, sampling, storage
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig, with_evidence
from vqdemo.sampling import Choice
from vqdemo.vqvae import VQVAE, VQVAEConfig

BATCH = 256  # grids that go through a network at once; bounds memory, changes no result
RAREST_LABEL = 1e-3  # without a label, a mixture leaves out labels that the known cells make less likely than this


def rare_left_out(log_p: Tensor) -> Tensor:
    """log p of labels (...,num_labels) -> the same, -inf for those too unlikely to matter."""
    return log_p.masked_fill(log_p < np.log(RAREST_LABEL), -torch.inf).log_softmax(-1)


class VQModel:
    """Both networks, ready to use; made by `load`. It holds no state of its callers and may be shared between threads."""

    def __init__(
        self, vqvae: VQVAE, prior: PixelCNN, labels: list[str], defaults: dict[str, float], device: str = "cpu"
    ):
        """`labels` are the names of the classes; `defaults` the settings of temperature, top_p and guidance that read best."""
        self.vqvae = vqvae.to(device, memory_format=torch.channels_last).eval().requires_grad_(False)  # the faster layout
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
        with torch.no_grad():
            self._nothing_after = self.prior.of_nothing_after()  # the same for every grid

    # ---- images <-> codes

    @torch.inference_mode()
    def encode(self, images) -> np.ndarray:
        """Codes of pictures: float (N,S,S) in [0,1], 0 paper and 1 ink -> int64 (N,G,G) in 0..K-1.

        Raises TypeError for anything but numbers; ValueError for another shape, N = 0, NaN, or values outside [0,1].
        """
        pictures = checks.images(images, self.image_size)
        return np.concatenate([self.vqvae.encode(some.to(self.device)).cpu().numpy() for some in pictures.split(BATCH)])

    @torch.inference_mode()
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

    @torch.inference_mode()
    def complete(
        self, codes, n: int, label: int | None = None, temperature: float = 1.0, top_p: float = 1.0,
        guidance: float = 0.0, seed: int | None = None,
    ) -> np.ndarray:  # fmt: skip
        """n completions of one grid: int (G,G), -1 where unknown -> int64 (n,G,G), the known cells unchanged.

        Every unknown cell is drawn given all known cells and those drawn before it (`generation_order`). Without a label, each
        completion first draws one from the prior's guess p(label | known cells), at the same temperature and guidance: the stronger,
        the more the known cells decide. Other arguments and errors as in `sample`.
        """
        grid = self._codes(codes, unknown=True, batch=False)
        n = checks.integer(n, "n", 1)
        label = checks.label(label, self.num_labels)
        choice = Choice(checks.temperature(temperature), checks.top_p(top_p), checks.guidance(guidance))
        generator = torch.Generator()
        seed = checks.seed(seed)
        generator.manual_seed(seed) if seed is not None else generator.seed()
        return self.complete_each(grid.expand(n, -1, -1), label, choice, generator).cpu().numpy()

    def generation_order(self, codes) -> list[int]:
        """The unknown cells of a grid, int (G,G), -1 where unknown, in the order in which `complete` fills them, numbered row by row.

        Raises TypeError or ValueError as `complete` does.
        """
        return self.prior.generation_order(self._codes(codes, unknown=True, batch=False) < 0).tolist()

    @torch.inference_mode()
    def complete_each(self, codes: Tensor, label: int | Tensor | None, choice: Choice, generator: torch.Generator) -> Tensor:
        """One completion of each grid: int64 (N,G,G), -1 where unknown -> int64 (N,G,G). Arguments are not checked.

        label: one for all, or int64 (N,) one for each; None: drawn as in `complete`, in even shares over the batch, so that a few
        completions of a grid that may be a 4 or a 9 show both.
        """
        if isinstance(label, Tensor):
            labels = label
        elif label is None:
            labels = self._draw_labels(codes, choice, generator)
        else:
            labels = torch.full((len(codes),), label)
        uniform = torch.rand(codes.shape, generator=generator)
        filled = [
            sampling.fill(self.prior, some, its_labels.to(self.device), choice, numbers)
            for some, its_labels, numbers in zip(codes.split(BATCH), labels.split(BATCH), uniform.split(BATCH), strict=True)
        ]
        return torch.cat(filled)

    @torch.inference_mode()
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

    @torch.inference_mode()
    def conditionals(self, codes, label: int | None = None) -> np.ndarray:
        """What the prior expects in each cell given all OTHER known cells: int (G,G), -1 where unknown -> float32 (G,G,K).

        Each distribution sums to 1. Without a label: the mixture over labels, each as likely as the other known cells make it.
        Raises TypeError or ValueError as `complete` does.
        """
        grid = self._codes(codes, unknown=True, batch=False)
        label = checks.label(label, self.num_labels)
        labels = torch.arange(self.num_labels, device=grid.device) if label is None else torch.tensor([label], device=grid.device)
        grids = self.prior.in_order(grid.expand(len(labels), -1, -1))
        before = self.prior.of_before(grids, labels)
        after = self.prior.of_after(grids, grids >= 0, labels)
        log_p = self.prior.in_order(self.prior.head(before, after)).log_softmax(-1)  # (labels,G,G,K), in one pass: no cell sees itself
        if label is None:
            evidence = self.prior.evidence(grids, before, labels, self._nothing_after)
            log_p = log_p + self._labels_by_other_cells(grid, log_p, evidence)[..., None]
        return log_p.logsumexp(0).exp().cpu().numpy()

    @torch.inference_mode()
    def label_probs(self, codes) -> np.ndarray:
        """The prior's belief p(label | known cells): int (G,G), -1 where unknown -> float32 (num_labels,), summing to 1.

        Raises TypeError or ValueError as `complete` does.
        """
        grid = self._codes(codes, unknown=True, batch=False)[None]
        return self._guess_label(grid, grid >= 0)[0].exp().cpu().numpy()

    @torch.inference_mode()
    def label_log_probs(self, codes: Tensor, known: Tensor) -> Tensor:
        """The prior's guess log p(label | known cells): int64 and bool tensors (N,G,G) -> (N,num_labels), -inf if very unlikely."""
        return rare_left_out(self._guess_label(codes, known))

    # ---- inside

    def _guess_label(self, codes: Tensor, known: Tensor) -> Tensor:
        seen, which = sampling.distinct(torch.where(known, codes, -1))  # completions of one grid share it
        parts = seen.split(max(1, BATCH // self.num_labels))  # each grid goes once a label
        return torch.cat([self.prior.guess_label(part, part >= 0, self._nothing_after) for part in parts])[which]

    def _labels_by_other_cells(self, grid: Tensor, log_p: Tensor, evidence: Tensor) -> Tensor:
        """log p(label | all known cells but one), for each cell: -> (labels,G,G).

        grid int64 (G,G); log_p (labels,G,G,K) of each cell given label and other known cells; evidence (labels,), of all known cells.
        That of the others is less by what the cell adds to them: p(others) = p(all) / p(cell | others). `log_prob` has it from a pass
        without the cell, 49 of which would take too long here; where digits are hard to tell the two differ, in a code's probability by
        more than 0.01 in some 2 grids of 100, seldom by 0.1.
        """
        cells = grid.numel()
        others = ~torch.eye(cells, dtype=torch.bool, device=grid.device).view(cells, *self.grid_shape)
        guess = self.prior.guess(torch.where(others, grid, -1))  # (cells,labels)
        added = log_p.gather(-1, grid.clamp(min=0).expand(len(log_p), -1, -1)[..., None])[..., 0] * (grid >= 0)
        return rare_left_out(with_evidence(guess, evidence - added.flatten(1).T)).T.unflatten(1, self.grid_shape)

    def _draw_labels(self, codes: Tensor, choice: Choice, generator: torch.Generator) -> Tensor:
        """A label for each grid by its weights, int64 (N,). The uniform numbers behind them are spread evenly over [0,1)."""
        n = len(codes)
        uniform = (torch.randperm(n, generator=generator) + torch.rand(1, generator=generator)) / n
        shares = self._label_weights(codes, choice).double().cumsum(1)
        return (shares <= uniform[:, None] * shares[:, -1:]).sum(1).clamp(max=self.num_labels - 1)

    def _label_weights(self, codes: Tensor, choice: Choice) -> Tensor:
        """What labels are drawn by: p(label | known cells), guided away from p(label | nothing), at the temperature: (N,num_labels)."""
        log_p = self._guess_label(codes, codes >= 0)
        nothing = torch.full_like(codes[:1], -1)
        log_p = log_p + choice.guidance * (log_p - self._guess_label(nothing, nothing >= 0))
        return (log_p / choice.temperature).softmax(-1).cpu()

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
            logits = self.prior(codes[row], known[row], labels[some]).movedim(-1, 1)
            each = -torch.nn.functional.cross_entropy(logits, codes[row], reduction="none")  # (M,G,G)
            result[row, labels[some]] = weights[some] + (each * ~known[row]).sum((1, 2))
        return result.logsumexp(1)


# ---- storage


# What config.json may ask for at most.
SIZES = {"grid": 64, "patch": 64, "num_codes": 4096, "code_dim": 1024, "num_labels": 1000, "width": 4096, "head_width": 4096,
         "layers": 64, "after_layers": 64, "after_features": 4096, "groups": 4096, "joins": 64, "encoder_blocks": 64, "decoder_blocks": 64}  # fmt: skip


def rebuilt(network, config_class, folder: Path, name: str):
    """One of the two networks, as config.json describes it, with the weights of `name`.safetensors; ValueError naming what is wrong."""
    config, path = storage.read_config(folder), folder / "config.json"
    sizes = config.get(name)
    if not isinstance(sizes, dict):
        raise ValueError(f'{path} does not describe a vqdemo model: it has no object "{name}"')  # noqa: TRY004, of the file
    for key, most in SIZES.items():
        if key in sizes and (type(sizes[key]) is not int or not 1 <= sizes[key] <= most):
            raise ValueError(f"{path}: {name}.{key} must be a whole number from 1 to {most}, not {sizes[key]!r:.40}")
    try:
        result = network(config_class(**sizes))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path} does not describe a vqdemo model: {error}") from None
    storage.load_network(result, folder / f"{name}.safetensors", config.get("sha256", {}).get(f"{name}.safetensors"))
    return result.eval().requires_grad_(False)


def load_vqvae(folder: Path) -> VQVAE:
    """The VQ-VAE alone, which is all that exists between the two trainings."""
    return rebuilt(VQVAE, VQVAEConfig, folder, "vqvae")


def load(source: str | Path, device: str = "cpu", revision: str | None = None) -> VQModel:
    """A model from a folder, or from "user/repo" (at `revision`) on the Hugging Face Hub.

    Raises FileNotFoundError if there is no such folder or repository, or a file is missing; ValueError if a file is damaged, does not
    fit config.json, or the two networks do not fit each other.
    """
    folder = storage.find(source, revision)
    config, path = storage.read_config(folder), folder / "config.json"
    vqvae, prior = load_vqvae(folder), rebuilt(PixelCNN, PixelCNNConfig, folder, "prior")
    for name in ("grid", "num_codes"):
        ours, theirs = getattr(vqvae.config, name), getattr(prior.config, name)
        if ours != theirs:
            raise ValueError(f"{path}: the VQ-VAE has {name} {ours}, the prior {theirs}: they are not of one model")
    labels, defaults = config.get("labels"), config.get("defaults")
    if not isinstance(labels, list) or len(labels) != prior.config.num_labels or not all(isinstance(x, str) for x in labels):
        raise ValueError(f"{path}: labels must be a list of {prior.config.num_labels} names, one a class")
    if not isinstance(defaults, dict) or not all(type(value) in (int, float) for value in defaults.values()):
        raise ValueError(f"{path}: defaults must be an object of numbers: temperature, top_p and guidance")
    return VQModel(vqvae, prior, labels, defaults, device)
