"""Stage 2: train the prior of vqdemo/pixelcnn.py on the codes of the training digits.

Each grid teaches twice, from one pass of the stack `before`: as a whole, with nothing known after any cell,
and with a random set of known cells (train/data/masks.py). All 49 cells count in both, since neither stack
lets a cell see itself: a known cell stands for the question "what is here, given what comes before and what
is known after". The second loss weighs more: it is the harder task, and the one that completions rest on.

    * A share of the labels is dropped, for guidance.
    * In a share of the grids the unknown cells are MASK in the stack `before` too. So it also learns
      distributions given known cells alone: of a cell and, by the chain rule, of all known cells together,
      which tell the label (PixelCNN.label_log_probs).
    * Most digits are turned, slanted and stretched a little before encoding, against overfitting. The last
      epochs see only digits as they are.
"""

import shutil
import time
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from train.data import datasets
from train.data.codes import encode, with_warped
from train.data.masks import random_known
from train.runtime import checkpoint, distributed
from train.runtime.device import autocast, best_device
from train.runtime.folders import Folders, run_stage
from train.runtime.log import log_row
from train.runtime.muon import Muon
from train.runtime.schedule import learning_rate
from train.runtime.settings import (
    LARGEST_SEED,
    at_least,
    below_one,
    in_range,
    one_of,
    setting,
    show,
)
from train.runtime.weights_folder import dataset_of, finished, write_network
from vqdemo.model import load_vqvae
from vqdemo.pixelcnn import PixelCNN, PixelCNNConfig
from vqdemo.storage import fingerprint_of
from vqdemo.vqvae import VQVAE

# Where the sliders start until train/choose_defaults.py has found better.
DEFAULTS = {"temperature": 0.9, "top_p": 1.0, "guidance": 0.5}


@dataclass
class PriorSettings:
    """Settings of stage 2. Raises ValueError for those that nothing can be trained with."""

    split: str = setting(
        "train", "training images: train (60,000), or fit (the first 55,000) while choosing settings"
    )
    images: int = setting(0, "use only so many of the training images, 0 for all")
    width: int = setting(80, "channels of either stack")
    layers: int = setting(4, "gated layers of the stack before")
    after_layers: int = setting(3, "gated layers of the stack after")
    after_features: int = setting(104, "channels of what the stack after hands to the head")
    groups: int = setting(
        8, "groups of channels with weights of their own in row mixing; divides width and after_features"
    )
    fusion_layers: int = setting(
        2, "fusion layers of the head, which join the contexts before and after a cell"
    )
    head_width: int = setting(128, "channels of the head")
    backward: int = setting(
        1, "generation order: 0 is raster order, 1 its reverse, from the last cell to the first"
    )
    dropout: float = setting(0.05, "share of the channels dropped")
    epochs: int = setting(11, "passes over the training images")
    batch: int = setting(64, "grids a step")
    learning_rate: float = setting(
        0.006,
        "Muon's, of the matrices; peak of the schedule: a short linear warm-up, then a cosine down to zero",
    )
    adamw_learning_rate: float = setting(3e-3, "AdamW's, of all else; peak of the same schedule")
    weight_decay: float = setting(0.05, "weight decay, as a share of the learning rate")
    no_label_share: float = setting(0.1, "share of the grids whose label is dropped")
    masked_weight: float = setting(
        1.3, "weight of the loss with known cells after a cell; that with nothing after it has 2 less this"
    )
    marginal_share: float = setting(
        0.15, "share of the grids whose unknown cells the stack `before` does not see"
    )
    warp_share: float = setting(
        0.75, "share of the digits that are turned, slanted and stretched before encoding"
    )
    plain_epochs: int = setting(1, "epochs at the end that see no warped digits")
    compile: int = setting(
        1, "1: let torch.compile fuse the network where there is a C++ compiler, a third faster on a CPU"
    )
    bf16: int = setting(1, "1: multiply in bfloat16 where the hardware does, 0: in float32 everywhere")
    seed: int = setting(0, "seed of everything random")

    def __post_init__(self):
        one_of(self, ("train", "fit"), "split")
        at_least(self, 1, "width", "layers", "after_layers", "after_features", "groups")
        at_least(self, 1, "fusion_layers", "head_width", "epochs", "batch")
        at_least(self, 0, "images", "learning_rate", "adamw_learning_rate", "weight_decay", "plain_epochs")
        in_range(self, 0, 1, "no_label_share", "marginal_share", "warp_share")
        in_range(self, 0, 2, "masked_weight")
        in_range(self, 0, LARGEST_SEED, "seed")
        below_one(self, "dropout")
        one_of(self, (0, 1), "backward", "compile", "bf16")
        for name in ("width", "after_features"):
            if getattr(self, name) % self.groups:
                raise ValueError(
                    f"{name} must be a multiple of groups, {self.groups}, not {getattr(self, name)}"
                )


