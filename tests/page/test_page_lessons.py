"""Every lesson can be solved, with the weights that are here and by a visitor's own hand, and notices it.

Solutions are searched for with the model, so that they are there for other weights too.
"""

import numpy as np
import pytest
import torch
from app_process import ROOT
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect
from visitor import (
    CODES,
    SEVEN,
    cell,
    codes,
    draw,
    draw_and_settle,
    message,
    module,
    settle,
    until,
    until_codes_are,
)

import vqdemo
from vqdemo.ui.texts.en import LESSONS, TEXT

NAMES = list(LESSONS)
TASKS = TEXT["lessons"]["tasks"]
SURE = 0.8  # a digit that is at least so likely is what the grid reads as
MUCH = 0.25  # of a drawing that is lost


@pytest.fixture(scope="module")
def model():
    return vqdemo.load(ROOT / "weights")


# ---- the bar ----


def progress(page):
    return page.locator("#lesson .progress")


def start(page, name):
    expect(page.locator("#lesson-title")).to_have_text(TASKS[name]["title"])
    page.locator("#lesson [data-do=start]").click()
    expect(page.locator("#lesson [data-do=start]")).to_have_text(TEXT["lessons"]["again"])
    settle(page)


def expect_solved(page, name):
    expect(page.locator("#lesson .progress.solved")).to_be_visible()
    expect(page.locator("#lesson .shows")).to_contain_text(TASKS[name]["shows"])


def write_code(page, place, code):
    cell(page, *divmod(int(place), 7)).click()
    page.keyboard.type(str(int(code)))
    until(page, f"([place, code]) => ({CODES})()[place] === code", [int(place), int(code)])


def page_state(page, expression):
    script = f"async (address) => {{ const {{ state }} = await import(address); return {expression}; }}"
    return page.evaluate(script, module(page, "state/store.js"))


# ---- solutions ----


def reads_as(model, grids, label):
    """The probability of a label for each grid (N,7,7), -1 = unknown."""
    given = torch.from_numpy(np.array(grids))
    return model.label_log_probs(given, given >= 0)[:, label].exp().numpy()


