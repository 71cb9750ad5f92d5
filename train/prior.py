"""Stage 2: train the prior of vqdemo/pixelcnn.py on the codes of the training digits.

Each grid comes with a random set of known cells (train/masks.py); the loss is the negative log-likelihood of the unknown ones,
averaged over each grid's own unknown cells first.
Three kinds of examples teach three uses of one network:

    a share of the labels is dropped: for guidance, and for completing without a label. On those, the label guessed from the
    known cells is trained too;
    in a share of the grids the unknown cells are MASK in the causal stack as well: so that it gives distributions given known
    cells alone;
    a share of the digits is turned, scaled, sheared and moved a little before encoding: against overfitting. The last epochs see
    only digits as they are.
"""

import math
import time
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from train import checkpoint, data
from train.masks import random_known
from train.output import Folders, best_device, finished, log_row, run_stage, write_network
from train.settings import setting, show
from train.vqvae import learning_rate
from train.vqvae_quality import encode
from vqdemo.model import load_vqvae
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.vqvae import VQVAE

# Where the sliders start until train/choose_defaults.py has found better.
DEFAULTS = {"temperature": 0.9, "top_p": 1.0, "guidance": 0.5}


@dataclass
class PriorSettings:
    """Settings of stage 2."""

    split: str = setting("train", "training images: train (60,000), or fit (the first 55,000) while choosing settings")
    images: int = setting(0, "use only so many of the training images, 0 for all")
    width: int = setting(96, "channels of the causal stack")
    layers: int = setting(6, "gated layers of the causal stack")
    context_width: int = setting(128, "channels of the context network")
    context_blocks: int = setting(3, "blocks of the context network")
    dropout: float = setting(0.1, "dropout in both parts")
    epochs: int = setting(7, "passes over the training images")
    batch: int = setting(128, "grids a step")
    learning_rate: float = setting(2e-3, "peak of the schedule: a short linear warm-up, then a cosine down to zero")
    weight_decay: float = setting(0.01, "AdamW's weight decay")
    no_label_share: float = setting(0.2, "share of the grids whose label is dropped")
    label_weight: float = setting(0.3, "weight of the loss of guessing a dropped label from the known cells")
    marginal_share: float = setting(0.15, "share of the grids whose unknown cells the causal stack does not see")
    warp_share: float = setting(0.25, "share of the digits that are turned, scaled, sheared and moved before encoding")
    plain_epochs: int = setting(2, "epochs at the end that see no warped digits")
    seed: int = setting(0, "seed of everything random")


def warp(images: Tensor, generator: torch.Generator) -> Tensor:
    """Small random affine maps: turned by up to 8 degrees, scaled and sheared by up to 8 %, moved by up to one pixel.

    float (N,1,S,S) in [0,1] -> the same. Bicubic, since bilinear sampling would soften the strokes and so change their codes.
    """
    n, size = len(images), images.shape[-1]
    angle, scale, shear, dx, dy = (2 * torch.rand(5, n, generator=generator) - 1).unbind()
    angle, scale, shear = angle * math.radians(8), 1 + 0.08 * scale, 0.08 * shear
    cos, sin = angle.cos() * scale, angle.sin() * scale
    x_row = torch.stack([cos, shear - sin, 2 * dx / size], -1)
    y_row = torch.stack([sin, cos, 2 * dy / size], -1)
    where = F.affine_grid(torch.stack([x_row, y_row], 1), list(images.shape), align_corners=False)
    return F.grid_sample(images, where, mode="bicubic", align_corners=False).clamp(0, 1)


