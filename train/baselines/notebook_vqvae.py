"""The peer: the VQ-VAE that most public notebooks with these parts train, on the same data and by the same clock as ours; then its prior.

Method
    van den Oord, Vinyals, Kavukcuoglu (2017), "Neural Discrete Representation Learning", arXiv:1711.00937, as tutorials put it: strided
    convolutions, 128 codes from a uniform start, and a codebook that follows by gradient.

Where it differs from ours (vqdemo/vqvae.py, train/vqvae.py)
    * 3x3 convolutions of stride 2 and their transposes, 32 and 64 channels, no residual blocks.
    * The codebook is trained by the codebook loss: no running means, no restarts, no k-means start.
    * Plain mean squared error and a commitment loss of almost no weight (0.009, the data's variance squared); Adam at a constant rate.

`python -m train.baselines.notebook_vqvae` trains it and its prior (train/baselines/notebook_prior.py), then ours for one epoch and for two, each with its
whole schedule, and prints what test error a CPU second buys. The figures go into metrics.json under "peer", the curves into runs/.
"""

import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import vqvae
from train.baselines import adam, notebook_prior
from train.baselines.notebook_prior import PeerPrior, PeerPriorSettings
from train.data import datasets
from train.measure.bits_per_pixel import STEPS, bits_of_pixels, bits_per_pixel
from train.measure.classifier import ClassifierSettings, trained
from train.measure.reconstruction import decode, editing, encode, fidelity, robustness
from train.measure.samples import Reference, accuracy, quality
from train.runtime.checkpoint import load_kept, note_of, write_atomically
from train.runtime.settings import setting, show
from train.runtime.weights_folder import Folders, add_metrics, parsed, read_log
from train.vqvae import VQVAESettings
from vqdemo.vqvae import VQVAEConfig


@dataclass
class PeerSettings:
    """Settings of the peer."""

    codes: int = setting(128, "codes in the codebook")
    code_dim: int = setting(16, "length of a codebook vector")
    epochs: int = setting(30, "passes over the training images")
    batch: int = setting(128, "pictures a step")
    learning_rate: float = setting(1e-3, "Adam's, constant")
    commitment: float = setting(0.009, "weight of the commitment loss")
    images: int = setting(0, "use only so many of the training images, 0 for all")
    our_epochs: str = setting("1,2", "lengths at which ours is trained for comparison")
    seed: int = setting(0, "seed of everything random")


class Peer(nn.Module):
    """Image (N,1,28,28) -> codes (N,7,7) -> image; the same two methods as vqdemo.vqvae.VQVAE, so that the same code judges both."""

    def __init__(self, settings: PeerSettings):
        super().__init__()
        self.config = VQVAEConfig(num_codes=settings.codes, code_dim=settings.code_dim)
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(64, settings.code_dim, 1),
        )  # fmt: skip
        self.codebook = nn.Parameter(torch.empty(settings.codes, settings.code_dim).uniform_(-0.05, 0.05))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(settings.code_dim, 64, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.ConvTranspose2d(32, 1, 3, padding=1),
        )  # fmt: skip

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


def train_peer(s: PeerSettings, digits: Tensor, test: Tensor, log: Path) -> Peer:
    """Train on uint8 digits (N,28,28)."""
    show("Peer", s)
    torch.manual_seed(s.seed)
    model = Peer(s)

    def loss_of(some: Tensor) -> Tensor:
        images = some[:, None].float() / 255
        decoded, loss = model(images, s.commitment)
        return F.mse_loss(decoded, images) + loss

    adam.train("peer", model, s, digits, loss_of, lambda: {"test_mse": round(test_mse(model, test), 6)}, log)
    return model


