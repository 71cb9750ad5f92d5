"""Puts the weights, or the whole app as a Space, on the Hugging Face Hub.

    python -m train.publish --model USER/NAME     weights with a model card
    python -m train.publish --static USER/NAME    the page as plain files, a static Space
    python -m train.publish --space USER/NAME     the app with the bundled weights, a Gradio Space

With `--zerogpu` the app is made for a ZeroGPU Space, which free accounts have.

`--dry-run` lists each file and sends nothing. Log in first with `hf auth login`, or set HF_TOKEN. An upload
that was cut off is finished by the same command: huggingface_hub sends what is not there yet.
"""

import argparse
import re
import shutil
import tempfile
from pathlib import Path

from huggingface_hub import EvalResult, HfApi, ModelCard, ModelCardData, SpaceCard, SpaceCardData
from huggingface_hub.utils import validate_repo_id

import vqdemo
from train.data import datasets
from train.report.table import markdown
from train.runtime.weights_folder import dataset_of, metrics_of
from vqdemo import site
from vqdemo.storage import FILES, FILM, film_of, read_config
from vqdemo.ui.layout import LINK_PICTURE

ROOT = Path(__file__).resolve().parent.parent
SPACE = (
    "README.md",
    "HOSTING.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "app.py",
    "requirements.txt",
    "pre-requirements.txt",
    "pyproject.toml",
    ".gitignore",
    "vqdemo",
    "weights",
    "train",
    "tests",
)
LICENSE = "mit"
ZEROGPU_TORCH = "2.11.0"  # the newest that ZeroGPU has; requirements.txt is changed to it
# Data sets' own pages on the Hub, and figures of reconstructions as the Hub names them.
HUB_DATA = {"mnist": "ylecun/mnist", "fashion-mnist": "zalando-datasets/fashion_mnist"}
METRICS = {"mse": "mean squared error", "ssim": "structural similarity"}
HUB_FILES = "https://huggingface.co/spaces/{name}/resolve/main"  # where the files of a Space are
GRADIO_ONLY = ("sdk_version", "python_version")  # front matter that a static Space has no use for
STATIC_CARD = """\
Draw a digit. A VQ-VAE writes it down as a small grid of codes and redraws it from them; change codes by hand,
erase some, and a PixelCNN prior completes the rest. All of it is computed in the visitor's browser: these are
plain files, written by `python -m vqdemo.site`.
"""

CARD = """\
# {name}

A VQ-VAE that writes {size}×{size} drawings down as {grid}×{grid} codes out of {codes}, and a PixelCNN prior
over these codes that fills in any unknown cells. Made to be edited by hand: change a code and see what it
draws, erase some and have them completed.

```python
import vqdemo

model = vqdemo.load("{name}")
grids = model.sample(4, label={label}, seed=0)
images = model.decode(grids)
```

Code 0 is the blank cell, by definition: a cell of {patch}×{patch} pixels of which none is above {threshold}
gets it, and nothing is drawn there. The other {strokes} codes are for patches with ink and were learned. Both
files of weights are float16; the networks compute in float32.

The code is in the Space that shows these weights; there, the environment variable `VQDEMO_WEIGHTS={name}`
chooses them.

| file | holds |
|---|---|
| `vqvae.safetensors` | encoder, codebook and decoder; mean picture and usage of each code |
| `prior.safetensors` | the prior |
| `config.json` | what rebuilds both networks, their training's settings, the names of the classes |
{measured}{film}
## Data

{dataset}: {images}, of the classes {classes}, and random doodles drawn by the training program, so that other
drawings are redrawn as well.

## Training

`python -m train --data data --out weights`, the VQ-VAE for {vqvae_epochs} epochs, then the prior on its codes
for {prior_epochs}. Every setting is in `config.json`.

## Metrics

{table}

## Limits

The VQ-VAE redraws most small line drawings, but hardly photographs or fine detail. The prior knows the
training pictures' classes only, centred and sized as they are there, and completes anything else as if it
were of one. Samples are not always good ones. Nothing here is fit for reading people's handwriting.

## Licence

MIT, for code and weights. {data_licence}
"""
METRICS_ROW = "| `metrics.json` | measurements of exactly these files |\n"
FILM_ROW = f"| `{FILM}` | the VQ-VAE at moments of its training, int8, for the page |\n"
MNIST_LICENCE = """\
MNIST is by Yann LeCun, Corinna Cortes and Christopher Burges. Its card on the Hub, `ylecun/mnist`, says MIT;
the documentation of Keras says CC BY-SA 3.0."""


def model_card(name: str, folder: Path) -> ModelCard:
    """The card of a folder of weights that is to be called USER/NAME."""
    model, config = vqdemo.load(folder), read_config(folder)
    metrics = metrics_of(folder)
    training, dataset = config["training"], dataset_of(folder)
    mnist, title = dataset == "mnist", datasets.NAMES.get(dataset, Path(dataset).name)
    number = training["vqvae"]["images"] or (60_000 if mnist else None)
    results = (
        [
            EvalResult(
                task_type="unconditional-image-generation",
                task_name="reconstruction",
                dataset_type=HUB_DATA.get(dataset, title),
                dataset_name=title,
                dataset_split=metrics["data"]["split"],
                metric_type=kind,
                metric_name=words,
                metric_value=metrics["reconstruction"][kind],
            )
            for kind, words in METRICS.items()
        ]
        if metrics
        else None
    )
    about = ModelCardData(
        license=LICENSE,
        library_name="vqdemo",
        pipeline_tag="unconditional-image-generation",
        datasets=[HUB_DATA[dataset]] if dataset in HUB_DATA else None,
        tags=["vq-vae", "pixelcnn", title.lower(), "discrete-latents", "safetensors"],
        model_name=name.rsplit("/", maxsplit=1)[-1],
        eval_results=results,
    )
    body = CARD.format(
        name=name,
        size=model.image_size,
        grid=model.grid_shape[0],
        codes=model.num_codes,
        strokes=model.num_codes - 1,
        patch=model.vqvae.config.patch,
        threshold=model.vqvae.config.ink_threshold,
        label=model.num_labels - 1,
        classes=", ".join(model.labels),
        dataset=title,
        images=f"{number:,} training pictures" if number else "its training pictures",
        measured=METRICS_ROW if metrics else "",
        film=FILM_ROW if film_of(folder) else "",
        data_licence=MNIST_LICENCE if mnist else f"The pictures of {title} have a licence of their own.",
        vqvae_epochs=training["vqvae"]["epochs"],
        prior_epochs=training["prior"]["epochs"],
        table=markdown(metrics) if metrics else "These weights have not been measured.",
    )
    return ModelCard(f"---\n{about.to_yaml()}\n---\n\n{body}")


