"""The VQ-VAE: images to a small grid of codes and back.

Method
    [1] van den Oord, Vinyals, Kavukcuoglu (2017), "Neural Discrete Representation Learning",
        arXiv:1711.00937: encoder, nearest-neighbour quantizer, straight-through gradient, commitment loss,
        and (appendix A.1) the codebook learned by exponential moving averages.
    [2] Razavi, van den Oord, Vinyals (2019), "Generating Diverse High-Fidelity Images with VQ-VAE-2",
        arXiv:1906.00446: the EMA update written as a running count and a running sum per code.
    [3] Dhariwal et al. (2020), "Jukebox", arXiv:2005.00341: codes that have fallen out of use restart at
        encoder outputs.
    [4] Yu et al. (2023), "Language Model Beats Diffusion: Tokenizer is Key to Visual Generation",
        arXiv:2310.05737: a small reward for even use of the codes, the entropy of their mean soft assignment.

Where it differs
    * No strided convolutions. Each 4x4 patch of pixels becomes one cell with 16 channels (space to depth),
      and every layer works on the 7x7 grid. A cell of the grid *is* a patch of the picture, and nearly all
      arithmetic is dense 7x7 work.
    * The decoder holds few 3x3 convolutions, so that a code acts near its own patch. Editing by hand depends
      on it.
    * Code 0 is the blank cell, by definition. A cell whose patch has no pixel above `ink_threshold` gets it,
      whatever its neighbours hold, and the decoder draws nothing in it. The other K-1 codes are for patches
      with ink and are chosen by distance. Code 0 has no share in learning: its vector stays at zero, so EMA,
      commitment loss and the reward for even use concern inked cells only.

Data flow
    image (N,1,28,28) -> Encoder -> vectors (N,D,7,7) -> VectorQuantizer -> codes (N,7,7)
    codes (N,7,7) -> codebook vectors (N,D,7,7) -> Decoder -> image (N,1,28,28)
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass
class VQVAEConfig:
    """Everything needed to rebuild the network; stored with its weights."""

    grid: int = 7  # cells along each side of the code grid
    patch: int = 4  # pixels along each side of one cell's patch; images are grid * patch pixels wide
    num_codes: int = 128  # K, codes in the codebook: the blank code and 127 for patches with ink
    code_dim: int = 16  # D, length of a codebook vector
    width: int = 128  # channels of every hidden layer
    encoder_blocks: int = 3  # residual blocks before quantization
    decoder_blocks: int = 3  # residual blocks after it; each widens a code's reach by one cell
    ink_threshold: float = 0.1  # in [0,1): a patch without a pixel above it is blank

    def __post_init__(self):
        """Raises ValueError for values that no network can be built with."""
        if self.num_codes < 2:
            raise ValueError(f"num_codes must be 2 or more, a blank code and others, not {self.num_codes}")
        if not isinstance(self.ink_threshold, (int, float)) or not 0 <= self.ink_threshold < 1:
            raise ValueError(f"ink_threshold must be a number in [0,1), not {self.ink_threshold!r:.40}")

    @property
    def image_size(self) -> int:
        return self.grid * self.patch


BLANK = 0  # the code of a cell without ink


def blank_cells(images: Tensor, config: VQVAEConfig) -> Tensor:
    """The cells whose patch has no ink: images (N,1,S,S) in [0,1] -> bool (N,G,G)."""
    return F.max_pool2d(images, config.patch)[:, 0] <= config.ink_threshold


class ResidualBlock(nn.Module):
    """x + 1x1(relu(3x3(relu(x)))), (N,C,H,W) -> (N,C,H,W)."""

    def __init__(self, width: int):
        super().__init__()
        self.spatial = nn.Conv2d(width, width, 3, padding=1)
        self.mix = nn.Conv2d(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mix(F.relu(self.spatial(F.relu(x))))


class Encoder(nn.Module):
    """Image (N,1,S,S) in [0,1] -> one vector a cell (N,D,G,G)."""

    def __init__(self, config: VQVAEConfig):
        super().__init__()
        self.patches = nn.PixelUnshuffle(config.patch)
        self.enter = nn.Conv2d(config.patch**2, config.width, 3, padding=1)
        self.blocks = nn.Sequential(*[ResidualBlock(config.width) for _ in range(config.encoder_blocks)])
        self.exit = nn.Conv2d(config.width, config.code_dim, 1)

    def forward(self, images: Tensor) -> Tensor:
        return self.exit(F.relu(self.blocks(self.enter(self.patches(images)))))


class Decoder(nn.Module):
    """Codebook vectors (N,D,G,G) -> image (N,1,S,S), linear: clamp to [0,1] when it is used as a picture.

    Blank cells, bool (N,G,G), come out as zeros.
    """

    def __init__(self, config: VQVAEConfig):
        super().__init__()
        self.enter = nn.Conv2d(config.code_dim, config.width, 1)
        self.blocks = nn.Sequential(*[ResidualBlock(config.width) for _ in range(config.decoder_blocks)])
        self.exit = nn.Conv2d(config.width, config.patch**2, 1)
        self.pixels = nn.PixelShuffle(config.patch)

    def forward(self, vectors: Tensor, blank: Tensor) -> Tensor:
        patches = self.exit(F.relu(self.blocks(self.enter(vectors))))  # (N,patch*patch,G,G)
        return self.pixels(patches.masked_fill(blank[:, None], 0.0))


class Quantized(NamedTuple):
    """What the quantizer returns for a batch of encoder outputs."""

    # (N,D,G,G) codebook vectors; of inked cells the gradient flows straight through to the encoder.
    vectors: Tensor
    # (N,G,G) int64 in 0..K-1, 0 where blank.
    codes: Tensor
    # Scalar: mean squared distance of the encoder's outputs to their codes, over inked cells.
    commitment_loss: Tensor
    # Scalar in 0..log(K-1), nats: entropy of the mean soft assignment of inked cells to codes 1..K-1.
    usage_entropy: Tensor


class VectorQuantizer(nn.Module):
    """The codebook: K vectors of length D. Vector 0, of the blank code, is zero. Each other is the running
    mean of the encoder outputs nearest to it.

    The codebook has no gradient. `update` moves each vector towards the mean of its members (EMA, [2]), and
    `restart_dead` gives codes that nothing selects a second chance ([3]). `count` and `total` are the running
    statistics. All of them learn from the encoder outputs of inked cells, (M,D).
    """

    codebook: Tensor  # (K,D)
    count: Tensor  # (K,)
    total: Tensor  # (K,D)

    def __init__(self, num_codes: int, code_dim: int):
        super().__init__()
        codebook = torch.randn(num_codes, code_dim)
        codebook[BLANK] = 0
        self.register_buffer("codebook", codebook)
        self.register_buffer("count", torch.ones(num_codes))
        self.register_buffer("total", self.codebook.clone())

    def distances(self, vectors: Tensor) -> Tensor:
        """Squared distances to codes 1..K-1, less what is the same for all: (N,D,G,G) -> (N,G,G,K-1).

        |z - e|^2 = |z|^2 - 2 z.e + |e|^2, and |z|^2 is the same for every code.
        """
        inked = self.codebook[1:]
        return inked.square().sum(1) - 2 * vectors.movedim(1, -1) @ inked.T

    def nearest(self, vectors: Tensor, blank: Tensor) -> Tensor:
        """Codes, 0 where blank, else the nearest of 1..K-1: (N,D,G,G), bool (N,G,G) -> int64 (N,G,G)."""
        return (self.distances(vectors).argmin(-1) + 1).masked_fill(blank, BLANK)

    def lookup(self, codes: Tensor) -> Tensor:
        """Codebook vectors of codes: int (N,G,G) -> (N,D,G,G)."""
        return F.embedding(codes, self.codebook).movedim(-1, 1)

    def forward(self, vectors: Tensor, blank: Tensor) -> Quantized:
        """Encoder outputs (N,D,G,G) and the cells without ink, bool (N,G,G)."""
        distances = self.distances(vectors)
        codes = (distances.argmin(-1) + 1).masked_fill(blank, BLANK)
        quantized, inked = self.lookup(codes), ~blank[:, None]
        number = inked.sum().clamp(min=1)
        commitment = ((vectors - quantized).square().mean(1, keepdim=True) * inked).sum() / number
        straight_through = torch.where(inked, vectors + (quantized - vectors).detach(), quantized)
        usage = ((-distances).softmax(-1) * inked.movedim(1, -1)).sum((0, 1, 2)) / number
        entropy = torch.special.entr(usage.clamp(min=1e-12)).sum()  # its gradient at 0 would be infinite
        return Quantized(straight_through, codes, commitment, entropy)

    @torch.no_grad()
    def initialise(self, members: Tensor, generator: torch.Generator) -> None:
        """Places codes 1..K-1 on encoder outputs (M,D) of inked cells: k-means++, then ten rounds of k-means.

        k-means++ (Arthur & Vassilvitskii 2007) draws each seed with p ~ squared distance to the seeds so far.
        Here p ~ distance, which leaves more codes to crowded regions. With M = 0 the codebook stays as it is.
        """
        if not len(members):
            return
        seeds = members[torch.randint(len(members), (1,), generator=generator)]
        while len(seeds) < len(self.codebook) - 1:
            distance = torch.cdist(members, seeds).amin(1).clamp(min=1e-12)  # all 0 with few distinct members
            seeds = torch.cat([seeds, members[torch.multinomial(distance, 1, generator=generator)]])
        for _ in range(10):
            nearest = torch.cdist(members, seeds).argmin(1)
            count = nearest.bincount(minlength=len(seeds))[:, None]
            total = torch.zeros_like(seeds).index_add_(0, nearest, members)
            seeds = torch.where(count > 0, total / count.clamp(min=1), seeds)
        self.codebook[1:] = seeds
        self.count.fill_(len(members) / len(seeds))
        self.total.copy_(self.codebook * self.count[:, None])

    @torch.no_grad()
    def update(self, members: Tensor, codes: Tensor, decay: float) -> None:
        """One EMA step from the encoder outputs (M,D) of inked cells and their codes, int64 (M,).

        decay: in [0,1), the weight of the past.
        """
        self.count.lerp_(torch.bincount(codes, minlength=len(self.count)).to(self.count), 1 - decay)
        self.total.lerp_(torch.zeros_like(self.total).index_add_(0, codes, members), 1 - decay)
        self.codebook[1:] = self.total[1:] / self.count[1:].clamp(min=1e-3)[:, None]

    @torch.no_grad()
    def restart_dead(self, members: Tensor, threshold: float, generator: torch.Generator) -> int:
        """Moves codes chosen fewer than `threshold` times a batch (running mean) to random members (M,D).

        Returns how many it moved.
        """
        dead = self.count < threshold
        dead[BLANK] = False
        number = int(dead.sum()) if len(members) else 0
        if number:
            fresh = members[torch.randint(len(members), (number,), generator=generator)]
            # As if each had been chosen as often as any other, so that it has time to find members.
            mean = self.count[1:].mean()
            self.codebook[dead] = fresh
            self.count[dead] = mean
            self.total[dead] = mean * fresh
        return number


class VQVAE(nn.Module):
    """Encoder, quantizer and decoder. `encode` and `decode` are the two halves that `VQModel` uses."""

    tiles: Tensor  # (K,T,T)
    usage: Tensor  # (K,)

    def __init__(self, config: VQVAEConfig):
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.quantizer = VectorQuantizer(config.num_codes, config.code_dim)
        self.decoder = Decoder(config)
        # What each code stands for, measured on the training images once training is over (train/palette.py).
        self.register_buffer("tiles", torch.zeros(config.num_codes, 3 * config.patch, 3 * config.patch))
        self.register_buffer("usage", torch.zeros(config.num_codes))

    def encode(self, images: Tensor) -> Tensor:
        """Images (N,1,S,S) in [0,1] -> codes int64 (N,G,G)."""
        return self.quantizer.nearest(self.encoder(images), blank_cells(images, self.config))

    def decode(self, codes: Tensor) -> Tensor:
        """Codes int (N,G,G) -> images (N,1,S,S) in [0,1]."""
        return self.decoder(self.quantizer.lookup(codes), codes == BLANK).clamp(0, 1)


def perplexity(counts: Tensor) -> float:
    """exp(entropy) of a histogram of codes (K,): the number of equally frequent codes of that entropy."""
    counts = counts.cpu().double()  # Apple's GPU knows no float64
    p = counts / counts.sum()
    return float(torch.exp(-(p * p.clamp(min=1e-12).log()).sum()))