def two_codes(model, grid, old, new):
    """A grid that reads as `new` and differs from `grid`, which reads as `old`, in at most two cells.

    A beam search. By Bayes' rule, a code helps as much as it is likelier with the one label than with the
    other, so only the codes that help most are tried.
    """

    def help_of(grids):
        return model.log_prob(grids, label=new) - model.log_prob(grids, label=old)

    for width, tried in ((4, 32), (16, 128)):
        beam = [grid]
        for _ in range(2):
            found = []
            for one in beam:
                likely, before = (np.log(model.conditionals(one, label) + 1e-9) for label in (new, old))
                for place in np.argsort((before - likely).ravel())[:tried]:
                    other = one.copy().ravel()
                    other[place // model.num_codes] = place % model.num_codes
                    found.append(other.reshape(grid.shape))
            beam = [found[i] for i in np.argsort(-help_of(found))[:width]]
        shares = [model.label_probs(one)[new] for one in beam]
        if max(shares) > SURE + 0.05:
            return beam[int(np.argmax(shares))]
    pytest.fail(f"no two codes make this {old} a {new}")


def few_cells(model, grid, label, most):
    """At most `most` cells of a grid that alone read as a label: one by one, the cell that helps most."""
    known = np.full(grid.shape, -1)
    inked = np.flatnonzero(grid != model.background)
    for _ in range(most):
        tried = [known.copy() for _ in inked]
        for one, place in zip(tried, inked, strict=True):
            one.ravel()[place] = grid.ravel()[place]
        shares = reads_as(model, tried, label)
        known = tried[int(shares.argmax())]
        if shares.max() > SURE + 0.05:
            return known
    pytest.fail(f"no {most} cells of this grid read as {label}")


def is_hook(tile):
    """A light place of a tile from which ink is met on at least three sides."""
    dark, light = tile >= 160 / 255, tile < 128 / 255
    above = [np.maximum.accumulate(np.rot90(dark, k), axis=0) for k in range(4)]
    seen = sum(np.rot90(one, -k).astype(int) for k, one in enumerate(above))
    return bool((light & (seen >= 3))[2:-2, 2:-2].any())


def raster(page):
    """The drawing as the encoder is given it, (28,28) in [0,1]."""
    address = module(page, "drawing/strokes.js")
    drawn = page.evaluate(
        """async ([strokes, store]) => {
          const { rasterise } = await import(strokes);
          return [...rasterise((await import(store)).state.drawing)];
        }""",
        [address, module(page, "state/store.js")],
    )
    return np.array(drawn, np.float32).reshape(28, 28) / 255


def losses(model, drawn):
    """By cell the squared error of its pixels (7,7), and altogether as a share of the drawing."""
    error = (drawn - model.decode(model.encode(drawn[None]))[0]) ** 2
    return error.reshape(7, 4, 7, 4).sum((1, 3)), error.sum() / (drawn**2).sum()


# ---- each lesson ----


def test_lost_is_found_where_python_finds_it(open_page, model):
    page = open_page("/#lesson=1")
    start(page, "lost")
    draw_and_settle(page, SEVEN)
    cells, share = losses(model, raster(page))
    expect(progress(page)).to_contain_text("Lost in all")
    assert abs(page_state(page, "state.loss.share") - share) < 0.005
    least = int(np.where(codes(page).ravel() != model.background, cells.ravel(), np.inf).argmin())
    cell(page, *divmod(least, 7)).click()
    expect(progress(page)).to_contain_text("Other cells lose more")
    cell(page, *divmod(int(cells.argmax()), 7)).click()
    expect_solved(page, "lost")


def test_one_code_is_changed_and_undo_brings_the_old_work_back(open_page, model):
    page = open_page("/#lesson=2")
    until(page, f"() => ({CODES})().some((code) => code > 0)")
    draw_and_settle(page)
    own = codes(page)
    start(page, "change")
    grid = codes(page)
    expect(progress(page)).to_contain_text("Changed cells: 0")
    place = int(np.flatnonzero(grid != model.background)[3])
    tried = np.repeat(grid[None], model.num_codes, 0)
    tried.reshape(len(tried), -1)[:, place] = np.arange(model.num_codes)
    change = np.abs(model.decode(tried) - model.decode(grid[None])).mean((1, 2))
    write_code(page, place, change.argmax())
    expect_solved(page, "change")
    page.keyboard.press("Control+z")
    expect(progress(page)).to_contain_text("Changed cells: 0")
    page.keyboard.press("Control+z")
    until_codes_are(page, own)


@pytest.mark.both_editions
def test_a_3_becomes_an_8_by_two_codes_and_challenges_the_next_one(open_page, model):
    page = open_page("/?lesson=3")
    start(page, "eight")
    grid = codes(page)
    eight = two_codes(model, grid, 3, 8)
    places = np.flatnonzero(eight != grid)
    assert len(places) <= 2
    for place in places:
        write_code(page, place, eight.ravel()[place])
    expect_solved(page, "eight")
    expect(progress(page)).to_contain_text(f"Changed cells: {len(places)}")
    page.locator("#lesson [popovertarget]").click()
    shared = page.locator("#lesson-link input").input_value()
    assert f"with {len(places)} codes" in shared
    address = shared.split()[-1]
    assert address.endswith(f"#lesson=3&beat={len(places)}")
    until(page, "() => document.querySelector('#lesson-link .qr').naturalWidth > 0")
    other = open_page("/#" + address.split("#")[1])
    expect(progress(other)).to_contain_text(f"Somebody did it with {len(places)} codes")


def test_few_cells_are_enough(open_page, model):
    page = open_page("/#lesson=4")
    start(page, "erase")
    grid = codes(page)
    known = few_cells(model, grid, 5, 10)
    corner = page.locator("#code-grid [role=gridcell]")
    corner.first.click()
    page.keyboard.press("Delete")
    expect(progress(page)).to_contain_text("Known cells: 48")
    page.keyboard.press("Control+z")
    corner.first.click()
    for place in np.flatnonzero(known.ravel() < 0)[1:]:
        corner.nth(int(place)).click(modifiers=["Control"])
    page.keyboard.press("Delete")
    until_codes_are(page, known)
    expect_solved(page, "erase")
    expect(page.locator("#lesson .shows")).to_contain_text(f"Your best: {(known >= 0).sum()}.")


def test_a_completion_is_predicted(open_page, model):
    page = open_page("/#lesson=5")
    start(page, "predict")
    grid = codes(page)
    assert (grid[4:] < 0).all() and (grid[:4] >= 0).all()
    asked = page_state(page, "state.settings")
    asked = {key: asked[key] for key in ("n", "label", "temperature", "top_p", "guidance", "seed")}
    digit = int(model.label_probs(model.complete(grid, **asked)[0]).argmax())
    assert page_state(page, "state.ghost") is None, "the ghost does not tell"
    page.locator("#lesson .guesses button").nth(digit).click()
    expect(progress(page)).to_contain_text(f"Your guess is {digit}")
    page.locator("#complete").click()
    expect_solved(page, "predict")


def test_a_wrong_prediction_gets_another_digit(open_page, model):
    page = open_page("/#lesson=5")
    start(page, "predict")
    grid = codes(page)
    page.locator("#lesson .guesses button").nth(int(model.label_probs(grid).argmin())).click()
    page.locator("#complete").click()
    expect(progress(page)).to_contain_text("Start again for another digit")
    until(page, "() => !document.querySelector('#complete').disabled")
    start(page, "predict")
    assert (codes(page) != grid).any()
    expect(page.locator("#lesson .guesses")).to_be_visible()


def test_high_temperature_breaks_digits_and_a_low_one_does_not(open_page):
    page = open_page("/#lesson=6")
    start(page, "heat")
    page.locator(".completion summary").click()
    slider = page.locator(".completion [name=temperature]")
    for key, words in (("Home", "bits a cell. More than 3"), ("End", "It is broken")):
        slider.focus()
        page.keyboard.press(key)
        page.locator("#complete").click()
        temperature = f"Temperature {float(slider.input_value()):.2f}"
        expect(progress(page)).to_contain_text(temperature)
        expect(progress(page)).to_contain_text(words)
    expect_solved(page, "heat")


def test_closing_a_lesson_brings_the_settings_back_also_after_a_reload(open_page):
    page = open_page("/#lesson=6")
    slider = page.locator(".completion [name=temperature]")
    until(page, "() => !document.querySelector('#lesson').hidden")
    own = slider.input_value()
    start(page, "heat")
    page.locator(".completion summary").click()
    slider.focus()
    page.keyboard.press("End")
    start(page, "heat")  # again
    assert float(slider.input_value()) == 2
    page.wait_for_function("() => sessionStorage.getItem('vqdemo-session')?.includes('before')")
    page.reload()
    expect(slider).to_have_value("2")
    page.locator("#lesson [data-do=close]").click()
    expect(slider).to_have_value(own)


def test_a_hook_is_found(open_page, model):
    tiles = np.asarray(model.tiles)
    tiles = tiles / np.maximum(tiles.max((1, 2), keepdims=True), 0.4)  # as the page shows them
    hooks = [code for code, tile in enumerate(tiles) if is_hook(tile)]
    assert 2 <= len(hooks) <= model.num_codes // 4, "some codes are hooks, and most are not"
    page = open_page("/#lesson=7")
    start(page, "hook")
    bar = next(code for code in range(1, model.num_codes) if code not in hooks and code not in codes(page))
    write_code(page, 8, bar)
    expect(progress(page)).to_contain_text("goes around nothing")
    page.locator(f"#palette [data-code='{hooks[0]}']").click()
    expect_solved(page, "hook")


def test_hatching_is_not_kept(open_page, model):
    page = open_page("/#lesson=8")
    start(page, "unkept")
    thin = page.locator(".draw-pad input[type=range]")
    thin.focus()
    page.keyboard.press("Home")
    draw(page, [(2, 2), (26, 26)])
    expect(progress(page)).to_contain_text("Lost:")
    for shift in range(4, 22, 4):
        draw(page, [(2 + shift, 2), (26, 26 - shift)])
        draw(page, [(2, 2 + shift), (26 - shift, 26)])
    settle(page)
    assert losses(model, raster(page))[1] > MUCH
    expect_solved(page, "unkept")


# ---- bar, addresses, and the page for teachers ----


def test_off_by_default_and_back_goes_from_lesson_to_lesson(open_page):
    page = open_page()
    bar = page.locator("#lesson")
    expect(bar).to_be_hidden()
    page.get_by_role("button", name="Lessons").click()
    expect(page.locator("#lesson .number")).to_have_text(f"1 of {len(NAMES)}")
    expect(page.locator("#lesson [data-do=previous]")).to_be_disabled()
    page.locator("#lesson [data-do=next]").click()
    expect(page.locator("#lesson-title")).to_have_text(TASKS["change"]["title"])
    assert page.url.endswith("#lesson=2")
    expect(page.locator("#lesson .hint")).to_be_hidden()
    page.locator("#lesson [data-do=hint]").click()
    expect(page.locator("#lesson .hint")).to_have_text(TASKS["change"]["hint"])
    page.go_back()
    expect(page.locator("#lesson-title")).to_have_text(TASKS["lost"]["title"])
    page.locator("#lesson [data-do=close]").click()
    expect(bar).to_be_hidden()
    page.go_back()
    expect(bar).to_be_visible()


def test_a_bar_that_cannot_be_loaded_says_so_and_is_tried_again(browser, page_url):
    page = browser.new_page()
    page.route("**/bar.js", lambda route: route.abort())
    page.goto(page_url + "/#lesson=2")
    expect(message(page)).to_contain_text("bar.js is not to be had")
    expect(page.locator("#lesson")).to_be_hidden()
    assert page.url.endswith("#lesson=2")
    page.unroute("**/bar.js")
    page.reload()
    expect(page.locator("#lesson-title")).to_have_text(TASKS["change"]["title"])
    page.close()


def test_a_lesson_goes_on_after_a_reload(open_page):
    page = open_page("/#lesson=3")
    start(page, "eight")
    write_code(page, 0, 21)
    expect(progress(page)).to_contain_text("Changed cells: 1")
    page.wait_for_function("() => sessionStorage.getItem('vqdemo-session')?.includes('lesson')")
    page.reload()
    expect(progress(page)).to_contain_text("Changed cells: 1")


@pytest.mark.both_editions
def test_teachers_find_the_sequence_and_a_qr_code_for_each_lesson(open_page):
    page = open_page("/#lesson=2")
    draw_and_settle(page)
    own = codes(page)
    page.locator("#lesson a").click()
    expect(page.locator("#teach")).to_be_visible()
    expect(page.locator("#bench")).to_be_hidden()
    expect(page.locator("#teach-heading")).to_have_text("A class of 45 minutes")
    expect(page.locator("#teach ol > li")).to_have_count(len(NAMES) + 2)
    until(page, "() => [...document.querySelectorAll('#teach img')].every((img) => img.naturalWidth > 0)")
    for i, name in enumerate(NAMES, start=1):
        item = page.locator("#teach ol > li").nth(i)
        expect(item.locator("h3")).to_have_text(f"{i}. {TASKS[name]['title']}")
        assert item.locator("a").get_attribute("href").endswith(f"#lesson={i}")
    page.locator("#teach ol > li a").nth(3).click()
    expect(page.locator("#lesson-title")).to_have_text(TASKS["erase"]["title"])
    expect(page.locator("#bench")).to_be_visible()
    until_codes_are(page, own)


def test_the_bar_is_slim_and_never_wider_than_the_window(open_page):
    page = open_page("/#lesson=3", viewport={"width": 1366, "height": 768})
    expect(page.locator("#lesson-title")).not_to_be_empty()
    assert page.locator("#lesson").bounding_box()["height"] < 100
    expect(page.locator("#complete")).to_be_in_viewport(ratio=1)
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 700})
        for view in ("bench", "teach"):
            page.evaluate(f"location.hash = '{view}&lesson=3'")
            expect(page.locator(f"#{view}")).to_be_visible()
            overflow = "document.querySelector('.gradio-container').scrollWidth - innerWidth"
            assert page.evaluate(overflow) <= 0, f"{view} at {width}"


def test_axe_core_finds_nothing_wrong_with_bar_and_page_for_teachers(open_page):
    page = open_page("/#teach&lesson=5")
    expect(page.locator("#lesson-title")).not_to_be_empty()
    page.locator("#lesson [data-do=hint]").click()
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found] == []