def stage_model(name: str, folder: Path, stage: Path) -> None:
    """Weights, card, and what is of these weights of measurements and film, as they are to lie on the Hub."""
    card = model_card(name, folder)
    left_out = {"metrics.json": not metrics_of(folder), FILM: not film_of(folder)}
    for file in FILES:
        if not left_out.get(file):
            shutil.copy(folder / file, stage)
    card.save(stage / "README.md")


def stage_space(name: str, stage: Path, zerogpu: bool) -> None:
    """The app as it is to lie on the Hub, as USER/NAME.

    ZeroGPU has no torch as new as that of requirements.txt, and needs it with CUDA.
    """
    vqdemo.load(ROOT / "weights")
    for part in SPACE:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part,
                stage / part,
                ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.partial", ".*"),
            )
        else:
            shutil.copy(ROOT / part, stage)
    card = SpaceCard.load(stage / "README.md")
    card.data.thumbnail = f"{HUB_FILES.format(name=name)}/{card.data.thumbnail}"
    card.save(stage / "README.md")
    if zerogpu:
        (stage / "pre-requirements.txt").unlink()
        pins = (stage / "requirements.txt").read_text(encoding="utf-8")
        pins = re.sub(r"^torch==.*$", f"torch=={ZEROGPU_TORCH}", pins, flags=re.MULTILINE)
        (stage / "requirements.txt").write_text(pins, encoding="utf-8")


def stage_static(name: str, folder: Path, stage: Path) -> None:
    """The page as plain files (see vqdemo/site.py), and the front matter of a static Space, USER/NAME."""
    address = HUB_FILES.format(name=name)
    (picture,) = (file for file in site.write(stage, folder, address) if file.endswith(LINK_PICTURE))
    data = SpaceCard.load(ROOT / "README.md").data.to_dict()
    about = {key: value for key, value in data.items() if key not in GRADIO_ONLY}
    about |= {
        "thumbnail": f"{address}/{picture}",
        "sdk": "static",
        "app_file": "index.html",
        "tags": [tag for tag in data["tags"] if tag != "mcp-server"],
    }
    SpaceCard(f"---\n{SpaceCardData(**about).to_yaml()}\n---\n\n{STATIC_CARD}").save(stage / "README.md")


def publish(name: str, stage: Path, kind: str, private: bool, sdk: str | None = None) -> str:
    """Make the repository if there is none and send what differs; its address.

    Of a static Space, what earlier releases left is deleted in the same commit.
    """
    api = HfApi()
    address = api.create_repo(name, repo_type=kind, private=private, exist_ok=True, space_sdk=sdk)
    old = ["page-*", "model/*"] if sdk == "static" else None
    api.upload_folder(
        repo_id=name, folder_path=stage, repo_type=kind, commit_message="Publish", delete_patterns=old
    )
    return str(address)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.publish", description=__doc__.splitlines()[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--model", metavar="USER/NAME", help="publish the weights, with a model card")
    what.add_argument("--static", metavar="USER/NAME", help="publish the page as a static Space")
    what.add_argument("--space", metavar="USER/NAME", help="publish the app as a Gradio Space")
    parser.add_argument(
        "--weights",
        type=Path,
        help="with --model or --static: the folder of weights (default: weights)",
    )
    parser.add_argument(
        "--zerogpu", action="store_true", help=f"with --space: for ZeroGPU, with torch {ZEROGPU_TORCH}"
    )
    parser.add_argument("--private", action="store_true", help="make the repository private if it is new")
    parser.add_argument("--dry-run", action="store_true", help="list the files, send nothing")
    arguments = parser.parse_args()
    if arguments.space and arguments.weights:
        parser.error("--weights goes with --model or --static: --space publishes the bundled weights")
    if arguments.zerogpu and not arguments.space:
        parser.error("--zerogpu goes with --space")
    weights = arguments.weights or ROOT / "weights"
    name = arguments.model or arguments.static or arguments.space
    kind = "model" if arguments.model else "space"
    sdk = None if arguments.model else "static" if arguments.static else "gradio"
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        try:
            validate_repo_id(name)
            if arguments.model:
                stage_model(name, weights, stage)
            elif arguments.static:
                stage_static(name, weights, stage)
            else:
                stage_space(name, stage, arguments.zerogpu)
        except (FileNotFoundError, ValueError) as error:
            parser.error(f"nothing to publish: {error}")
        if arguments.dry_run:
            for path in sorted(path for path in stage.rglob("*") if path.is_file()):
                print(f"{path.stat().st_size:>10,}  {path.relative_to(stage)}")
            print(f"would go to the {kind} {name}; nothing was sent")
        else:
            print(publish(name, stage, kind, arguments.private, sdk))


if __name__ == "__main__":
    main()
