"""The networks in the browser: the VQ-VAE reads and draws as vqdemo/vqvae.py does; no server computes for the
page; and what is wrong with a file of weights, a worker or the connection is told, loses nothing, and can be
tried again."""

import base64
import json
import re
import urllib.request
from dataclasses import asdict

import numpy as np
import pytest
import torch
from app_process import ROOT
from playwright.sync_api import expect
from visitor import (
    CODES,
    HeldBack,
    cell,
    codes,
    draw,
    draw_and_settle,
    message,
    module,
    picture,
    settle,
    until,
    until_codes_are,
    until_codes_differ,
    until_mounted,
    until_network,
    until_picture_differs,
)

import vqdemo
from vqdemo.storage import file_of, round_as_stored
from vqdemo.vqvae import VQVAE, VQVAEConfig

ROUNDING = 1e-4  # float32 sums in another order
MODEL, VQVAE_FILE, PRIOR_FILE = (f"**/vqdemo/model/{name}-*" for name in ("model", "vqvae", "prior"))

# Reads and draws with a file of weights, all in base64.
RUN = """async ([address, reader, file, config, images, grids]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const [{ vqvae }, { safetensors }] = [await import(address), await import(reader)];
  const { encode, decode } = vqvae(safetensors(bytes(file).buffer), config);
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
    # Both are loaded by the worker only.
    scripts = [
        module(page, "networks/client.js").replace("client", name) for name in ("vqvae", "safetensors")
    ]
    read, drawn = page.evaluate(
        RUN, [*scripts, given[0], asdict(vqvae.config), given[1:], grids.reshape(len(grids), -1).tolist()]
    )
    return np.reshape(read, (-1, grid, grid)), np.reshape(drawn, (-1, size, size))


def gap_to_nearest(vqvae, images, read):
    """How much farther the codes read are than the nearest ones, relative to the spread of distances."""
    distances = vqvae.quantizer.distances(
        vqvae.encoder(torch.tensor(images, dtype=torch.float32)[:, None] / 255)
    )
    inked = torch.tensor(read) > 0  # distances are those to codes 1 to K-1
    chosen = distances.gather(-1, (torch.tensor(read) - 1).clamp(min=0)[..., None])[..., 0]
    return float(((chosen - distances.amin(-1)) / distances.std())[inked].max())


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
        {
            "grid": 14,
            "patch": 2,
            "num_codes": 5,
            "code_dim": 3,
            "width": 12,
            "encoder_blocks": 1,
            "decoder_blocks": 2,
        },
        {
            "grid": 4,
            "patch": 7,
            "num_codes": 300,
            "code_dim": 20,
            "width": 8,
            "encoder_blocks": 0,
            "decoder_blocks": 1,
        },
        {
            "grid": 7,
            "patch": 4,
            "num_codes": 64,
            "code_dim": 1,
            "width": 33,
            "encoder_blocks": 2,
            "decoder_blocks": 0,
        },
    ],
)
def test_it_follows_any_shape_of_the_network(page, shape):
    torch.manual_seed(0)
    vqvae = VQVAE(VQVAEConfig(**shape)).requires_grad_(False)
    round_as_stored(vqvae)
    images = drawings()
    grids = np.random.default_rng(0).integers(0, shape["num_codes"], (10, shape["grid"], shape["grid"]))
    read, drawn = in_browser(page, vqvae, images, grids)
    assert gap_to_nearest(vqvae, images, read) < ROUNDING
    assert np.abs(drawn - 255 * vqvae.decode(torch.tensor(grids))[:, 0].numpy()).max() < 0.51


# ---- in the page ----


def test_page_and_python_agree_on_drawing_and_completions(page, model):
    draw_and_settle(page)
    drawing, image = page.evaluate(
        DRAWN, [module(page, "drawing/strokes.js"), module(page, "state/store.js")]
    )
    assert (model.encode(np.reshape(drawing, (1, 28, 28)) / 255) == codes(page)).all()
    assert np.abs(np.reshape(image, (1, 28, 28)) - 255 * model.decode(codes(page)[None])).max() < 0.51
    page.locator("[data-preset=bottom]").click()
    question = codes(page)
    alternatives = page.locator("#completions button")
    page.locator("#complete").click()
    expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")
    theirs = model.complete(
        question, 4, **{"temperature": 1.0, "top_p": 1.0, "guidance": 0.0, **model.defaults}, seed=1
    )
    offered = [one.get_attribute("data-codes") for one in alternatives.all()]
    assert offered == [" ".join(map(str, grid.ravel())) for grid in theirs]


def test_once_loaded_nothing_is_asked_of_any_server(page):
    """With the connection gone: draw, edit, complete, sample, look into every view, upload."""
    until_network(page, "vqvae")
    until_network(page, "prior")
    page.evaluate("async (address) => (await import(address)).allLoaded", module(page, "/mounting.js"))
    asked = []
    page.route("**/*", lambda route: (asked.append(route.request.url), route.abort()))
    try:
        draw_and_settle(page)
        before = picture(page)
        cell(page, 3, 3).click()
        expect(page.locator("#what-if button:enabled").nth(1)).to_be_visible()
        page.keyboard.type("12")
        until_picture_differs(page, before)
        page.get_by_role("button", name="Surprise").click()
        page.locator("[data-preset=top]").click()
        page.locator("#complete").click()
        page.locator("#completions button").nth(1).click()
        page.locator(".nav [data-view=samples]").click()
        expect(page.locator("#sample-rows button:enabled").nth(8)).to_be_visible(timeout=30_000)
        for view in ("graft", "codebook", "how"):
            page.locator(f".nav [data-view={view}]").click()
            settle(page)
    finally:
        page.unroute("**/*")
    assert [url for url in asked if not url.startswith("blob:") and "gradio_api" not in url] == []


def test_drawing_works_before_anything_is_there(browser, app_url):
    """The weights are held back: what was drawn meanwhile is followed once they come, and what was edited
    stays.
    """
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        held = HeldBack(context, VQVAE_FILE)
        page = opened(context, app_url)
        expect(page.locator("#reconstruction .loading")).to_contain_text("0 %")
        before = codes(page)
        draw(page)
        cell(page, 0, 0).click()
        page.keyboard.press("Delete")
        expect(cell(page, 0, 0)).to_have_text("?")
        page.wait_for_timeout(200)
        assert (codes(page).ravel()[1:] == before.ravel()[1:]).all()
        held.wait_for(page)
        held.let_go()
        until_codes_differ(page, codes(page))
        settle(page)
        assert codes(page)[0, 0] == -1, (
            "the late answer has touched a cell that was erased after its question"
        )
        expect(page.locator("#reconstruction .loading")).to_be_hidden()


def test_the_prior_is_waited_for_and_never_holds_up_the_pen(browser, app_url):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        held = HeldBack(context, PRIOR_FILE)
        page = opened(context, app_url)
        draw_and_settle(page)
        page.locator("[data-preset=bottom]").click()
        page.locator("#complete").click()
        expect(page.locator("#complete")).to_contain_text("Waiting for the prior")
        expect(page.locator(".completion .loading progress")).to_be_visible()
        held.wait_for(page)
        held.let_go()
        expect(page.locator("#completions button")).to_have_count(4)
        expect(page.locator(".completion .loading")).to_be_hidden()


def opened(context, url):
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(url)
    until_mounted(page)
    return page


def content(route) -> bytes:
    """What the address holds. Not by route.fetch(), which fails if the page is closed meanwhile."""
    with urllib.request.urlopen(route.request.url, timeout=60) as reply:
        return reply.read()


def other_file(content: bytes) -> bytes:
    """As long, and of the same form, but with other numbers."""
    return content[:-4000] + bytes(4000)


FAULTS = {
    "missing": (VQVAE_FILE, lambda route: route.fulfill(status=404), "no longer to be had"),
    "cut off": (
        VQVAE_FILE,
        lambda route: route.fulfill(body=content(route)[:100_000]),
        "connection was lost",
    ),
    "altered": (
        VQVAE_FILE,
        lambda route: route.fulfill(body=other_file(content(route))),
        "not the file",
    ),
    "of another model": (
        PRIOR_FILE,
        lambda route: route.fulfill(body=content(route) + b"more"),
        "not the file",
    ),
    "a page instead": (MODEL, lambda route: route.fulfill(body="<html>not here</html>"), "cannot be used"),
    "no connection": (PRIOR_FILE, lambda route: route.abort(), "connection was lost"),
    "server in trouble": (MODEL, lambda route: route.fulfill(status=503), "connection was lost"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_a_file_is_told_and_can_be_tried_again(browser, app_url, name):
    where, answer, words = FAULTS[name]
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route(where, answer)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(app_url)
        alert = page.locator(".status [role=alert]")
        expect(alert).to_contain_text(words, timeout=30_000)
        drawn = where != MODEL
        if drawn:
            draw(page)
            page.wait_for_timeout(100)
        context.unroute(where)
        alert.get_by_role("button", name="Try again").click()
        for network in ("model", "vqvae", "prior"):
            until_network(page, network)
        expect(alert).to_be_hidden()
        if drawn:
            settle(page)
            assert (255 - picture(page))[6:9, 9:19].mean() > 60, "what was drawn meanwhile is lost"


@pytest.mark.parametrize(("view", "canvas"), [("graft", ".mix"), ("codebook", ".alone canvas")])
def test_a_view_that_was_opened_without_its_network_is_filled_after_another_try(
    browser, app_url, view, canvas
):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route(VQVAE_FILE, lambda route: route.abort())
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{app_url}/#{view}")
        alert = page.locator(".status [role=alert]")
        expect(alert).to_contain_text("connection was lost", timeout=60_000)
        expect(page.locator(f".{view} {canvas}")).to_be_visible()
        context.unroute(VQVAE_FILE)
        alert.get_by_role("button", name="Try again").click()
        until(page, "(canvas) => document.querySelector(canvas).width === 28", f".{view} {canvas}")


def test_a_link_is_opened_once_its_network_is_there(browser, app_url):
    """It may come at a second try only. Until then Back goes back, and the visitor stays where they are."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route(VQVAE_FILE, lambda route: route.fulfill(status=404))
        page = opened(context, app_url + "/?g=" + "BA" * 49)
        alert = page.locator(".status [role=alert]")
        expect(alert).to_contain_text("no longer to be had", timeout=30_000)
        page.locator(".nav [data-view=graft]").click()
        expect(page.locator("#bench")).to_be_hidden()
        page.go_back()
        expect(page.locator("#bench")).to_be_visible()
        page.locator(".nav [data-view=codebook]").click()
        context.unroute(VQVAE_FILE)
        alert.get_by_role("button", name="Try again").click()
        until(page, f"() => ({CODES})().every((code) => code === 1)")
        expect(page.locator("#codebook")).to_be_visible()
        assert "g=" not in page.url, "a reload comes back to the work"


