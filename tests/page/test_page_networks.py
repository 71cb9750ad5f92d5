"""The VQ-VAE in the browser: it reads and draws as vqdemo/vqvae.py does, takes over from the server, and gives way to it."""

import base64

import numpy as np
import pytest
import torch
from app_process import ROOT
from visitor import (
    SERVER,
    cell,
    codes,
    draw,
    module,
    picture,
    runs_locally,
    settle,
    until_codes_differ,
    until_picture_differs,
)

import vqdemo
from vqdemo.storage import file_of
from vqdemo.ui.description import identity_of
from vqdemo.ui.questions.near import ADDRESS
from vqdemo.vqvae import VQVAE, VQVAEConfig

WEIGHTS = f"**/{ADDRESS}/*"
ROUNDING = 1e-4  # float32 sums in another order

# Reads and draws with a file of weights, all in base64.
RUN = """async ([address, file, shape, images, grids]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const { vqvae } = await import(address);
  const { encode, decode } = vqvae(bytes(file).buffer, shape);
  return [images.map((image) => encode(bytes(image))), grids.map((grid) => [...decode(grid)])];
}"""

# What is on the pad, as the network is given it, and the reconstruction.
DRAWN = """async ([inkAddress, stateAddress]) => {
  const [{ rasterise }, { state }] = [await import(inkAddress), await import(stateAddress)];
  return [[...rasterise(state.drawing)], [...state.image]];
}"""


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(ROOT / "weights")


def in_browser(page, vqvae, images, grids):
    """Codes of images (N,28,28) and pictures of grids (N,G,G), by the page's own script."""
    size, grid = vqvae.config.image_size, vqvae.config.grid
    given = [base64.b64encode(data).decode() for data in (file_of(vqvae), *images.astype(np.uint8))]
    script = module(page, "networks/client.js").replace("client.js", "vqvae.js")  # which only the worker has loaded
    read, drawn = page.evaluate(RUN, [script, given[0], [grid, grid], given[1:], grids.reshape(len(grids), -1).tolist()])
    return np.reshape(read, (-1, grid, grid)), np.reshape(drawn, (-1, size, size))


def gap_to_nearest(vqvae, images, read):
    """How much farther the codes read are than the nearest ones, relative to the spread of distances."""
    distances = vqvae.quantizer.distances(vqvae.encoder(torch.tensor(images, dtype=torch.float32)[:, None] / 255))
    chosen = distances.gather(-1, torch.tensor(read)[..., None])[..., 0]
    return float(((chosen - distances.amin(-1)) / distances.std()).max())


