"""Stage 1: train the VQ-VAE of vqdemo/vqvae.py.

Each batch holds MNIST digits, some of them shifted out of the centre, and random doodles, so that visitors
may draw what MNIST never shows. The last epochs see fewer doodles. Two augmentations make editing honest
(train/data/augment.py):

    erase  Random cells are emptied of ink before encoding, so that strokes which end at a cell's border
           are familiar.
    edit   *After* quantization some cells get codes from elsewhere, or the blank code, and the target is
           the picture with those patches replaced. The decoder learns that a changed cell changes its own
           patch. Sometimes all but these cells are blanked: a code alone draws what it draws in company.

Loss: mean squared error / data variance + beta x commitment loss - a little x entropy of code use. The
codebook follows by EMA. After training the codes are renumbered, so that codes of close numbers look alike
(train/palette.py).
"""

import time
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

from train import palette
from train.data import datasets, drawings
from train.data.augment import edit, make_batch
from train.runtime import checkpoint, distributed, snapshots
from train.runtime.device import autocast, best_device
from train.runtime.folders import Folders, run_stage
from train.runtime.log import log_row
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
from train.runtime.weights_folder import finished, write_network
from vqdemo.storage import round_as_stored
from vqdemo.vqvae import BLANK, VQVAE, VQVAEConfig, blank_cells, perplexity


@dataclass
class VQVAESettings:
    """Settings of stage 1. Raises ValueError for those that nothing can be trained with."""

    dataset: str = setting(
        "mnist", f"what to learn: {', '.join(datasets.NAMES)}, or a folder with a subfolder for each class"
    )
    split: str = setting(
        "train", "training images: train (60,000), or fit (the first 55,000) while choosing settings"
    )
    images: int = setting(0, "use only so many of the training images, 0 for all")
    codes: int = setting(128, "codes in the codebook, K: the blank code and K-1 for patches with ink")
    grid: int = setting(7, "cells along each side of the code grid: 7, of 4x4 pixels, or 14, of 2x2")
    width: int = setting(128, "channels of the hidden layers")
    encoder_blocks: int = setting(3, "residual blocks of the encoder")
    decoder_blocks: int = setting(3, "residual blocks of the decoder; each lets a code act one cell further")
    epochs: int = setting(28, "passes over the training images")
    batch: int = setting(128, "pictures a step, all doodles included")
    learning_rate: float = setting(
        2e-3, "peak of the schedule: a short linear warm-up, then a cosine down to zero"
    )
    commitment: float = setting(1.0, "weight beta of the commitment loss")
    usage_entropy: float = setting(0.005, "weight of the reward for using codes evenly")
    ema_decay: float = setting(0.99, "weight of the past in the codebook's running means")
    warmup_steps: int = setting(150, "steps without quantization before k-means++ places the codebook")
    restart_below: float = setting(
        1.0, "codes chosen fewer times a batch than this restart at an encoder output"
    )
    doodle_share: float = setting(0.2, "share of doodles in a batch")
    doodles_until: float = setting(
        0.7, "share of the epochs after which batches have a quarter of their doodles only"
    )
    shift_share: float = setting(0.25, "share of the digits that are moved by up to 8 pixels")
    erase_share: float = setting(0.1, "share of the pictures with cells emptied before encoding")
    edit_share: float = setting(0.6, "share of the pictures with codes replaced after quantization")
    swap_share: float = setting(0.7, "share of these in which single codes come from anywhere")
    alone_share: float = setting(
        0.3, "share of those with blanked codes in which all but the chosen ones are blanked"
    )
    ink_threshold: float = setting(
        0.1, "a cell without a pixel above this is blank: it gets code 0 and draws nothing"
    )
    doodle_number: int = setting(40_000, "different doodles, each seen in 8 orientations")
    bf16: int = setting(1, "1: multiply in bfloat16 where the hardware does, 0: in float32 everywhere")
    seed: int = setting(0, "seed of everything random")

    def __post_init__(self):
        datasets.check(self.dataset)
        one_of(self, ("train", "fit"), "split")
        at_least(self, 1, "width", "epochs", "batch", "doodle_number")
        at_least(self, 0, "images", "encoder_blocks", "decoder_blocks", "warmup_steps")
        at_least(self, 0, "learning_rate", "commitment", "usage_entropy", "restart_below")
        in_range(self, 0, 1, "doodle_share", "doodles_until", "shift_share", "erase_share")
        in_range(self, 0, 1, "edit_share", "swap_share", "alone_share")
        in_range(self, 2, 4096, "codes")
        in_range(self, 0, LARGEST_SEED, "seed")
        below_one(self, "ema_decay", "ink_threshold")
        one_of(self, (0, 1), "bf16")
        if round(self.batch * self.doodle_share) >= self.batch:
            raise ValueError(f"a batch must hold digits too: doodle_share {self.doodle_share} leaves none")
        if self.grid not in (7, 14):
            raise ValueError(f"the grid can be 7 or 14, not {self.grid}")


