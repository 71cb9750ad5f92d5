"""The parts of the page: each a ``gr.HTML`` whose template, style and script are a folder of static/views.

The files are served and loaded as they are. A script is an ES module that exports ``mount``, which
``static/mounting.js`` calls. All import the same modules of ``static/state``, which is how the parts share
one state.
"""

import gradio as gr
from starlette.routing import Mount

from vqdemo.ui import course
from vqdemo.ui.layout import STATIC, classes_of, fingerprint, html_of, sentences_of, style_of
from vqdemo.ui.serving.files import FingerprintedFiles, files_route

# Their address holds a fingerprint of them, so that a browser never mixes old scripts with a new page.
COURSE_FILES = course.files()
PAGE_FILES = {
    path.relative_to(STATIC).as_posix(): path.read_bytes() for path in STATIC.rglob("*.*") if path.is_file()
}
ADDRESS = f"vqdemo/{fingerprint(PAGE_FILES | COURSE_FILES)}"
MODEL = "vqdemo/model"  # where model.json, the weights and the translations are
COURSE = files_route(f"{ADDRESS}/{course.FOLDER}", COURSE_FILES)
FILES = Mount(f"/{ADDRESS}", FingerprintedFiles(directory=STATIC))

# Scripts lie where the app is: there is the page, or what `<gradio-app src>` names on a page of another site.
# Where the language may be another one than the template's, a view is not seen before it is put into it.
MOUNT = """
const src = element.closest("gradio-app")?.getAttribute("src");
const app = new URL(src ? src.replace(/[/]*$/, "/") : ".", document.baseURI);
const [mounting, translations, model] = props.addresses.map((address) => new URL(address, app).href);
if (!/^en/.test(navigator.language) || location.search.includes("lang=")) element.style.visibility = "hidden";
import(mounting).then(
  ({ mount }) => mount(element, props.view, { english: () => props.text, translations, model }),
  () => {
    element.textContent = props.text.status.no_script.replace("{address}", mounting);
    element.setAttribute("role", "alert");
    element.style.visibility = "";
  },
);
"""


def view(name: str, text: dict, model: str, translations: str) -> gr.HTML:
    """One part of the page, made of ``{name}.html``, ``.css`` and ``.js`` in ``static/views/{name}``.

    `model`: the name of its model.json. `translations`: how the names of all translations begin.

    A function rather than a subclass: Gradio writes a stub file beside the source of every component class.
    """
    return gr.HTML(
        html_template=html_of(name),
        css_template=style_of(name),
        js_on_load=MOUNT,
        apply_default_css=False,
        elem_classes=classes_of(name),
        view=name,
        addresses=[f"{ADDRESS}/mounting.js", f"{MODEL}/{translations}", f"{MODEL}/{model}"],
        text=sentences_of(name, text),
    )