def train_ours(settings: VQVAESettings, folders: Folders, test: Tensor) -> dict:
    """Ours, with a number of epochs of its own: CPU seconds, doodles and palette included, and test error."""
    own = replace(folders, runs=folders.runs / f"ours_{settings.epochs}")
    own.runs.mkdir(exist_ok=True)
    (own.runs / "vqvae.checkpoint.safetensors").unlink(missing_ok=True)  # a clock that starts half way measures nothing
    started = time.process_time()
    model = vqvae.train(settings, own, "cpu")
    return {"epochs": settings.epochs, "cpu_seconds": time.process_time() - started, "test_mse": test_mse(model, test)}


def both_trained(s: PeerSettings, its_prior: PeerPriorSettings, digits: Tensor, test: Tensor, runs: Path) -> tuple[Peer, PeerPrior]:
    """The peer and its prior, kept in the folder of runs; each is trained unless it is there already."""
    peer, note = Peer(s).eval().requires_grad_(False), note_of(settings=asdict(replace(s, our_epochs="")))  # whatever ours is trained for
    if not load_kept(runs / "peer.safetensors", peer, note):
        peer = train_peer(s, digits, test, runs / "peer.csv")
        write_atomically(runs / "peer.safetensors", peer.state_dict(), note)
    prior, note = PeerPrior(its_prior, s.codes).eval().requires_grad_(False), note | note_of(prior=asdict(its_prior))
    if not load_kept(runs / "peer_prior.safetensors", prior, note):
        prior = notebook_prior.train(its_prior, s.codes, encode(peer, digits), encode(peer, test), runs / "peer_prior.csv")
        write_atomically(runs / "peer_prior.safetensors", prior.state_dict(), note)
    return peer, prior


def run(
    folders: Folders, s: PeerSettings, ours: VQVAESettings | None = None, its_prior: PeerPriorSettings | None = None,
    judge: ClassifierSettings | None = None, number: int = 0, coder_steps: int = STEPS,
) -> dict:  # fmt: skip
    """Train and measure the peer, train ours for less, and write both into metrics.json. number: only so many test digits, 0 for all."""
    ours, its_prior = replace(ours or VQVAESettings(), images=s.images, seed=s.seed), its_prior or PeerPriorSettings()
    digits, test = datasets.mnist(folders.data, "train", s.images), datasets.mnist(folders.data, "test", number)
    few = min(len(test.images) // 5, 2_000)  # for what is computed many times a picture
    peer, prior = both_trained(s, its_prior, digits.images, test.images, folders.runs)
    peer.usage = encode(peer, digits.images).flatten().bincount(minlength=s.codes)
    grid, test_codes = peer.config.grid, encode(peer, test.images)
    nats = notebook_prior.nats(prior, test_codes)
    classifier = trained(judge or ClassifierSettings(), folders.data, folders.runs / "classifier.safetensors")
    reference = Reference(classifier, digits.images, test.images, few)
    result = {
        "settings": asdict(s),
        "curve": read_log(folders.runs / "peer.csv"),
        "vqvae": fidelity(peer, test.images)
        | editing(peer, test.images, few // 2)
        | {"foreign_mse": robustness(peer, test.images, few)}
        | {"read_as_true_digit": accuracy(classifier, decode(peer, test_codes), test.labels)},
        "prior": {
            "settings": asdict(its_prior),
            "curve": read_log(folders.runs / "peer_prior.csv"),
            "nats": nats,
            "latency_ms": notebook_prior.latencies(prior, grid),
            "samples_without_label": quality(decode(peer, notebook_prior.sample(prior, few, grid, seed=0)), reference)[0],
        },
        "bits_per_pixel": bits_per_pixel(nats, bits_of_pixels(peer, digits.images, test.images, coder_steps), test.images[0].numel()),
        "ours": [train_ours(replace(ours, epochs=int(epochs)), folders, test.images) for epochs in s.our_epochs.split(",")],
    }
    add_metrics(folders.out, peer=result)
    return result


def main() -> None:
    settings, folders = parsed("python -m train.baselines.notebook_vqvae", __doc__, PeerSettings, out="--weights")
    run(folders, settings)


if __name__ == "__main__":
    main()