def loss_of(error: Tensor, commitment: Tensor, entropy: Tensor, settings: VQVAESettings) -> Tensor:
    """The loss, a scalar like all three.

    error: mean squared error of a pixel / variance of the data. commitment: mean squared distance of the
    encoder's outputs to their codes. entropy: of the use of the codes, which counts in favour.
    """
    return error + settings.commitment * commitment - settings.usage_entropy * entropy


def train(settings: VQVAESettings, folders: Folders, device: str) -> VQVAE:
    """Trains; returns the network on the CPU, its codes renumbered.

    Resumes from a checkpoint if a run of these settings was cut off.
    """
    show("VQ-VAE", settings)
    s = settings
    digits = datasets.load(s.dataset, folders.data, s.split, s.images).images
    doodles = drawings.doodles(s.doodle_number, seed=s.seed)
    variance = (digits / 255).var().item()

    torch.manual_seed(s.seed)
    config = VQVAEConfig(
        grid=s.grid,
        patch=datasets.SIZE // s.grid,
        num_codes=s.codes,
        width=s.width,
        encoder_blocks=s.encoder_blocks,
        decoder_blocks=s.decoder_blocks,
        ink_threshold=s.ink_threshold,
    )
    model = VQVAE(config).to(device, memory_format=torch.channels_last)
    encoder, decoder = distributed.averaging(model.encoder), distributed.averaging(model.decoder)
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=s.learning_rate, betas=(0.9, 0.99), weight_decay=1e-4
    )
    first = checkpoint.resume(folders.runs / "vqvae.checkpoint.safetensors", model, optimizer, asdict(s))

    doodles_a_batch = round(s.batch * s.doodle_share)
    digits_a_batch = s.batch - doodles_a_batch
    steps_an_epoch = len(digits) // digits_a_batch
    if not steps_an_epoch:
        raise ValueError(
            f"{s.dataset} has {len(digits)} training pictures, fewer than the {digits_a_batch} of one batch"
        )

    fewer = doodles_a_batch - doodles_a_batch // 4
    fewer -= fewer % distributed.size()  # what is left of a batch can be shared evenly, too

    def keep_snapshot(number: int) -> None:
        if distributed.rank() == 0:
            snapshots.save(folders.runs, number, model)

    for epoch in range(first, s.epochs):
        started, cpu = time.time(), time.process_time()
        generator = checkpoint.epoch_generator(s.seed, epoch)
        order = torch.randperm(len(digits), generator=generator)
        usage, sums, restarts = torch.zeros(s.codes), torch.zeros(2), 0
        doodles_now = doodles_a_batch - (fewer if epoch >= s.doodles_until * s.epochs else 0)
        bar = tqdm(
            range(steps_an_epoch),
            desc=f"VQ-VAE {epoch + 1}/{s.epochs}",
            mininterval=2,
            disable=distributed.rank() > 0,
        )
        for i in bar:
            step = epoch * steps_an_epoch + i
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, s.epochs * steps_an_epoch, s.learning_rate)
            rows = order[i * digits_a_batch : (i + 1) * digits_a_batch]
            doodle_rows = torch.randint(len(doodles), (doodles_now,), generator=generator)
            images = distributed.share(
                make_batch(
                    digits[rows], doodles[doodle_rows], config.grid, s.shift_share, s.erase_share, generator
                )
            ).to(device)

            with autocast(device, bool(s.bf16)):
                vectors = encoder(images)
            vectors = vectors.float()  # distances, EMA and the commitment loss in full precision
            blank = blank_cells(images, config)
            if step < s.warmup_steps:
                decoded_from, target = vectors.masked_fill(blank[:, None], 0.0), images
                commitment, entropy = torch.zeros(2, device=device)
            else:
                if step == s.warmup_steps:
                    members = distributed.gather(vectors.detach()).movedim(1, -1)[~distributed.gather(blank)]
                    keep_snapshot(0)
                    model.quantizer.initialise(members.cpu(), generator)
                    keep_snapshot(1)
                quantized = model.quantizer(vectors, blank)
                commitment, entropy = quantized.commitment_loss, quantized.usage_entropy
                decoded_from, blank, target = edit(
                    quantized.vectors, blank, images, s.edit_share, s.swap_share, s.alone_share, generator
                )
            with autocast(device, bool(s.bf16)):
                decoded = decoder(decoded_from, blank)
            mse = F.mse_loss(decoded.float(), target)
            optimizer.zero_grad(set_to_none=True)
            loss_of(mse / variance, commitment, entropy, s).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()

            sums += torch.tensor([mse.item(), commitment.item()])
            if step >= s.warmup_steps:
                codes = distributed.gather(quantized.codes)
                members = distributed.gather(vectors.detach()).movedim(1, -1)[codes > BLANK]
                codes = codes[codes > BLANK]
                model.quantizer.update(members, codes, s.ema_decay)
                if step < 0.8 * s.epochs * steps_an_epoch:
                    restarts += model.quantizer.restart_dead(members, s.restart_below, generator)
                usage += codes.bincount(minlength=s.codes).cpu()
            if i % 50 == 49:
                bar.set_postfix(
                    mse=f"{sums[0] / (i + 1):.5f}",
                    codes=int((usage > 0).sum()),
                    perplexity=f"{perplexity(usage):.1f}",
                )
        mean_mse, mean_commitment = distributed.mean(sums / steps_an_epoch).tolist()
        row = {
            "epoch": epoch + 1,
            "seconds": round(time.time() - started, 1),
            "cpu_seconds": round(distributed.total(time.process_time() - cpu), 1),
            "mse": round(mean_mse, 6),
            "commitment": round(mean_commitment, 6),
            "codes_in_use": int((usage > 0).sum()),
            "perplexity": round(perplexity(usage), 2),
            "restarts": restarts,
        }
        if distributed.rank() == 0:
            log_row(folders.runs / "vqvae.csv", row)
            checkpoint.save(
                folders.runs / "vqvae.checkpoint.safetensors", model, optimizer, epoch + 1, asdict(s)
            )
        if epoch + 1 in snapshots.epochs_kept(s.epochs):
            keep_snapshot(2 + snapshots.epochs_kept(s.epochs).index(epoch + 1))

    model = model.cpu().eval().requires_grad_(False)
    round_as_stored(model)
    palette.arrange(model, digits)
    round_as_stored(model)  # the tiles too
    return model


def run(settings: VQVAESettings, folders: Folders) -> None:
    """Train and store, unless that is done already."""
    if finished(folders.out, "vqvae", settings):
        return
    model = train(settings, folders, best_device())
    if distributed.rank() == 0:
        write_network(folders.out, "vqvae", model, settings)
    distributed.wait()


def main() -> None:
    run_stage("python -m train.vqvae", __doc__, VQVAESettings, run)


if __name__ == "__main__":
    main()
