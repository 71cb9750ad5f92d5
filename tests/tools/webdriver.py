"""A small client of W3C WebDriver, for Debian's Firefox and WebKitGTK: Playwright only drives builds of its own.

    with webdriver.opened("firefox") as page:  # or "webkit"
        page.goto("http://127.0.0.1:8000")
        page.evaluate("() => document.title")

WebKitWebDriver takes the commands over HTTP. Debian has no geckodriver, which would translate HTTP into
Firefox's own protocol, Marionette: the same commands with the same parameters, as JSON over TCP. So this client
speaks Marionette itself.
"""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from app_process import free_port

PATIENCE = 30  # seconds until an answer or a condition; for a busy machine, never waited out when all is well
MINI_BROWSERS = "/usr/lib/*/webkit2gtk-4.1/MiniBrowser"
NEEDED = {  # programs of each browser, and the Debian packages that have them
    "firefox": {"firefox-esr": "firefox-esr"},
    "webkit": ({"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}),
}
PREFERENCES = {
    "marionette.port": 0,  # any that is free
    "services.settings.server": "data:,#remote-settings-dummy/v1",  # nothing is asked of other hosts
    "messaging-system.rsexperimentloader.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
LISTEN = """() => {
  window.wrongs = [];
  addEventListener("error", ({ message }) => wrongs.push(`error: ${message}`));
  addEventListener("unhandledrejection", ({ reason }) => wrongs.push(`rejection: ${reason}`));
  document.addEventListener("securitypolicyviolation", ({ blockedURI }) => wrongs.push(`forbidden: ${blockedURI}`));
  const { error } = console;
  console.error = (...words) => (wrongs.push(words.join(" ")), error.apply(console, words));
}"""
HTTP = {  # name of a command in Marionette -> method and path of WebDriver
    "WebDriver:Navigate": ("POST", "/url"),
    "WebDriver:ExecuteAsyncScript": ("POST", "/execute/async"),
    "WebDriver:PerformActions": ("POST", "/actions"),
    "WebDriver:SetTimeouts": ("POST", "/timeouts"),
    "WebDriver:SetWindowRect": ("POST", "/window/rect"),
    "WebDriver:TakeScreenshot": ("GET", "/screenshot"),
    "WebDriver:DeleteSession": ("DELETE", ""),
}
SCRIPT = """
const [argument, done] = arguments;
Promise.resolve(argument).then(FUNCTION).then(
  (value) => done(JSON.stringify({ value })),
  (error) => done(JSON.stringify({ error: String(error) })),
);
"""
BOX = """([selector, number]) => {
  const element = document.querySelectorAll(selector)[number];
  if (!element) throw new Error(`no ${selector} number ${number}`);
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left, top, width, height];
}"""


def missing(name: str) -> list[str]:
    """The Debian packages that have to be installed for this browser."""
    return [package for program, package in NEEDED[name].items() if shutil.which(program) is None]


class Page:
    """A window of a browser. `send` carries a command with its parameters, and gives back its value."""

    def __init__(self, send: Callable[[str, dict], Any]):
        self.send = send
        self.wrongs: list[str] = []
        self.send("WebDriver:SetTimeouts", {"script": 1000 * PATIENCE * 5, "pageLoad": 1000 * PATIENCE})
        self.send("WebDriver:SetWindowRect", {"x": 0, "y": 0, "width": 1280, "height": 900})

    def goto(self, url: str) -> None:
        self.wrongs = self.errors()
        self.send("WebDriver:Navigate", {"url": url})
        self.evaluate(LISTEN)

    def evaluate(self, function: str, argument=None):
        """The JSON value of a script's function, awaited."""
        script = {"script": SCRIPT.replace("FUNCTION", f"({function})"), "args": [argument], "sandbox": None}
        answer = json.loads(self.send("WebDriver:ExecuteAsyncScript", script))
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")

    def until(self, condition: str, argument=None) -> None:
        """Until a function of the page is true."""
        end = time.monotonic() + PATIENCE
        while not self.evaluate(condition, argument):
            if time.monotonic() > end:
                raise AssertionError(f"not within {PATIENCE} s: {condition}")
            time.sleep(0.05)

    def box(self, selector: str, number: int = 0) -> tuple[float, float, float, float]:
        """Left, top, width and height in the window, into which the element is scrolled."""
        return tuple(self.evaluate(BOX, [selector, number]))

    def drag(self, points) -> None:
        """Presses the mouse at the first of the points of the window, moves it through the others, releases it."""
        moves = [
            {
                "type": "pointerMove",
                "x": round(x),
                "y": round(y),
                "duration": 60 if i else 0,
                "origin": "viewport",
            }
            for i, (x, y) in enumerate(points)
        ]
        press, release = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        self._act("pointer", [moves[0], press, *moves[1:], release], parameters={"pointerType": "mouse"})

    def click(self, selector: str, number: int = 0) -> None:
        left, top, width, height = self.box(selector, number)
        self.drag([(left + width / 2, top + height / 2)])

    def press(self, keys: str) -> None:
        """Each of the characters, by the keyboard."""
        self._act("key", [{"type": f"key{way}", "value": key} for key in keys for way in ("Down", "Up")])

    def errors(self) -> list[str]:
        """Errors of all pages since each was loaded: of scripts, on the console, and what the policy forbade."""
        return self.wrongs + (self.evaluate("() => window.wrongs") or [])

    def _act(self, kind: str, actions: list[dict], **named) -> None:
        self.send(
            "WebDriver:PerformActions", {"actions": [{"type": kind, "id": kind, "actions": actions} | named]}
        )


@contextmanager
def opened(name: str) -> Iterator[Page]:
    """A window of a fresh browser, "firefox" or "webkit", without a screen."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, ExitStack() as stack:
        home = Path(folder)
        page = Page({"firefox": _firefox, "webkit": _webkit}[name](home, stack))
        try:
            yield page
        finally:
            page.send("WebDriver:DeleteSession", {})


def _started(stack: ExitStack, home: Path, *command: str, **environment: str) -> None:
    """A process, ended with the stack."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=os.environ | {"HOME": str(home)} | environment, **quiet)

    def end():
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    stack.callback(end)


def _until(answer: Callable[[], Any], what: str):
    """The first answer that is no OSError or ValueError."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return answer()
        except (OSError, ValueError):  # noqa: PERF203
            if time.monotonic() > end:
                raise AssertionError(f"{what} does not start within {PATIENCE} s") from None
            time.sleep(0.1)


def _firefox(home: Path, stack: ExitStack) -> Callable[[str, dict], Any]:
    profile = home / "profile"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(key)}, {json.dumps(value)});" for key, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines))
    _started(
        stack, home, "firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(profile)
    )
    port = _until(lambda: int((profile / "MarionetteActivePort").read_text()), "Firefox")
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=6 * PATIENCE))
    stream = stack.enter_context(connection.makefile("rwb"))
    number = 0

    def receive():
        """A message is its length in bytes, a colon, and JSON."""
        length = b""
        while not length.endswith(b":"):
            length += stream.read(1)
        return json.loads(stream.read(int(length[:-1])))

    def send(name: str, parameters: dict):
        nonlocal number
        number += 1
        content = json.dumps([0, number, name, parameters]).encode()
        stream.write(b"%d:%b" % (len(content), content))
        stream.flush()
        _, _, error, result = receive()
        if error:
            raise RuntimeError(f"{name}: {error['error']}: {error['message']}")
        return (result or {}).get("value")

    receive()  # its greeting
    send("WebDriver:NewSession", {})
    return send


def _webkit(home: Path, stack: ExitStack) -> Callable[[str, dict], Any]:
    screen, port = f":{10_000 + os.getpid() % 50_000}", free_port()
    _started(stack, home, "Xvfb", screen, "-screen", "0", "1280x1024x24", "-nolisten", "tcp")
    _until(lambda: os.stat(f"/tmp/.X11-unix/X{screen[1:]}"), "Xvfb")
    _started(
        stack,
        home,
        "WebKitWebDriver",
        f"--port={port}",
        DISPLAY=screen,
        GDK_BACKEND="x11",
        LIBGL_ALWAYS_SOFTWARE="1",
        XDG_RUNTIME_DIR=str(home),
        WEBKIT_DISABLE_DMABUF_RENDERER="1",
    )

    def ask(method: str, path: str, content: dict):
        connection = HTTPConnection("127.0.0.1", port, timeout=6 * PATIENCE)
        connection.request(method, path, json.dumps(content) if method == "POST" else None)
        value = json.loads(connection.getresponse().read())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise RuntimeError(f"{path}: {value['error']}: {value['message']}")
        return value

    _until(lambda: ask("GET", "/status", {}), "WebKitWebDriver")
    binary = next(str(one) for one in Path("/").glob(MINI_BROWSERS[1:]))
    options = {"binary": binary, "args": ["--automation"]}
    wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
    session = ask("POST", "/session", wanted)["sessionId"]

    def send(name: str, parameters: dict):
        method, path = HTTP[name]
        return ask(method, f"/session/{session}{path}", parameters)

    return send