def config_of(s: PriorSettings, vqvae: VQVAE, num_labels: int) -> PixelCNNConfig:
    """What rebuilds the network that is trained with these settings."""
    return PixelCNNConfig(
        grid=vqvae.config.grid,
        num_codes=vqvae.config.num_codes,
        num_labels=num_labels,
        width=s.width,
        layers=s.layers,
        after_layers=s.after_layers,
        after_features=s.after_features,
        groups=s.groups,
        fusion_layers=s.fusion_layers,
        head_width=s.head_width,
        dropout=s.dropout,
        backward=bool(s.backward),
    )


def optimizer_of(prior: PixelCNN, settings: PriorSettings, device: str) -> Muon:
    """Muon for the matrices of stacks and head, except the last; AdamW for all other weights."""
    parts = (prior.before, prior.after, prior.head.fusion_layers, prior.head.mix)
    return Muon.inside(prior, parts, settings, device)


def nats_of_cells(
    prior: PixelCNN, codes: Tensor, seen: Tensor, known: Tensor, labels: Tensor
) -> tuple[Tensor, Tensor]:
    """-log p of every cell, float32 (N,G,G), twice: with nothing known after it, and with known cells.

    seen: the codes that the stack `before` reads, -1 where it shall see MASK. The cells of the result are in
    generation order.
    """
    codes, seen, known = prior.in_order(codes), prior.in_order(seen), prior.in_order(known)
    before = prior.context_before(seen, labels)
    # index_select, since threads add up the gradient of x[labels] in any order
    empty = [context.index_select(0, labels) for context in prior.empty_context()]
    whole = prior.head(before, empty)
    masked = prior.head(before, prior.context_after(codes, known, labels))
    return tuple(
        F.cross_entropy(logits.float().movedim(-1, 1), codes, reduction="none") for logits in (whole, masked)
    )


