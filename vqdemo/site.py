"""The page as a folder of plain files, which any static host can serve, below any prefix, without Gradio:

    python -m vqdemo.site DIR [--weights FOLDER_OR_REPO] [--address URL]

    index.html              the HTML of the views, put together
    service-worker.js       keeps the page in the visitor's browser, for when there is no network
    page-<fingerprint>/     scripts, styles, sentences, icons
    model/                  model.json, the weights of both networks, and the film of the training, if any

index.html names all else by addresses that change with the content, so that a browser never mixes two
releases.
"""

import argparse
import base64
import hashlib
import html
import io
import json
import posixpath
import re
from pathlib import Path
from textwrap import indent

from PIL import Image, ImageDraw

import vqdemo
from vqdemo import storage
from vqdemo.ui import course, description, layout

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
ICON_SIDES = (192, 512)  # pixels of the icons that an installed page needs
TAB = "  "
MAIN = "standalone/mount.js"
SERVICE_WORKER = "service-worker.js"
RELEASE = "self.RELEASE = "  # how it begins; what the release is made of follows, as JSON
IMPORT = re.compile(r"""^(?:import|export) (?:[^;"'=]*? from )?["'](\.[^"']+)["']""", re.MULTILINE)

INDEX = """\
<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>{title}</title>
{link_tags}
    <meta name="theme-color" content="{light}" media="(prefers-color-scheme: light)" />
    <meta name="theme-color" content="{dark}" media="(prefers-color-scheme: dark)" />
    <script src="{folder}/standalone/theme.js"></script>
    <script type="module" async blocking="render" src="{folder}/state/language.js"></script>
    <link rel="stylesheet" href="{folder}/standalone/standalone.css" />
    <link rel="stylesheet" href="{folder}/views.css" />
    <link rel="stylesheet" href="{folder}/page.css" />
    <link rel="icon" href="{folder}/icon.svg" />
    <link rel="apple-touch-icon" href="{folder}/icon-{icon_side}.png" />
    <link rel="manifest" href="{folder}/manifest.webmanifest" />
    <link rel="preload" as="fetch" crossorigin id="model" href="{model}" />
    <link rel="preload" as="fetch" crossorigin id="sentences" href="{sentences}" data-lost="{lost}" />
    <script type="module" src="{folder}/{main}"></script>
  </head>
  <body class="gradio-container">
    <noscript>{no_script}</noscript>
    <div class="main">
      <main>
{columns}
      </main>
    </div>

    <!-- What the first view imports, so that a browser need not find it script by script. -->
{scripts}
  </body>
</html>
"""


def write(target: str | Path, weights: str | Path, address: str = "") -> dict[str, int]:
    """Writes the page for a folder of weights into the folder `target`; returns the bytes in each file.

    `address`: where the files will be, if that is known (see ``site``). `target` is made if need be. What
    an earlier call wrote there is replaced; what has been put beside it since stays. Raises FileExistsError
    if `target` is a file, or holds other things and no page, and what ``vqdemo.load`` raises of weights.
    """
    target = Path(target)
    before = written_before(target)
    if target.exists() and not (target.is_dir() and (before or not any(target.iterdir()))):
        raise FileExistsError(f"{target} holds other things: name an empty or a new folder")
    files = site(weights, address)
    for name, content in files.items():  # index.html comes last, when all that it names is there
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for name in before - files.keys():
        path = target / name
        path.unlink(missing_ok=True)
        for folder in path.relative_to(target).parents[:-1]:
            if (target / folder).is_dir() and not any((target / folder).iterdir()):
                (target / folder).rmdir()
    return {name: len(content) for name, content in files.items()}


def written_before(target: Path) -> set[str]:
    """The addresses of the files that an earlier call wrote into a folder, by its service worker's list."""
    path = target / SERVICE_WORKER
    script = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    try:
        release, _ = json.JSONDecoder().raw_decode(script.removeprefix(RELEASE))
        addresses = [SERVICE_WORKER, "index.html", *release["files"], *release.get("others", ())]
    except (ValueError, KeyError, TypeError):
        return set()
    return {name for name in addresses if (target / name).resolve().is_relative_to(target.resolve())}


