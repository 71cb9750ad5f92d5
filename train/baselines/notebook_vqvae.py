"""The notebook baseline: the VQ-VAE that most public notebooks train, and its prior.

Trained on the same data and timed by the same clock as ours.

Method
    van den Oord, Vinyals, Kavukcuoglu (2017), "Neural Discrete Representation Learning", arXiv:1711.00937, as
    tutorials put it: strided convolutions, 128 codes from a uniform start, and a codebook that follows by
    gradient.

Where it differs from ours (vqdemo/vqvae.py, train/vqvae.py)
    * 3x3 convolutions of stride 2 and their transposes, 32 and 64 channels, no residual blocks.
    * The codebook is trained by the codebook loss: no running means, no restarts, no k-means start.
    * Plain mean squared error and a commitment loss of almost no weight (0.009, the data's variance squared);
      Adam at a constant rate.

`python -m train.baselines.notebook_vqvae` trains it and its prior (train/baselines/notebook_prior.py), then
ours for one epoch and for two, each with its whole schedule, to see what test error a CPU second buys. The
figures go into metrics.json under "notebook_baseline", networks and logs into runs/.
"""

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import vqvae
from train.baselines import adam, notebook_prior
from train.baselines.notebook_prior import NotebookPrior, NotebookPriorSettings
from train.data import datasets
from train.data.codes import decode, encode
from train.measure import records
from train.measure.bits_per_pixel import bits_of_pixels, bits_per_pixel
from train.measure.classifier import accuracy
from train.measure.editing import editing
from train.measure.out_of_distribution import robustness
from train.measure.reconstruction import fidelity
from train.measure.samples import Reference, quality
from train.measure.subject import PICTURES, Subject
from train.runtime.files import load_if_made_with, metadata_of, write_tensors
from train.runtime.folders import Folders, run_stage
from train.runtime.log import read_log
from train.runtime.settings import setting, show
from train.vqvae import VQVAESettings
from vqdemo.vqvae import VQVAEConfig


@dataclass
class NotebookSettings:
    """Settings of the baseline."""

    codes: int = setting(128, "codes in the codebook")
    code_dim: int = setting(16, "length of a codebook vector")
    epochs: int = setting(30, "passes over the training images")
    batch: int = setting(128, "pictures a step")
    learning_rate: float = setting(1e-3, "Adam's, constant")
    commitment: float = setting(0.009, "weight of the commitment loss")
    images: int = setting(0, "use only so many of the training images, 0 for all")
    our_epochs: str = setting("1,2", "lengths at which ours is trained for comparison")
    seed: int = setting(0, "seed of everything random")


class NotebookVQVAE(nn.Module):
    """Image (N,1,28,28) -> codes (N,7,7) -> image.

    It has the methods of vqdemo.vqvae.VQVAE, so that the same code measures both.
    """

    def __init__(self, settings: NotebookSettings):
        super().__init__()
        self.config = VQVAEConfig(num_codes=settings.codes, code_dim=settings.code_dim)
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(64, settings.code_dim, 1),
        )
        self.codebook = nn.Parameter(torch.empty(settings.codes, settings.code_dim).uniform_(-0.05, 0.05))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(settings.code_dim, 64, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1),
            nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 3, padding=1),
        )

    def nearest(self, vectors: Tensor) -> Tensor:
        """Vectors (N,D,7,7) -> index of the nearest code, int64 (N,7,7)."""
        flat = vectors.movedim(1, -1)
        return (self.codebook.square().sum(1) - 2 * flat @ self.codebook.T).argmin(-1)

    def forward(self, images: Tensor, commitment: float) -> tuple[Tensor, Tensor]:
        """Images (N,1,28,28) -> reconstructions and the sum of codebook and commitment loss."""
        vectors = self.encoder(images)
        quantized = F.embedding(self.nearest(vectors), self.codebook).movedim(-1, 1)
        loss = F.mse_loss(quantized, vectors.detach()) + commitment * F.mse_loss(vectors, quantized.detach())
        return self.decoder(vectors + (quantized - vectors).detach()), loss

    def encode(self, images: Tensor) -> Tensor:
        return self.nearest(self.encoder(images))

    def decode(self, codes: Tensor) -> Tensor:
        return self.decoder(F.embedding(codes, self.codebook).movedim(-1, 1)).clamp(0, 1)


def test_mse(model: nn.Module, images: Tensor) -> float:
    """Mean squared error of reconstructions of uint8 images (N,28,28)."""
    return float(F.mse_loss(decode(model, encode(model, images)), images[:, None].float() / 255))


def train_notebook(s: NotebookSettings, digits: Tensor, test: Tensor, log: Path) -> NotebookVQVAE:
    """Train on uint8 digits (N,28,28)."""
    show("notebook VQ-VAE", s)
    torch.manual_seed(s.seed)
    model = NotebookVQVAE(s)

    def loss_of(batch: Tensor) -> Tensor:
        images = batch[:, None].float() / 255
        decoded, loss = model(images, s.commitment)
        return F.mse_loss(decoded, images) + loss

    adam.train(
        "notebook VQ-VAE",
        model,
        s,
        digits,
        loss_of,
        lambda: {"test_mse": round(test_mse(model, test), 6)},
        log,
    )
    return model