class PriorLoss(nn.Module):
    """The losses of a training step, as one module, so that DistributedDataParallel can wrap it."""

    def __init__(self, prior: PixelCNN, compiled: bool):
        super().__init__()
        self.prior = prior
        self.nats = torch.compile(nats_of_cells) if compiled else nats_of_cells

    def forward(
        self, codes: Tensor, seen: Tensor, known: Tensor, labels: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """What `nats_of_cells` gives, and log p(label | known cells) by the classifier, (N,num_labels)."""
        return *self.nats(self.prior, codes, seen, known, labels), self.prior.label_classifier(
            torch.where(known, codes, -1)
        ).log_softmax(-1)


def train(settings: PriorSettings, vqvae: VQVAE, folders: Folders, device: str) -> PixelCNN:
    """Train; returns the network on the CPU.

    Resumes from a checkpoint if a run of these settings was cut off.
    """
    show("prior", settings)
    s = settings
    dataset = dataset_of(folders.out)
    digits = datasets.load(dataset, folders.data, s.split, s.images)
    codes = encode(vqvae, digits.images)

    torch.manual_seed(s.seed)
    config = config_of(s, vqvae, len(datasets.class_names(dataset)))
    prior = PixelCNN(config).to(device)
    optimizer = optimizer_of(prior, s, device)
    origin = asdict(s) | {"vqvae": fingerprint_of(vqvae)}  # what a checkpoint must be of to go on from
    first = checkpoint.resume(folders.runs / "prior.checkpoint.safetensors", prior, optimizer, origin)

    loss_of = distributed.averaging(PriorLoss(prior, bool(s.compile and shutil.which("c++"))))
    steps_an_epoch = len(codes) // s.batch
    if not steps_an_epoch:
        raise ValueError(
            f"{dataset} has {len(codes)} training pictures, fewer than the {s.batch} of one batch"
        )

    for epoch in range(first, s.epochs):
        prior.train()
        started, cpu = time.time(), time.process_time()
        generator = checkpoint.epoch_generator(s.seed, epoch)
        # Dropout, of its own in each process.
        torch.manual_seed(generator.initial_seed() + 1_000_003 * distributed.rank())
        order = torch.randperm(len(codes), generator=generator)
        warp_share = s.warp_share if epoch < s.epochs - s.plain_epochs else 0.0
        # Nats of grids with nothing known after, of grids with known cells after, and of labels; and the
        # number of grids in each sum.
        sums, counts = torch.zeros(3), torch.zeros(3)
        bar = tqdm(
            range(steps_an_epoch),
            desc=f"prior {epoch + 1}/{s.epochs}",
            mininterval=2,
            disable=distributed.rank() > 0,
        )
        for i in bar:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(
                    epoch * steps_an_epoch + i, s.epochs * steps_an_epoch, group["peak"]
                )
            rows = order[i * s.batch : (i + 1) * s.batch]
            labels = digits.labels[rows]
            batch = with_warped(vqvae, codes[rows], digits.images[rows], warp_share, generator)
            # Drawn in generation order, and turned as grids are stored.
            known = prior.in_order(random_known(s.batch, config.grid, generator))
            dropped, marginal = torch.rand(2, s.batch, generator=generator) < torch.tensor(
                [[s.no_label_share], [s.marginal_share]]
            )
            given = torch.where(dropped, prior.no_label, labels)
            shares = (distributed.share(x) for x in (known, given, labels, marginal))
            batch, known, given, labels, marginal = (x.to(device) for x in (batch, *shares))
            seen = torch.where(marginal[:, None, None] & ~known, -1, batch)

            with autocast(device, bool(s.bf16)):
                whole, masked, log_p = loss_of(batch, seen, known, given)
                label_nats = F.nll_loss(log_p.float(), labels)
            optimizer.zero_grad(set_to_none=True)
            ((2 - s.masked_weight) * whole.mean() + s.masked_weight * masked.mean() + label_nats).backward()
            torch.nn.utils.clip_grad_norm_(prior.parameters(), 1.0)
            optimizer.step()
            whole = whole[~marginal]  # the others are told less
            nats = torch.stack([whole.sum(), masked.sum(), len(batch) * label_nats])
            sums += nats.detach().cpu()
            counts += torch.tensor([len(whole), len(batch), len(batch)])
            if i % 50 == 49:
                bar.set_postfix(whole=f"{sums[0] / counts[0]:.2f}", masked=f"{sums[1] / counts[1]:.2f}")
        means = (distributed.mean(sums) / distributed.mean(counts)).tolist()
        row = {
            "epoch": epoch + 1,
            "seconds": round(time.time() - started, 1),
            "cpu_seconds": round(distributed.total(time.process_time() - cpu), 1),
            "nats_per_grid": round(means[0], 3),
            "nats_with_known_cells_after": round(means[1], 3),
            "nats_of_the_label": round(means[2], 4),
        }
        if distributed.rank() == 0:
            log_row(folders.runs / "prior.csv", row)
            checkpoint.save(
                folders.runs / "prior.checkpoint.safetensors", prior, optimizer, epoch + 1, origin
            )
    return prior.cpu().eval().requires_grad_(False)


def run(settings: PriorSettings, folders: Folders) -> None:
    """Train on the codes of the stored VQ-VAE and store, unless that is done already."""
    if finished(folders.out, "prior", settings):
        return
    vqvae = load_vqvae(folders.out)
    prior = train(settings, vqvae, folders, best_device())
    if distributed.rank() == 0:
        names = datasets.class_names(dataset_of(folders.out))
        write_network(
            folders.out,
            "prior",
            prior,
            settings,
            labels=names,
            defaults=DEFAULTS,
            prior_trained_on=fingerprint_of(vqvae),
        )
    distributed.wait()


def main() -> None:
    run_stage("python -m train.prior", __doc__, PriorSettings, run)


if __name__ == "__main__":
    main()