def test_a_worker_that_cannot_start_is_told_and_can_be_tried_again(browser, app_url):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route("**/networks/worker.js", lambda route: route.abort())
        page = opened(context, app_url)
        alert = page.locator(".status [role=alert]")
        expect(alert).to_contain_text("has ended", timeout=30_000)
        context.unroute("**/networks/worker.js")
        alert.get_by_role("button", name="Try again").click()
        until_network(page, "prior")
        draw_and_settle(page)
        expect(alert).to_be_hidden()


def test_a_worker_that_dies_is_noticed_and_replaced(browser, app_url):
    """Of a worker that ends without a word the page hears nothing: it is asked whether it is still there."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.add_init_script(
            "const W = Worker; window.workers = [];"
            "window.Worker = function (...given) { const w = new W(...given); window.workers.push(w); return w; };"
        )
        context.route("**/networks/connection.js", lambda route: route.fulfill(
            body=content(route).decode().replace("PATIENCE = 20_000", "PATIENCE = 4_000"), content_type="text/javascript"
        ))  # fmt: skip
        page = opened(context, app_url)
        until_network(page, "prior")
        page.evaluate("() => window.workers[1].terminate()")
        page.locator("[data-preset=bottom]").click()
        question = codes(page)
        page.locator("#complete").click()
        alert = page.locator(".status [role=alert]")
        expect(alert).to_contain_text("has ended", timeout=30_000)
        expect(page.locator("#complete")).to_have_attribute("aria-busy", "false")
        assert (codes(page) == question).all()
        alert.get_by_role("button", name="Try again").click()
        until_network(page, "prior")
        page.locator("#complete").click()
        expect(page.locator("#completions button")).to_have_count(4)


def test_memory_that_is_not_to_be_had_is_told(browser, app_url):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route("**/networks/worker.js", lambda route: route.fulfill(
            body="WebAssembly.Memory = function () { throw new RangeError('no memory'); };" + content(route).decode(),
            content_type="text/javascript",
        ))  # fmt: skip
        page = opened(context, app_url)
        expect(page.locator(".status [role=alert]")).to_contain_text("not enough memory")


def test_without_simd_all_runs_on_plain_loops_and_the_page_says_so_once(browser, app_url, model):
    def without_simd(route):
        """As in a browser that does not know an instruction."""
        script = content(route).decode()
        changed = script.replace("0xe4, 0xe5,", "0x1ff, 0xe5,")
        assert changed != script
        route.fulfill(body=changed, content_type="text/javascript")

    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.route("**/wasm_program.js", without_simd)
        page = opened(context, app_url)
        expect(message(page)).to_contain_text("WebAssembly SIMD")
        draw_and_settle(page)
        drawing, _ = page.evaluate(
            DRAWN, [module(page, "drawing/strokes.js"), module(page, "state/store.js")]
        )
        assert (model.encode(np.reshape(drawing, (1, 28, 28)) / 255) == codes(page)).mean() > 0.97


# ---- files ----


def test_weights_are_the_stored_files_and_may_be_kept(page, app_url, model):
    until_network(page, "prior")
    names = page.evaluate("() => performance.getEntriesByType('resource').map((one) => one.name)")
    (address,) = {name for name in names if re.search(r"/vqdemo/model/model-[0-9a-f]{12}\.json$", name)}
    reply = page.request.get(address)
    description = json.loads(reply.body())
    assert "immutable" in reply.headers["cache-control"]
    assert description["networks"]["vqvae"]["config"] == asdict(model.vqvae.config)
    assert description["networks"]["prior"]["config"] == asdict(model.prior.config)
    for name, network in description["networks"].items():
        reply = page.request.get(f"{address.rpartition('/')[0]}/{network['file']}")
        assert reply.body() == (ROOT / "weights" / f"{name}.safetensors").read_bytes()
        assert len(reply.body()) == network["bytes"]
        assert "immutable" in reply.headers["cache-control"]
    assert page.request.get(f"{address.rpartition('/')[0]}/vqvae-000000000000.safetensors").status == 404


def test_another_model_after_a_restart_is_told_and_the_drawing_survives_the_reload(browser, app_url):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = opened(context, app_url)
        draw_and_settle(page)
        drawn = codes(page)
        pad = picture(page, "#draw-pad canvas")
        page.wait_for_timeout(600)

        def of_another(route):
            description = json.loads(content(route)) | {"id": "abcdef"}
            route.fulfill(body=json.dumps(description))

        context.route(MODEL, of_another)
        page.reload()
        until_mounted(page)
        assert (picture(page, "#draw-pad canvas") == pad).all()
        until_codes_are(page, drawn)
        expect(page.locator(".draw-pad [data-do=undo]").first).to_be_disabled()