def site(weights: str | Path, address: str = "") -> dict[str, bytes]:
    """The files of the page by their addresses. `weights`: a folder.

    `address`: where the files will be. Only the picture that other sites show of a link is named with it,
    since some of them find it only so; all else is relative.
    """
    model = vqdemo.load(weights)
    layout.check_size(model)
    text = layout.text_for(model)

    described = description.model_json(model, weights)
    model_json = description.written(described)
    model_address = f"model/{description.name_of(model_json)}"
    files = {model_address: model_json}
    for name, path in description.weight_files(described, weights).items():
        files[f"model/{name}"] = path.read_bytes()

    parts = page_files(text) | {
        f"sentences/{name}": file for name, file in layout.translations(model).items()
    }
    folder = f"page-{layout.fingerprint(parts)}"
    files |= {f"{folder}/{name}": content for name, content in parts.items()}
    prefix = f"{address.rstrip('/')}/" if address else ""
    picture = f"{prefix}{folder}/{layout.LINK_PICTURE}"
    index = index_html(text, folder, parts, model_address, picture).encode()
    film = described["film"] and f"model/{described['film']['file']}"  # large, and fetched by those who look
    shown_elsewhere = f"{folder}/{layout.LINK_PICTURE}"  # beside links to the page
    not_kept = {film, shown_elsewhere} & files.keys()
    files[SERVICE_WORKER] = service_worker(files, not_kept, index, [model_address, f"{folder}/"])
    files["index.html"] = index
    return files


def page_files(text: dict) -> dict[str, bytes]:
    """All that depends on no values of weights: scripts, styles, sentences, manifest, icons, course."""
    names = [path.relative_to(layout.STATIC).as_posix() for path in sorted(layout.STATIC.rglob("*.*"))]
    in_parts = ("views/", "styles/")  # of these the styles and HTML are put together
    kept = [name for name in names if name.endswith((".js", ".svg")) or not name.startswith(in_parts)]
    kept.remove("standalone/service_worker.js")
    files = {name: (layout.STATIC / name).read_bytes() for name in kept}
    files |= {f"{course.FOLDER}/{name}": content for name, content in course.files().items()}
    files["views.css"] = views_css().encode()
    files["page.css"] = "\n".join(path.read_text(encoding="utf-8") for path in layout.STYLES).encode()
    files["sentences/en.json"] = layout.as_json(text)
    files["manifest.webmanifest"] = layout.as_json(manifest(text))
    return files | {f"icon-{side}.png": icon(side) for side in ICON_SIDES}


def views_css() -> str:
    """The views' styles, each for its own view only: nested below its id, as Gradio does it.

    They stand before those of the page: among rules of equal rank the page's win, as they do in Gradio, which
    ranks them higher.
    """
    return "\n".join(f"#{name}-view {{\n{layout.style_of(name)}}}\n" for name in layout.all_views())


def index_html(text: dict, folder: str, parts: dict[str, bytes], model: str, picture: str) -> str:
    scripts = [f'    <link rel="modulepreload" href="{folder}/{name}" />' for name in imported(parts)]
    below = [view_html(name, text) for name in layout.BELOW]
    return INDEX.format(
        title=html.escape(text["title"]),
        link_tags=indent(layout.link_tags(text, picture), 2 * TAB),
        no_script=html.escape(text["status"]["script_needed"]),
        lost=html.escape(text["status"]["no_script"]),
        light=layout.GROUND[0],
        dark=layout.GROUND[1],
        folder=folder,
        icon_side=ICON_SIDES[0],
        model=model,
        sentences=f"{folder}/sentences/en.json",
        scripts="\n".join(scripts),
        main=MAIN,
        columns=indent("\n".join([columns_html(layout.COLUMNS, text), *below]), 4 * TAB),
    )


def columns_html(columns: dict, text: dict) -> str:
    """Columns, by their id, with the views, and columns, that each holds."""
    written = []
    for column, parts in columns.items():
        classes = "column" if column in layout.OPEN else "column off"
        inside = [
            columns_html(part, text) if isinstance(part, dict) else view_html(part, text) for part in parts
        ]
        written.append(f'<div id="{column}" class="{classes}">\n{indent(chr(10).join(inside), TAB)}\n</div>')
    return "\n".join(written)


