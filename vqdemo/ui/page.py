"""The page: which parts stand where, how it looks as a whole, and how it is launched."""

import gradio as gr

from .api import add_endpoints
from .limits import MAX_UPLOAD_BYTES
from .server import server_functions
from .text import TEXT
from .views import ROUTE, STATIC, view

# Fonts that machines have: nothing is downloaded.
FONT = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace"]

HOUR = 3600  # seconds; uploads through the API are deleted when they are older

LAUNCH = {
    "theme": gr.themes.Base(primary_hue="indigo", neutral_hue="slate", font=FONT, font_mono=MONO),
    "css_paths": STATIC / "page.css",
    "favicon_path": STATIC / "icon.svg",
    "footer_links": ["api"],
    "app_kwargs": {"routes": [ROUTE]},
    "run_history": False,  # also spares every update a look-up
    "ssr_mode": False,
    "max_file_size": MAX_UPLOAD_BYTES,
    "enable_monitoring": False,
}


class Page(gr.Blocks):
    """Blocks that know how they want to be launched, so that ``demo.launch()`` is all there is to say."""

    def launch(self, **options):
        return super().launch(**{**LAUNCH, **options})


def build(model) -> Page:
    """The whole page for one model (see ``vqdemo.load``)."""
    functions = server_functions(model)
    with Page(title=TEXT["title"], analytics_enabled=False, delete_cache=(HOUR, HOUR)) as demo:
        view("header", functions)
        with gr.Column(elem_id="bench"):
            for name in ("draw_pad", "code_grid", "reconstruction", "palette", "completion"):
                view(name, functions)
        view("status", functions)
        add_endpoints(model)
    return demo
