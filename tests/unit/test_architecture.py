"""The tree keeps its order: imports form no cycle, and nothing imports what stands above it."""

import ast
import posixpath
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = "vqdemo/ui/static"
STAGES = ("vqvae", "prior", "choose_defaults", "evaluate", "publish", "palette", "__main__")

# Below these paths, imports of these other paths run upward. Exceptions are files that may.
UPWARD: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    (f"{STATIC}/networks", (f"{STATIC}/state", f"{STATIC}/views"), ()),
    (f"{STATIC}/drawing", (f"{STATIC}/state", f"{STATIC}/views"), ()),
    (f"{STATIC}/state", (f"{STATIC}/views",), ()),
    ("vqdemo", ("vqdemo/ui", "train", "tests"), ("vqdemo/site.py", "vqdemo/ui")),
    ("vqdemo/ui", ("train", "tests"), ()),
    ("train", ("tests",), ()),
    ("train/measure", tuple(f"train/{stage}.py" for stage in STAGES), ()),
]

Imports = dict[str, set[str]]  # the files that each file imports, all by their paths below the root

SCRIPT_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']"""  # import or export {a} from "b"
    r"""|^\s*import\s*["']([^"']+)["']"""  # import "b"
    r"""|\bimport\(\s*["']([^"']+)["']\s*\)"""  # import("b")
    r"""|\bnew URL\(\s*["']([^"']+\.js)["']\s*,\s*import\.meta\.url""",  # a worker's script
    re.MULTILINE,
)


def script_imports(root: Path, folder: str) -> Imports:
    """Of each script below a folder, the scripts that it imports by relative or absolute addresses."""
    files = sorted((root / folder).rglob("*.js"))
    paths = {path.relative_to(root).as_posix() for path in files}
    imports: Imports = {}
    for path in files:
        name = path.relative_to(root).as_posix()
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        addresses = ["".join(groups) for groups in SCRIPT_IMPORT.findall(text)]
        targets = {posixpath.normpath(posixpath.join(posixpath.dirname(name), a)) for a in addresses}
        assert targets <= paths, f"{name} imports {targets - paths}, which is no script below {folder}"
        imports[name] = targets
    return imports


def imported_files(node: ast.AST, package: list[str], names: set[str]) -> Iterable[str]:
    """The files among `names` that an import statement refers to. `package`: the folders of its own file."""

    def files(module: str) -> set[str]:
        place = module.replace(".", "/")
        return {f"{place}.py", f"{place}/__init__.py"} & names

    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from files(alias.name)
    elif isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            yield from files(f"{module}.{alias.name}") or files(module)