def drawings():
    """Noise, noise in patches, lines, nothing and all: uint8 (N,28,28)."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (10, 28, 28))
    patches = random.integers(0, 256, (10, 7, 7)).repeat(4, 1).repeat(4, 2)
    lines = np.zeros((10, 28, 28), int)
    for i, line in enumerate(lines):
        line[4 + 2 * i : 6 + 2 * i, 3:25] = 255
    return np.concatenate([noise, patches, lines, np.zeros((1, 28, 28), int), np.full((1, 28, 28), 255)])


# ---- the same network ----


def test_it_reads_and_draws_digits_as_python_does(page, model, mnist_folder):
    from train.data.datasets import mnist

    images = np.concatenate([mnist(mnist_folder, "test", 300).images.numpy(), drawings()])
    theirs = model.encode(images.astype(np.float32) / 255)
    random = np.random.default_rng(1).integers(0, model.num_codes, (20, 7, 7))
    grids = np.concatenate([theirs[:100], random])
    read, drawn = in_browser(page, model.vqvae, images, grids)
    assert (read == theirs).mean() > 0.999
    assert gap_to_nearest(model.vqvae, images, read) < ROUNDING
    assert np.abs(drawn - 255 * model.decode(grids)).max() < 0.51  # rounded, and nothing else


@pytest.mark.parametrize(
    "shape",
    [
        {"grid": 14, "patch": 2, "num_codes": 5, "code_dim": 3, "width": 12, "encoder_blocks": 1, "decoder_blocks": 2},
        {"grid": 4, "patch": 7, "num_codes": 300, "code_dim": 20, "width": 8, "encoder_blocks": 0, "decoder_blocks": 1},
        {"grid": 7, "patch": 4, "num_codes": 64, "code_dim": 1, "width": 33, "encoder_blocks": 2, "decoder_blocks": 0},
    ],
)
def test_it_follows_any_shape_of_the_network(page, shape):
    torch.manual_seed(0)
    vqvae = VQVAE(VQVAEConfig(**shape)).requires_grad_(False)
    images = drawings()
    grids = np.random.default_rng(0).integers(0, shape["num_codes"], (10, shape["grid"], shape["grid"]))
    read, drawn = in_browser(page, vqvae, images, grids)
    assert gap_to_nearest(vqvae, images, read) < ROUNDING
    assert np.abs(drawn - 255 * vqvae.decode(torch.tensor(grids))[:, 0].numpy()).max() < 0.51


# ---- in the page ----


def test_drawing_and_editing_ask_no_server(open_page):
    page = open_page()
    assert runs_locally(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if SERVER.search(request.url) else None)
    before = codes(page)
    draw(page)
    until_codes_differ(page, before)
    settle(page)
    before = picture(page)
    cell(page, 3, 3).click()
    page.keyboard.type("12")
    until_picture_differs(page, before)
    settle(page)
    assert not [url for url in asked if url.endswith(("/encode", "/decode"))]
    assert [url for url in asked if url.endswith("/conditionals")], "the prior is the server's"


def test_page_and_server_agree_on_what_was_drawn(open_page, model):
    page = open_page()
    assert runs_locally(page)
    before = codes(page)
    draw(page)
    until_codes_differ(page, before)
    settle(page)
    drawing, image = page.evaluate(DRAWN, [module(page, "drawing/strokes.js"), module(page, "state/store.js")])
    assert (model.encode(np.reshape(drawing, (1, 28, 28)) / 255) == codes(page)).all()
    assert np.abs(np.reshape(image, (1, 28, 28)) - 255 * model.decode(codes(page)[None])).max() < 0.51


def zeros_of(model):
    """A file of the same form that draws nothing."""
    vqvae = VQVAE(model.vqvae.config)
    for tensor in vqvae.state_dict().values():
        tensor.zero_()
    return file_of(vqvae)


@pytest.mark.parametrize("fault", ["no weights", "cut off", "others", "a page", "no workers", "megabytes are counted"])
def test_without_it_the_server_is_asked(browser, app_url, model, fault):
    bodies = {"cut off": file_of(model.vqvae)[:100_000], "others": zeros_of(model), "a page": b"<html>not here</html>"}
    scripts = {
        "no workers": "delete window.Worker",
        "megabytes are counted": "Object.defineProperty(navigator, 'connection', {value: {saveData: true}})",
    }
    fetched = []

    def answer(route):
        fetched.append(route.request.url)
        if fault in bodies:
            route.fulfill(body=bodies[fault])
        elif fault == "no weights":
            route.fulfill(status=404)
        else:
            route.continue_()

    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route(WEIGHTS, answer)
        if fault in scripts:
            context.add_init_script(scripts[fault])
        page = context.new_page()
        page.goto(app_url)
        page.wait_for_selector("#palette [role=option] img")
        assert not runs_locally(page, most=800)
        assert bool(fetched) == (fault not in scripts)
        before = codes(page)
        with page.expect_request(lambda request: request.url.endswith("/encode")):
            draw(page)
        until_codes_differ(page, before)


def test_without_simd_the_same_network_runs_on_plain_loops(browser, app_url, model):
    def without_simd(route):
        """As in a browser that does not know an instruction."""
        script = route.fetch().text()
        changed = script.replace("[0xe4, 0xe5,", "[0x1ff, 0xe5,")
        assert changed != script
        route.fulfill(body=changed, content_type="text/javascript")

    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route("**/wasm_matmul.js", without_simd)
        page = context.new_page()
        page.goto(app_url)
        page.wait_for_selector("#palette [role=option] img")
        assert runs_locally(page)


def test_the_weights_are_the_file_and_may_be_kept(open_page, model):
    page = open_page()
    assert runs_locally(page)
    reply = page.request.get(f"{page.url.split('?')[0]}{ADDRESS}/{identity_of(model)}")
    assert reply.body() == file_of(model.vqvae) == (ROOT / "weights" / "vqvae.safetensors").read_bytes()
    assert "immutable" in reply.headers["cache-control"]
    other = page.request.get(f"{page.url.split('?')[0]}{ADDRESS}/000000000000.safetensors")
    assert other.status == 404
