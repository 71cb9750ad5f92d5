"""The parts of the page: each a ``gr.HTML`` whose template, style and script are a folder of
``static/views``.

The files are served and loaded as they are. A script is an ES module that exports ``mount``. All import the
same
modules of ``static/state``, which is how the parts share one state; ``static/start.js`` starts it.
"""

import hashlib

import gradio as gr
from starlette.routing import Mount

from vqdemo.ui import course
from vqdemo.ui.layout import STATIC, classes_of, part_of, sentences_of
from vqdemo.ui.serving.files import FingerprintedFiles, files_route

# Their address holds a fingerprint of them, so that a browser never mixes old scripts with a new page.
CONTENTS = hashlib.sha256()
for path in sorted(STATIC.rglob("*.*")):
    CONTENTS.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
COURSE_FILES = course.files()
for content in COURSE_FILES.values():
    CONTENTS.update(content)
ADDRESS = f"vqdemo/{CONTENTS.hexdigest()[:12]}"
MODEL = "vqdemo/model"  # where model.json and the weights are
COURSE = files_route(f"{ADDRESS}/{course.FOLDER}", COURSE_FILES)
FILES = Mount(f"/{ADDRESS}", FingerprintedFiles(directory=STATIC))

# Scripts lie where the app is: there is the page, or what `<gradio-app src>` names on a page of another site.
MOUNT = """
const src = element.closest("gradio-app")?.getAttribute("src");
const app = new URL(src ? src.replace(/[/]*$/, "/") : ".", document.baseURI);
const addresses = props.scripts.map((script) => new URL(script, app).href);
Promise.all(addresses.map((address) => import(address))).then(
  ([page, view]) => {
    view.mount(element, props);
    page.start(props.text.status, new URL(props.model, app).href);
  },
  () => {
    element.textContent = props.text.status.no_script.replace("{address}", addresses.join(", "));
    element.setAttribute("role", "alert");
  },
);
"""


def view(name: str, text: dict, model: str) -> gr.HTML:
    """One part of the page, made of ``{name}.html``, ``.css`` and ``.js`` in ``static/views/{name}``.

    `model`: the name of its model.json.

    A function rather than a subclass: Gradio writes a stub file beside the source of every component class.
    """
    return gr.HTML(
        html_template=part_of(name, "html"),
        css_template=part_of(name, "css"),
        js_on_load=MOUNT,
        apply_default_css=False,
        elem_classes=classes_of(name),
        scripts=[f"{ADDRESS}/start.js", f"{ADDRESS}/views/{name}/{name}.js"],
        model=f"{MODEL}/{model}",
        text=sentences_of(name, text),
    )