def loss_of(prior: PixelCNN, codes: Tensor, labels: Tensor, s: PriorSettings, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Nats a cell of the unknown cells (the loss, with the label guess), and nats a grid of the grids of which nothing is known."""
    n, device = len(codes), codes.device

    def some(share: float) -> Tensor:
        return (torch.rand(n, generator=generator) < share).to(device)

    known = random_known(n, prior.config.grid, generator).to(device)
    dropped, marginal = some(s.no_label_share), some(s.marginal_share)
    given = torch.where(dropped, prior.no_label, labels)
    seen = torch.where(marginal[:, None, None] & ~known, -1, codes)
    with torch.autocast(device.type, torch.bfloat16):
        context, label_logits = prior.context(codes, known, given)
        logits = prior.causal(seen, context)
    nats = F.cross_entropy(logits.float(), codes, reduction="none")
    # Each grid counts alike, however few its unknown cells: those with few are where the known cells tell most.
    unknown = (~known).flatten(1)
    loss = ((nats.flatten(1) * unknown).sum(1) / unknown.sum(1).clamp(min=1)).mean()
    if dropped.any():
        loss = loss + s.label_weight * F.cross_entropy(label_logits.float()[dropped], labels[dropped])
    whole = ~known.flatten(1).any(1) & ~marginal
    return loss, nats.detach()[whole].sum((1, 2))


def train(settings: PriorSettings, vqvae: VQVAE, folders: Folders, device: str) -> PixelCNN:
    """Train, resuming from a checkpoint if a run of these settings was cut off; returns the network on the CPU."""
    show("prior", settings)
    s = settings
    digits = data.mnist(folders.data, s.split, s.images)
    codes = encode(vqvae, digits.images)

    torch.manual_seed(s.seed)
    config = PixelCNNConfig(
        grid=vqvae.config.grid, num_codes=vqvae.config.num_codes, num_labels=int(digits.labels.max()) + 1, width=s.width,
        layers=s.layers, context_width=s.context_width, context_blocks=s.context_blocks, dropout=s.dropout,
    )  # fmt: skip
    prior = PixelCNN(config).to(device)
    optimizer = torch.optim.AdamW(prior.parameters(), lr=s.learning_rate, betas=(0.9, 0.98), weight_decay=s.weight_decay)
    first = checkpoint.resume(folders.runs / "prior.checkpoint.safetensors", prior, optimizer, asdict(s))

    steps_an_epoch = len(codes) // s.batch
    started = time.time()

    for epoch in range(first, s.epochs):
        prior.train()
        generator = checkpoint.epoch_generator(s.seed, epoch)
        torch.manual_seed(generator.initial_seed())  # dropout
        order = torch.randperm(len(codes), generator=generator)
        warp_share = s.warp_share if epoch < s.epochs - s.plain_epochs else 0.0
        losses, grids = 0.0, []
        bar = tqdm(range(steps_an_epoch), desc=f"prior {epoch + 1}/{s.epochs}", mininterval=2)
        for i in bar:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(epoch * steps_an_epoch + i, s.epochs * steps_an_epoch, s.learning_rate)
            some = order[i * s.batch : (i + 1) * s.batch]
            batch = codes[some]
            warped = torch.rand(s.batch, generator=generator) < warp_share
            if warped.any():
                with torch.no_grad():
                    batch[warped] = vqvae.encode(warp(digits.images[some[warped]][:, None].float() / 255, generator))
            loss, whole = loss_of(prior, batch.to(device), digits.labels[some].to(device), s, generator)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
            optimizer.step()
            losses += loss.item()
            grids.append(whole.cpu())
            if i % 50 == 49:
                bar.set_postfix(nats_a_cell=f"{losses / (i + 1):.4f}", nats_a_grid=f"{torch.cat(grids).mean():.2f}")
        row = {"epoch": epoch + 1, "seconds": round(time.time() - started), "nats_a_cell": round(losses / steps_an_epoch, 5),
               "nats_a_grid": round(float(torch.cat(grids).mean()), 3)}  # fmt: skip
        log_row(folders.runs / "prior.csv", row)
        checkpoint.save(folders.runs / "prior.checkpoint.safetensors", prior, optimizer, epoch + 1, asdict(s))
    return prior.cpu().eval().requires_grad_(False)


def run(settings: PriorSettings, folders: Folders) -> None:
    """Train on the codes of the stored VQ-VAE and store, unless that is done already."""
    if not finished(folders.out, "prior", settings):
        prior = train(settings, load_vqvae(folders.out), folders, best_device())
        names = [str(label) for label in range(prior.config.num_labels)]
        write_network(folders.out, "prior", prior, settings, labels=names, defaults=DEFAULTS)


def main() -> None:
    run_stage("python -m train.prior", __doc__, PriorSettings, run)


if __name__ == "__main__":
    main()
