"""The files of the static edition: whole, relative, named by their content, and made without Gradio."""

import base64
import hashlib
import html
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import small_film
import small_model
import static_server
from app_process import ROOT
from PIL import Image

import vqdemo
from vqdemo import site
from vqdemo.ui import description, layout
from vqdemo.ui.texts.en import TEXT

ADDRESS = re.compile(r'(?:href|src)="([^"]+)"')
RELEASE = re.compile(rb"self\.RELEASE = (\{.*?\n\});", re.DOTALL)


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    return small_model.write(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def files(weights) -> dict[str, bytes]:
    return site.site(weights)


def folder_of(files: dict[str, bytes]) -> str:
    (folder,) = {name.split("/")[0] for name in files if name.startswith("page-")}
    return folder


def test_it_is_made_without_gradio(weights, tmp_path):
    code = (
        "import sys\nfrom vqdemo import site\n"
        "site.write(*sys.argv[1:])\n"
        "sys.exit(any(name.split('.')[0] == 'gradio' for name in sys.modules))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "page"), str(weights)]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=120).returncode == 0


def test_index_names_files_that_are_there_by_relative_addresses(files):
    addresses = ADDRESS.findall(files["index.html"].decode())
    assert len(addresses) > 60
    assert not set(addresses) - set(files)
    assert f"{folder_of(files)}/standalone/mount.js" in addresses


def test_no_file_names_an_address_elsewhere_or_at_the_root_of_the_host(files):
    for name, content in files.items():
        if name.endswith((".html", ".css", ".js", ".webmanifest")):
            comments = r"/\*.*?\*/" if name.endswith("css") else r"//.*"
            text = re.sub(comments, "", content.decode(), flags=re.DOTALL if name.endswith("css") else 0)
            assert not re.search(
                r"""(?:href|src)=["']/|url\((?!"data:)|from ["']/|(?:fetch|URL)\(["']/""", text
            ), name


def test_index_holds_each_views_html_with_its_sentences(files, weights):
    text = layout.text_for(vqdemo.load(weights))
    index = re.sub(r"\s+", " ", files["index.html"].decode())
    assert "{{" not in index and "${" not in index
    for name in layout.all_views():
        inner = layout.filled(layout.html_of(name), layout.sentences_of(name, text))
        assert re.sub(r"\s+", " ", inner).strip() in index, name
    ids = re.findall(r'\bid="([^"]+)"', index)
    assert len(ids) == len(set(ids))


def test_templates_use_nothing_that_the_static_edition_does_not_fill():
    for name in layout.all_views():
        template = layout.html_of(name)
        tags = re.findall(r"\{\{.*?\}\}", template)
        assert all(re.fullmatch(r"\{\{text\.[\w.]+\}\}", tag) for tag in tags), name
        assert not re.search(r"\$\{|`|\\|@children", template), name


def test_sentences_are_escaped():
    words = "<i>&\"'"
    assert layout.filled("<b>{{text.a}}</b>", {"a": words}) == f"<b>{html.escape(words)}</b>"
    assert layout.filled("{{text.a.b}}", {"a": {"b": "<"}}) == "&lt;"
    with pytest.raises(KeyError, match="absent"):
        layout.filled("{{text.absent}}", {"a": ""})


def test_styles_of_a_view_are_for_that_view_only(files):
    css = files[f"{folder_of(files)}/views.css"].decode()
    depth, outer = 0, []
    for line in css.splitlines():
        if depth == 0 and line.strip():
            outer.append(line)
        depth += line.count("{") - line.count("}")
    assert [line for line in outer if line != "}"] == [f"#{name}-view {{" for name in layout.all_views()]


def test_scripts_and_sentences_are_the_apps(files, weights):
    folder = folder_of(files)
    for path in layout.STATIC.rglob("*.js"):
        name = path.relative_to(layout.STATIC).as_posix()
        if name != "standalone/service_worker.js":
            assert files[f"{folder}/{name}"] == path.read_bytes()
    sentences = json.loads(files[f"{folder}/sentences/en.json"])
    assert sentences == layout.text_for(vqdemo.load(weights))
    assert sentences.keys() == TEXT.keys()


def test_model_json_names_the_weights_beside_it(files, weights):
    (name,) = [name for name in files if re.fullmatch(r"model/model-\w{12}\.json", name)]
    described = json.loads(files[name])
    assert described == json.loads(description.written(description.model_json(vqdemo.load(weights), weights)))
    for network, told in described["networks"].items():
        assert files[f"model/{told['file']}"] == (weights / f"{network}.safetensors").read_bytes()


def test_the_service_worker_keeps_every_file_by_its_checksum(files):
    release = json.loads(RELEASE.match(files["service-worker.js"])[1])
    picture = f"{folder_of(files)}/{layout.LINK_PICTURE}"  # other sites show it, the page does not
    assert set(release["files"]) == set(files) - {"index.html", "service-worker.js", picture}
    for name, checksum in release["files"].items():
        assert base64.b64decode(checksum) == hashlib.sha256(files[name]).digest()
    assert all(address in files["index.html"].decode() for address in release["named"])


@pytest.mark.parametrize("changed", ["a script", "a sentence", "the weights"])
def test_a_release_has_a_name_of_its_own(files, weights, tmp_path, monkeypatch, changed):
    def name(files):
        return json.loads(RELEASE.match(files["service-worker.js"])[1])["name"]

    assert name(site.site(weights)) == name(files)
    if changed == "a script":
        shutil.copytree(layout.STATIC, tmp_path / "static")
        (tmp_path / "static" / "start.js").write_text("// nothing\n")
        monkeypatch.setattr(layout, "STATIC", tmp_path / "static")
    elif changed == "a sentence":
        monkeypatch.setitem(TEXT["status"], "choose_first", "Other words.")
    else:
        weights = small_model.write(tmp_path / "weights", labels=("x", "y"))
    other = site.site(weights)
    assert name(other) != name(files)
    assert (folder_of(other) != folder_of(files)) == (changed != "the weights")


def test_the_manifest_makes_it_installable(files):
    folder = folder_of(files)
    manifest = json.loads(files[f"{folder}/manifest.webmanifest"])
    assert manifest["start_url"] == manifest["scope"] == "../"
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        content = files[f"{folder}/{icon['src']}"]
        if icon["type"] == "image/png":
            picture = Image.open(io.BytesIO(content))
            assert "{}x{}".format(*picture.size) == icon["sizes"]
            assert picture.getpixel((0, 0)) == (0x4A, 0x4A, 0xD1)
            assert picture.getpixel((picture.width * 10 // 28, picture.width * 10 // 28)) == (255, 255, 255)
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in manifest["icons"]}


@pytest.mark.parametrize("address", ["", "https://example.com/demo", "https://example.com/demo/"])
def test_a_link_to_it_has_a_title_and_a_picture(weights, files, address):
    made = site.site(weights, address)
    tags = dict(
        re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)" />', made["index.html"].decode())
    )
    assert {"og:title", "og:description", "og:image:alt"} <= {name for name, value in tags.items() if value}
    assert tags["twitter:card"] == "summary_large_image"
    picture = tags["og:image"].removeprefix("https://example.com/demo/")
    assert (picture != tags["og:image"]) == bool(address)
    shown = Image.open(io.BytesIO(made[picture]))
    assert shown.size == (int(tags["og:image:width"]), int(tags["og:image:height"])) == (1200, 630)
    assert len(made[picture]) <= 200_000
    assert folder_of(made) == folder_of(files), "the address changes nothing else"


def test_an_address_that_is_none_is_explained(tmp_path):
    done = run(str(tmp_path / "page"), "--address", "example.com")
    assert done.returncode == 2
    assert "must begin with https://" in done.stderr
    assert not (tmp_path / "page").exists()


def test_the_readme_names_the_policy_that_the_tests_serve_it_with():
    assert static_server.CSP in " ".join((ROOT / "HOSTING.md").read_text(encoding="utf-8").split())


# ---- the folder


def test_writing_again_replaces_what_was_written(weights, tmp_path):
    target = tmp_path / "page"
    earlier = site.write(target, small_film.write(tmp_path / "filmed", grid=7))
    assert any("film" in name for name in earlier)
    mine = ["CNAME", "page-notes.txt", "page-about/index.html", "model/data.bin"]
    for name in mine:
        (target / name).parent.mkdir(exist_ok=True)
        (target / name).write_text("mine")
    for _ in range(2):
        sizes = site.write(target, weights)
        found = [path for path in target.rglob("*") if path.is_file()]
        there = {path.relative_to(target).as_posix(): path.stat().st_size for path in found}
        assert there == {**sizes, **dict.fromkeys(mine, len("mine"))}
    assert {path.name for path in target.iterdir() if path.is_dir()} == {
        name.split("/")[0] for name in [*sizes, *mine] if "/" in name
    }


@pytest.mark.parametrize("name", ["thesis.txt", "service-worker.js"])
def test_a_folder_with_other_things_is_left_alone(weights, tmp_path, name):
    (tmp_path / name).write_text("years of work")
    with pytest.raises(FileExistsError, match="holds other things"):
        site.write(tmp_path, weights)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "years of work"


def test_what_a_service_worker_lists_outside_of_its_folder_stays(weights, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    target = tmp_path / "page"
    target.mkdir()
    release = {"files": {"../thesis.txt": "", str(tmp_path / "thesis.txt"): ""}}
    (target / "service-worker.js").write_text(f"self.RELEASE = {json.dumps(release)};")
    site.write(target, weights)
    assert (tmp_path / "thesis.txt").exists()


def run(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "vqdemo.site", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_bad_arguments_are_explained(weights, tmp_path):
    done = run(str(tmp_path / "page"), "--weights", str(tmp_path / "absent"))
    assert done.returncode == 2
    assert "neither a folder of weights nor a Hub repository" in done.stderr
    broken = shutil.copytree(weights, tmp_path / "broken")
    (broken / "prior.safetensors").write_bytes(b"")
    done = run(str(tmp_path / "page"), "--weights", str(broken))
    assert done.returncode == 2
    assert "prior.safetensors is damaged" in done.stderr
    assert not (tmp_path / "page").exists()


def test_pictures_of_another_size_are_refused():
    class Larger:
        image_size = 32

    with pytest.raises(ValueError, match="pictures of 28x28"):
        layout.check_size(Larger())