def python_imports(root: Path, folders: Iterable[str], inside_functions: bool) -> Imports:
    """Of each Python file below the folders, the files there that it imports.

    inside_functions: whether imports inside functions count. They run upward like others, but cause no cycle.
    """
    files = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    names = {path.relative_to(root).as_posix() for path in files}
    imports: Imports = {}
    for path in files:
        name = path.relative_to(root).as_posix()
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        if not inside_functions:
            functions = [node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
            inner = {id(node) for function in functions for node in ast.walk(function)}
            nodes = [node for node in nodes if id(node) not in inner]
        package = list(Path(name).parent.parts)
        imports[name] = {file for node in nodes for file in imported_files(node, package, names)}
    return imports


def cycle(imports: Imports) -> list[str] | None:
    """Files that import each other in a circle, the first one repeated at the end, or None."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        path.append(name)
        for target in sorted(imports.get(name, ())):
            if found := visit(target):
                return found
        path.pop()
        done.add(name)
        return None

    return next((found for name in sorted(imports) if (found := visit(name))), None)


def is_below(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}/")


def upward(imports: Imports) -> list[str]:
    """The imports that run upward by the rules of `UPWARD`, as "importer -> imported"."""
    return [
        f"{name} -> {target}"
        for place, above, exceptions in UPWARD
        for name, targets in sorted(imports.items())
        if is_below(name, place) and not any(is_below(name, exception) for exception in exceptions)
        for target in sorted(targets)
        if any(is_below(target, forbidden) for forbidden in above)
    ]


# ---- this tree


def test_scripts_import_in_no_circle():
    found = cycle(script_imports(ROOT, STATIC))
    assert found is None, " -> ".join(found)


def test_python_files_import_in_no_circle():
    found = cycle(python_imports(ROOT, ["vqdemo", "train"], inside_functions=False))
    assert found is None, " -> ".join(found)


def test_nothing_imports_upward():
    python = python_imports(ROOT, ["vqdemo", "train", "tests"], inside_functions=True)
    assert upward(script_imports(ROOT, STATIC) | python) == []


# ---- planted examples: what the checks above must find


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_circle_of_scripts_is_found(tmp_path):
    plant(
        tmp_path,
        {
            f"{STATIC}/a.js": 'import { b } from "./views/b.js";',
            f"{STATIC}/views/b.js": 'import {\n  c,\n} from "../c.js";',
            f"{STATIC}/c.js": 'export { a } from "./a.js";',
            f"{STATIC}/d.js": 'import "./a.js";',
        },
    )
    names = [f"{STATIC}/{name}" for name in ("a.js", "views/b.js", "c.js", "a.js")]
    assert cycle(script_imports(tmp_path, STATIC)) == names


@pytest.mark.parametrize("text", ['import("./a.js");', 'new Worker(new URL("./a.js", import.meta.url));'])
def test_imports_when_needed_and_workers_count(tmp_path, text):
    plant(tmp_path, {f"{STATIC}/a.js": 'import "./b.js";', f"{STATIC}/b.js": text})
    assert cycle(script_imports(tmp_path, STATIC)) == [
        f"{STATIC}/{name}" for name in ("a.js", "b.js", "a.js")
    ]


def test_imports_in_comments_do_not_count(tmp_path):
    comments = '// import "./a.js";\n/** @typedef {import("./a.js").A} A */\n'
    plant(tmp_path, {f"{STATIC}/a.js": 'import "./b.js";', f"{STATIC}/b.js": comments})
    assert cycle(script_imports(tmp_path, STATIC)) is None


def test_an_import_of_no_script_is_found(tmp_path):
    plant(tmp_path, {f"{STATIC}/a.js": 'import "./absent.js";'})
    with pytest.raises(AssertionError, match=r"absent\.js"):
        script_imports(tmp_path, STATIC)


@pytest.mark.parametrize(
    "text", ["import train.a", "from train import a", "from . import a", "from .a import f"]
)
def test_a_circle_of_python_files_is_found(tmp_path, text):
    plant(tmp_path, {"train/__init__.py": "", "train/a.py": "from train import b", "train/b.py": text})
    found = cycle(python_imports(tmp_path, ["train"], inside_functions=False))
    assert found == ["train/a.py", "train/b.py", "train/a.py"]


def test_an_import_inside_a_function_makes_no_circle(tmp_path):
    late = "def f():\n    from train import a\n"
    plant(tmp_path, {"train/a.py": "from train import b", "train/b.py": late})
    assert cycle(python_imports(tmp_path, ["train"], inside_functions=False)) is None


@pytest.mark.parametrize(
    ("name", "text", "target"),
    [
        (f"{STATIC}/networks/a.js", 'import "../views/v.js";', f"{STATIC}/views/v.js"),
        (f"{STATIC}/drawing/a.js", 'import "../views/v.js";', f"{STATIC}/views/v.js"),
        (f"{STATIC}/state/a.js", 'import "../views/v.js";', f"{STATIC}/views/v.js"),
        ("vqdemo/model.py", "from vqdemo.ui import page", "vqdemo/ui/page.py"),
        ("vqdemo/model.py", "def f():\n    from .ui import page\n", "vqdemo/ui/page.py"),
        ("vqdemo/model.py", "from train import vqvae", "train/vqvae.py"),
        ("vqdemo/ui/server.py", "import train.vqvae", "train/vqvae.py"),
        ("train/measure/likelihood.py", "from train.vqvae import run", "train/vqvae.py"),
    ],
)
def test_an_upward_import_is_found(tmp_path, name, text, target):
    files = {f"{STATIC}/views/v.js": "", "vqdemo/ui/page.py": "", "train/vqvae.py": "", name: text}
    plant(tmp_path, files)
    python = python_imports(tmp_path, ["vqdemo", "train"], inside_functions=True)
    assert upward(script_imports(tmp_path, STATIC) | python) == [f"{name} -> {target}"]


def test_downward_imports_are_allowed(tmp_path):
    plant(
        tmp_path,
        {
            f"{STATIC}/views/v.js": 'import "../state/s.js";',
            f"{STATIC}/state/s.js": "",
            "vqdemo/site.py": "from vqdemo.ui import page",
            "vqdemo/ui/page.py": "from vqdemo import model",
            "vqdemo/model.py": "",
            "train/vqvae.py": "from train.measure import likelihood",
            "train/measure/likelihood.py": "import vqdemo.model",
        },
    )
    imports = script_imports(tmp_path, STATIC) | python_imports(tmp_path, ["vqdemo", "train"], True)
    assert upward(imports) == []
    assert cycle(imports) is None
