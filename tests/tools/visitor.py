"""What the page's tests do as a visitor would, and how they read the page: shared by all test_page files."""

import json

import numpy as np

UNKNOWN = -1
SHOWN = "#reconstruction canvas"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
PRIOR_FILE = "**/model/prior-*"  # where the prior's weights are fetched from
CELL = 4  # pixels of the image that a cell covers, each way

PIXELS = """(selector) => {
  const canvas = document.querySelector(selector);
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return Array.from({length: data.length / 4}, (_, i) => data[4 * i]);
}"""
CODES = "() => [...document.querySelectorAll('#code-grid [role=gridcell]')].map((cell) => Number(cell.dataset.code))"

# Whether the open views are there, with all they show: none is inert until its script comes, and the model is there.
MOUNTED = """() => document.querySelector("#palette [role=option]") !== null
  && [...document.querySelectorAll(".view")].every((view) => view.closest(".off")
    || ![view, ...view.children].some((element) => element.inert))"""

# Resolves once model.json or a network is in this phase; an error if it fails instead.
IN_PHASE = """async ([address, name, wanted]) => {
  const { state } = await import(address);
  for (;;) {
    const { phase, fault } = state.networks[name];
    if (phase === wanted) return;
    if (phase === "failed") throw new Error(`${name}: ${fault}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}"""


def picture(page, selector=SHOWN):
    values = np.array(page.evaluate(PIXELS, selector), float)
    return values.reshape(int(len(values) ** 0.5), -1)


def codes(page):
    return np.array(page.evaluate(CODES)).reshape(7, 7)


def until(page, condition, argument=None):
    page.wait_for_function(condition, arg=argument, polling=30)


def until_mounted(page):
    """Until all of the page that is open can be used."""
    until(page, MOUNTED)


class HeldBack:
    """The requests for such an address, of a page or a context; none is answered before `let_go`."""

    def __init__(self, where, address):
        self.routes = []
        where.route(address, self.hold)

    def hold(self, route):
        self.routes.append(route)

    def wait_for(self, page, number=1):
        while len(self.routes) < number:
            page.wait_for_timeout(30)

    def let_go(self):
        for route in self.routes:
            route.continue_()


def until_codes_differ(page, before):
    until(page, f"(before) => JSON.stringify(({CODES})()) !== before", as_text(before))


def until_picture_differs(page, before):
    until(page, f"(before) => JSON.stringify(({PIXELS})('{SHOWN}')) !== before", as_text(before))


def until_codes_are(page, wanted):
    until(page, f"(wanted) => JSON.stringify(({CODES})()) === wanted", as_text(wanted))


def as_text(values):
    return json.dumps(values.astype(int).ravel().tolist(), separators=(",", ":"))


def module(page, name):
    """The address of one of the page's scripts, to import it and find the very state that the page has."""
    return page.evaluate(
        "(name) => performance.getEntriesByType('resource').map((r) => r.name).find((n) => n.endsWith(name))",
        name,
    )


def until_network(page, name, phase="ready"):
    """Until model.json ("model"), "vqvae" or "prior" is in a phase: see NetworkStatus in networks/types.js."""
    page.evaluate(IN_PHASE, [module(page, "state/store.js"), name, phase])


def cell(page, row, column):
    return page.locator("#code-grid [role=gridcell]").nth(7 * row + column)


def message(page):
    return page.locator(".status [role=status]")


def on_pad(page, points):
    """Points given in image pixels -> points of the window."""
    page.locator("#draw-pad").scroll_into_view_if_needed()
    box = page.locator("#draw-pad").bounding_box()
    return [(box["x"] + x / 28 * box["width"], box["y"] + y / 28 * box["height"]) for x, y in points]


SEVEN = [(8, 7), (20, 7), (13, 22)]


def draw(page, points=SEVEN, release=True):
    (first, *others) = on_pad(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=8)
    if release:
        page.mouse.up()


def draw_and_settle(page, points=SEVEN):
    before = codes(page)
    draw(page, points)
    until_codes_differ(page, before)
    settle(page)


def die_of(model, grid, place, label=None):
    """The distribution of a cell given all others, (K,). Its own code is unknown, so that it is no estimate."""
    given = grid.copy()
    given[place] = UNKNOWN
    return model.conditionals(given, label)[place]


def settle(page):
    """Until nothing has changed for a while: the last of several replies has been drawn."""
    page.evaluate(
        f"""async () => {{
          const look = () => JSON.stringify([({CODES})(), ({PIXELS})("{SHOWN}")]);
          let before = look();
          for (let calm = 0; calm < 5; ) {{
            await new Promise((resolve) => setTimeout(resolve, 80));
            const now = look();
            calm = now === before ? calm + 1 : 0;
            before = now;
          }}
        }}"""
    )


def another(page, code):
    """A code that draws something, and is not the one given: the busiest tile's."""
    inks = page.evaluate(
        """() => Array.from(document.querySelectorAll("#palette [data-code]"), (_, code) => {
             const pen = document.createElement("canvas").getContext("2d");
             pen.drawImage(document.querySelector(`#palette [data-code="${code}"] img`), 0, 0);
             return pen.getImageData(4, 4, 4, 4).data.reduce((sum, value) => sum + (255 - value), 0);
           })"""
    )
    return next(int(i) for i in np.argsort(inks)[::-1] if i != code)


def middle(locator):
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