def train_ours(settings: VQVAESettings, folders: Folders, test: Tensor) -> dict:
    """Ours, with a number of epochs of its own: CPU seconds, doodles and palette included, and test error."""
    own = replace(folders, runs=folders.runs / f"ours_{settings.epochs}")
    own.runs.mkdir(exist_ok=True)
    # A clock that starts half way measures nothing.
    (own.runs / "vqvae.checkpoint.safetensors").unlink(missing_ok=True)
    started = time.process_time()
    model = vqvae.train(settings, own, "cpu")
    return {
        "epochs": settings.epochs,
        "cpu_seconds": time.process_time() - started,
        "test_mse": test_mse(model, test),
    }


def both_trained(
    s: NotebookSettings, prior_settings: NotebookPriorSettings, subject: Subject, digits: Tensor
) -> tuple[NotebookVQVAE, NotebookPrior]:
    """The baseline's two networks, kept in the folder of runs; each is trained unless it is there already."""
    test, runs = subject.pictures.images, subject.folders.runs
    model = NotebookVQVAE(s).eval().requires_grad_(False)
    # Whatever ours is trained for.
    metadata = metadata_of(settings=asdict(replace(s, our_epochs="")), dataset=subject.dataset)
    if not load_if_made_with(runs / "notebook_vqvae.safetensors", model, metadata):
        model = train_notebook(s, digits, test, runs / "notebook_vqvae.csv")
        write_tensors(runs / "notebook_vqvae.safetensors", model.state_dict(), metadata)
    prior = NotebookPrior(prior_settings, s.codes).eval().requires_grad_(False)
    metadata |= metadata_of(prior=asdict(prior_settings))
    if not load_if_made_with(runs / "notebook_prior.safetensors", prior, metadata):
        codes, test_codes = encode(model, digits), encode(model, test)
        prior = notebook_prior.train(prior_settings, s.codes, codes, test_codes, runs / "notebook_prior.csv")
        write_tensors(runs / "notebook_prior.safetensors", prior.state_dict(), metadata)
    return model, prior


def run(
    subject: Subject,
    s: NotebookSettings,
    ours: VQVAESettings | None = None,
    prior_settings: NotebookPriorSettings | None = None,
) -> dict:
    """Train and measure the baseline, train ours for less, and put both into metrics.json.

    subject: whose test pictures and evaluator are used. ours: settings of the VQ-VAE beside it.
    """
    folders, test = subject.folders, subject.pictures
    ours = replace(ours or VQVAESettings(), dataset=subject.dataset, images=s.images, seed=s.seed)
    prior_settings = prior_settings or NotebookPriorSettings()
    digits = datasets.load(subject.dataset, folders.data, "train", s.images).images
    repeated = subject.repeated
    model, prior = both_trained(s, prior_settings, subject, digits)
    grid, test_codes = model.config.grid, encode(model, test.images)
    nats = notebook_prior.nats(prior, test_codes)
    pixel_bits = bits_of_pixels(model, digits, test.images, subject.pixel_coder_steps)
    reference = Reference(subject.evaluator, digits, test.images, repeated)
    sampled = decode(model, notebook_prior.sample(prior, repeated, grid, seed=0))
    result = {
        "settings": asdict(s),
        "curve": read_log(folders.runs / "notebook_vqvae.csv"),
        "reconstruction": fidelity(model, test.images)
        | {"read_as_true_digit": accuracy(subject.evaluator, decode(model, test_codes), test.labels)},
        "editing": editing(model, test.images, repeated // 2),
        "out_of_distribution": robustness(model, test.images, repeated),
        "prior": {
            "settings": asdict(prior_settings),
            "curve": read_log(folders.runs / "notebook_prior.csv"),
            "nats_per_grid": nats,
        },
        "latency_ms": notebook_prior.latencies(prior, grid),
        "samples": {"without_label": quality(sampled, reference)[0]},
        "bits_per_pixel": bits_per_pixel(nats, pixel_bits, test.images[0].numel()),
        "ours": [
            train_ours(replace(ours, epochs=int(epochs)), folders, test.images)
            for epochs in s.our_epochs.split(",")
        ],
    }
    records.publish(
        folders,
        "notebook_baseline",
        subject.of(*PICTURES, "evaluator")
        | {"settings": asdict(s), "prior_settings": asdict(prior_settings)},
        result,
    )
    return result


def main() -> None:
    run_stage(
        "python -m train.baselines.notebook_vqvae",
        __doc__,
        NotebookSettings,
        lambda s, folders: run(Subject(folders), s),
        out="--weights",
    )


if __name__ == "__main__":
    main()