def view_html(name: str, text: dict) -> str:
    classes = " ".join(layout.classes_of(name))
    inner = layout.filled(layout.html_of(name), layout.sentences_of(name, text))
    return f'<div id="{name}-view" class="{classes}">\n{indent(inner, TAB)}</div>'


def imported(parts: dict[str, bytes]) -> list[str]:
    """The scripts that the first view imports, so that a browser need not find them one after the other."""
    opened = layout.views_of(
        {column: layout.COLUMNS[column] for column in layout.COLUMNS if column in layout.OPEN}
    )
    found = [MAIN, *(f"views/{name}/{name}.js" for name in [*opened, *layout.BELOW])]
    for name in found:  # which grows
        for address in IMPORT.findall(parts[name].decode()):
            script = posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
            if script not in found:
                found.append(script)
    return sorted(found)


def manifest(text: dict) -> dict:
    """What a browser needs to install the page: https://www.w3.org/TR/appmanifest"""
    icons = [
        {"src": f"icon-{side}.png", "sizes": f"{side}x{side}", "type": "image/png"} for side in ICON_SIDES
    ]
    return {
        "name": text["title"],
        "short_name": text["title"],
        "description": text["header"]["lead"],
        "start_url": "../",
        "scope": "../",
        "display": "standalone",
        "background_color": layout.GROUND[0],
        "theme_color": layout.GROUND[0],
        "icons": [{"src": "icon.svg", "sizes": "any", "type": "image/svg+xml"}, *icons],
    }


def icon(side: int) -> bytes:
    """icon.svg as a PNG of `side` pixels each way: a ground with rectangles, drawn four times as large."""
    svg = (layout.STATIC / "icon.svg").read_text(encoding="utf-8")
    full, colours = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0]), re.findall(r'fill="(#\w+)"', svg)
    picture = Image.new("RGB", (4 * side, 4 * side), colours[0])
    draw = ImageDraw.Draw(picture)
    for x, y, width, height in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", svg):
        left, top, right, bottom = int(x), int(y), int(x) + int(width), int(y) + int(height)
        scaled = [4 * side * at / full for at in (left, top, right, bottom)]
        draw.rectangle((scaled[0], scaled[1], scaled[2] - 1, scaled[3] - 1), fill=colours[1])
    content = io.BytesIO()
    picture.resize((side, side), Image.Resampling.LANCZOS).save(content, "PNG", optimize=True)
    return content.getvalue()


def service_worker(files: dict[str, bytes], not_kept: set[str], index: bytes, named: list[str]) -> bytes:
    """Its script, after what this release is made of. `named`: what only this index.html names."""
    script = (layout.STATIC / "standalone" / "service_worker.js").read_text(encoding="utf-8")
    sums = {
        address: base64.b64encode(hashlib.sha256(content).digest()).decode()
        for address, content in files.items()
        if address not in not_kept
    }
    name = layout.fingerprint({**files, "index.html": index, "script": script.encode()})
    release = json.dumps({"name": name, "named": named, "files": sums, "others": sorted(not_kept)}, indent=1)
    return f"{RELEASE}{release};\n\n{script}".encode()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m vqdemo.site", description=__doc__.splitlines()[0])
    parser.add_argument("target", metavar="DIR", type=Path, help="the folder to write; a new or an empty one")
    parser.add_argument(
        "--weights",
        metavar="FOLDER_OR_REPO",
        default=WEIGHTS,
        help='a folder of weights, or "user/repo" on the Hub (default: the bundled weights)',
    )
    parser.add_argument(
        "--address",
        metavar="URL",
        default="",
        help="where the page will be, so that sites which show links to it find its picture",
    )
    arguments = parser.parse_args()
    if not re.match("https?://|$", arguments.address):
        parser.error(f"--address {arguments.address}: must begin with https:// or http://")
    try:
        sizes = write(arguments.target, storage.find(arguments.weights), arguments.address)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(f"{len(sizes)} files, {sum(sizes.values()) / 1e6:.1f} MB, in {arguments.target}")
    print(f"to look at it: python -m http.server --directory {arguments.target}")


if __name__ == "__main__":
    main()
