"""Nonsense over HTTP: wrong types, sizes and shapes, broken pictures, forged paths, HTML, huge bodies, at
every door of the app.

    .venv/bin/python tests/tools/fuzz.py [--inputs 20000] [--seed 0]

Asserts that every request is answered, with words where it is refused; that no answer holds a traceback, HTML
as it was sent, or the content of any file; that the app never connects to an address in a request, prints no
traceback and keeps no file; and that its memory, once warm, stays within 5 %.
"""

import argparse
import base64
import collections
import concurrent.futures
import contextlib
import gzip
import http.client
import io
import json
import random
import re
import socket
import struct
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlparse

sys.path.insert(0, str(Path(__file__).resolve().parent))

import app_process
from PIL import Image, ImageDraw

HTML = "<img src=x onerror=hacked()><script>hacked()</script>"
SECRET = "the secret of a file outside the app"
# Of files that must not be read.
OF_FILES = (SECRET, "root:x:0", 'os.environ["GRADIO_ANALYTICS_ENABLED"]', "MAX_DISCARDED_BYTES")
OF_TRACEBACKS = ("Traceback (most", 'File "', "site-packages", ".py\\", str(app_process.ROOT))
ENDPOINTS = ("encode", "decode", "complete", "sample", "conditionals", "label_probs")
GROWTH = 1.05
WORKERS = 4


class Request(NamedTuple):
    """What is sent, and how."""

    kind: str
    method: str
    path: str
    body: bytes = b""
    headers: dict = {}  # noqa: RUF012, never changed
    chunked: bool = False


# ---- nonsense


def png(width: int, height: int, rows: bytes, *chunks: bytes) -> bytes:
    """A PNG of one bit a pixel with any claims about itself."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", header), *((b"zTXt", chunk) for chunk in chunks), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def pictures() -> list[bytes]:
    """Good pictures, and every kind of bad one."""
    seven = Image.new("L", (120, 120), 255)
    ImageDraw.Draw(seven).line([(30, 30), (90, 30), (55, 100)], fill=0, width=9)

    def saved(image: Image.Image, kind: str, **options) -> bytes:
        data = io.BytesIO()
        image.save(data, kind, **options)
        return data.getvalue()

    good = [saved(seven, kind) for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP")] + [
        saved(seven.resize((28, 28)), "PNG")
    ]
    frames = saved(
        seven, "GIF", save_all=True, append_images=[Image.effect_noise((300, 300), 90) for _ in range(20)]
    )
    bombs = [
        png(20_000, 20_000, zlib.compress(bytes(20_000 * 2501))),
        png(6_000, 6_000, zlib.compress(bytes(6_000 * 751))),  # within the limits, and blank
        png(2**31 - 1, 2**31 - 1, b""),
        png(28, 28, zlib.compress(bytes(50 * 2**20))),
        png(28, 28, zlib.compress(bytes(28 * 5)), b"Title\0\0" + zlib.compress(bytes(50 * 2**20))),
        png(0, 0, zlib.compress(b"")),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file 99 string readstring pop ==\n",
        f'<svg xmlns="http://www.w3.org/2000/svg" onload="hacked()"><image href="file:///etc/passwd"/>{HTML}</svg>'.encode(),
        gzip.compress(bytes(10 * 2**20)),
        b"",
        bytes(1000),
    ]
    broken = [data[: len(data) // 2] for data in good] + [
        data[:30] + b"\xff" * 40 + data[70:] for data in good
    ]
    return [*good, frames, *bombs, *broken]


class Nonsense:
    """Random requests, the same for the same seed."""

    def __init__(self, seed: int, secret: Path, listener: str):
        self.random = random.Random(seed)
        self.pictures = pictures()
        app = app_process.ROOT
        self.paths = [
            "/etc/passwd", str(secret), f"{app}/app.py", "app.py", "vqdemo/ui/endpoints/limits.py", "../../../../../../etc/passwd", "..%2f..%2fetc%2fpasswd",
            f"file://{secret}", f"{tempfile.gettempdir()}/gradio/../{secret.relative_to(tempfile.gettempdir())}", "/proc/self/environ", "\0", "~",
            "C:\\Windows\\win.ini", f"{listener}/picture.png", f"{listener}/../x", "http://[::1", "//etc/passwd", ".", "", "/dev/zero", "/dev/stdin",
        ]  # fmt: skip
        self.kinds = {
            self.call: 50, self.call_by_name: 25, self.tool: 4, self.upload: 3, self.address: 6, self.queue: 5,
            self.raw: 5, self.huge: 0.15,
        }  # fmt: skip

    def next(self) -> Request:
        (kind,) = self.random.choices(list(self.kinds), list(self.kinds.values()))
        return kind()

    def junk(self, depth: int = 0):
        """Any value that JSON can hold, and some that it should not."""
        pick = self.random
        simple = [
            None, True, False, 0, -1, 1, 3, 63, 64, 7.0, 0.5, -0.0, 2**31, 2**63, 2**64, -(2**70), 10**400, 1e308, -1e308, 5e-324, float("nan"),
            float("inf"), -float("inf"), "", "0", "NaN", "null", "\0", "\ud800", "é" * 50, "\u202e𝔘🙂", "x" * 5000, HTML, f'"{HTML}', "{0.__class__}",
            "%s%n", "${7*7}", "{{7*7}}", "'; DROP TABLE x; --", "__import__('os').system('touch /tmp/hacked')", pick.choice(self.paths),
            {}, [], [[]], {"__class__": "x"}, {"path": pick.choice(self.paths)}, {"error": HTML}, [None] * 49, "data:image/png;base64,", "data:,x",
        ]  # fmt: skip
        roll = pick.random()
        if roll < 0.7 or depth > 3:
            return pick.choice(simple)
        if roll < 0.8:
            return [self.junk(depth + 1) for _ in range(pick.randrange(5))]
        if roll < 0.87:
            return {
                pick.choice(["path", "url", "image", "codes", HTML, "", "__proto__"]): self.junk(depth + 1)
                for _ in range(3)
            }
        if roll < 0.9:
            return self.file()
        return self.spoilt(self.codes() if roll < 0.95 else self.rows())

    def codes(self) -> list:
        """A grid as it should be."""
        return [[self.random.randrange(-1, 64) for _ in range(7)] for _ in range(7)]

    def rows(self) -> list:
        """An image as it should be."""
        return [[round(self.random.random(), 2) for _ in range(28)] for _ in range(28)]

    def spoilt(self, value):
        """The same with something wrong inside, or as it was."""
        if not isinstance(value, list) or not value or self.random.random() < 0.2:
            return self.junk(4)
        place = self.random.randrange(len(value))
        match self.random.randrange(4):
            case 0:
                return value[:place]
            case 1:
                return [*value, value[place]]
            case 2:
                return [*value[:place], self.spoilt(value[place]), *value[place + 1 :]]
        return value

    def file(self) -> dict:
        """What a client sends for an uploaded file, forged."""
        path = self.random.choice(self.paths)
        url = self.random.choice([None, path, "http://localhost/x.png"])
        return {
            "path": path,
            "url": url,
            "orig_name": HTML,
            "meta": {"_type": "gradio.FileData"},
            "is_file": True,
            "size": self.junk(4),
        }

    def base64(self) -> str:
        """A picture, whole or cut."""
        text = base64.b64encode(self.random.choice(self.pictures)).decode()
        return (
            text
            if self.random.random() < 0.7
            else text[: self.random.randrange(len(text) + 1)] + self.random.choice(["", "=", "!", "é"])
        )

    def arguments(self, name: str) -> dict:
        """Those of an endpoint, now and then as they should be."""
        image = self.random.choice([self.rows, lambda: f"data:image/png;base64,{self.base64()}", self.file])
        first = {"encode": {"image": image}, "sample": {"n": lambda: 1}}.get(name, {"codes": self.codes})
        wanted = {key: make() for key, make in first.items()}
        if name in ("complete", "sample"):
            wanted |= {"n": 1, "label": 3, "temperature": 0.9, "top_p": 0.9, "guidance": 0.5, "seed": 1}
        if name == "conditionals":
            wanted["label"] = None
        for key in wanted:
            if self.random.random() < 0.4:
                wanted[key] = self.spoilt(wanted[key]) if isinstance(wanted[key], list) else self.junk()
        return wanted

    # ---- requests

    def json(self, kind: str, path: str, value) -> Request:
        body = json.dumps(value).encode("utf-8", "surrogatepass")
        return Request(
            kind, "POST", path, body, {"Content-Type": "application/json"}, self.random.random() < 0.1
        )

    def call(self) -> Request:
        name = self.random.choice(ENDPOINTS)
        data = list(self.arguments(name).values())
        return self.json(
            f"call {name}",
            f"/gradio_api/call/{name}",
            {"data": data if self.random.random() < 0.9 else self.junk()},
        )

    def call_by_name(self) -> Request:
        name = self.random.choice(ENDPOINTS)
        return self.json(
            f"call v2 {name}",
            f"/gradio_api/call/v2/{name}",
            self.arguments(name) if self.random.random() < 0.9 else self.junk(),
        )

    def tool(self) -> Request:
        name = self.random.choice([*ENDPOINTS, self.junk()])
        parameters = {"name": name, "arguments": self.arguments(name) if name in ENDPOINTS else self.junk()}
        method = self.random.choice(
            ["tools/call", "tools/call", "tools/list", "resources/read", "initialize", self.junk()]
        )
        value = {
            "jsonrpc": "2.0",
            "id": self.random.choice([1, "x", None, self.junk()]),
            "method": method,
            "params": parameters,
        }
        request = self.json("MCP", "/gradio_api/mcp/", value if self.random.random() < 0.9 else self.junk())
        return request._replace(headers=request.headers | {"Accept": "application/json, text/event-stream"})

    def upload(self) -> Request:
        """Files whose names lead elsewhere; some bodies end too early."""
        name = (
            self.random.choice([*self.paths, HTML, "a.png", "x" * 300])
            .replace("\0", "")
            .encode("utf-8", "replace")
        )
        field = self.random.choice([b"files", b"file", b"", b"x"])
        body = b"".join(
            b'--edge\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n\r\n%b\r\n' % (field, name, self.random.choice(self.pictures))
            for _ in range(self.random.randrange(4))
        ) + b"--edge--\r\n"  # fmt: skip
        if self.random.random() < 0.3:
            body = body[: self.random.randrange(len(body))]
        kind = self.random.choice(
            [
                "multipart/form-data; boundary=edge",
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "text/plain",
            ]
        )
        return Request(
            "upload",
            "POST",
            "/gradio_api/upload?upload_id=x",
            body,
            {"Content-Type": kind},
            self.random.random() < 0.3,
        )

    def address(self) -> Request:
        """Addresses that lead to files, or hold HTML."""
        path = self.random.choice(self.paths)
        pattern = self.random.choice([
            "/gradio_api/file={}", "/gradio_api/file/{}", "/file={}", "/gradio_api/proxy={}", "/static/{}", "/assets/{}", "/svelte/{}", "/pwa_icon/{}",
            "/gradio_api/custom_component/0/client/component/{}", "/gradio_api/stream/x/0/0/{}", "/gradio_api/deep_link?session_hash={}",
            "/gradio_api/call/sample/{}", "/gradio_api/info?x={}", "/?__theme={}", "/?deep_link={}", "/{}", "/gradio_api/{}", "/vqdemo/{}", "/vqdemo/model/{}",
            "/config?deep_link={}", "/gradio_api/queue/data?session_hash={}", "/monitoring/{}", "/gradio_api/process_recording?{}", "/gradio_api/run/{}",
        ])  # fmt: skip
        if "queue/data" in pattern:
            path = ""  # a session that does not exist would be waited for
        value = self.random.choice([path, HTML, path]).encode("utf-8", "replace")
        shape = self.random.choice([value, value, b"..%2f" * 8 + value.lstrip(b"/")])
        return Request(
            "address",
            self.random.choice(["GET", "GET", "HEAD", "POST", "PUT", "DELETE"]),
            pattern.format(quote(shape, safe="/=%")),
        )

    def queue(self) -> Request:
        """The queue's own doors."""
        path = self.random.choice(
            [
                "queue/join",
                "cancel",
                "reset",
                "run/encode",
                "api/sample",
                "vibe-edit",
                "startup-events",
                "login",
            ]
        )
        body = {"data": self.junk(), "fn_index": self.random.choice([0, 1, 99, self.junk()]), "session_hash": self.random.choice(["q", self.junk()]),
                "event_id": self.junk(), "trigger_id": self.junk()}  # fmt: skip
        return self.json("queue", f"/gradio_api/{path}", body)

    def raw(self) -> Request:
        """Bodies that are no JSON."""
        good = json.dumps({"data": [self.codes()], "codes": [3] * 49}).encode()
        body = self.random.choice([
            b"", b"null", b"{", good[: self.random.randrange(len(good))], self.random.randbytes(200), b"[" * 100_000, b'{"data":' * 20_000, b"\xff\xfe{}",
            b'{"data": [' + b"9" * 100_000 + b"]}", b'{"data": [NaN]}', b'{"data": [1e99999]}', good + good, b'{"data": "' + b"\\ud800" * 100 + b'"}',
        ])  # fmt: skip
        path = self.random.choice([f"/gradio_api/call/{name}" for name in ENDPOINTS] + ["/gradio_api/mcp/"])
        kind = self.random.choice(
            [
                "application/json",
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/x-www-form-urlencoded",
            ]
        )
        encoding = self.random.choice([{}, {}, {"Content-Encoding": "gzip"}])
        return Request(
            "raw", "POST", path, body, {"Content-Type": kind} | encoding, self.random.random() < 0.3
        )

    def huge(self) -> Request:
        """50 MB, with and without their length."""
        body = self.random.choice([b'{"data": ["' + b"A" * 50 * 2**20 + b'"]}', bytes(50 * 2**20)])
        path = self.random.choice(["/gradio_api/call/encode", "/gradio_api/upload", "/gradio_api/mcp/"])
        kind = "multipart/form-data; boundary=edge" if path.endswith("upload") else "application/json"
        return Request("huge", "POST", path, body, {"Content-Type": kind}, self.random.random() < 0.5)


# ---- sending it


class Line:
    """One kept-open connection to the app."""

    def __init__(self, url: str):
        self.host = urlparse(url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=60)

    def send(self, request: Request) -> tuple[int, str, str]:
        """Status, content type and text of the reply; of a call of an endpoint, the reply to its second
        half.
        """
        status, kind, text = self.once(request)
        if status == 200 and "/call/" in request.path and request.method == "POST" and "event_id" in text:
            return self.once(Request(request.kind, "GET", f"{request.path}/{json.loads(text)['event_id']}"))
        return status, kind, text

    def once(self, request: Request) -> tuple[int, str, str]:
        body = request.body
        if request.chunked:
            body = (request.body[i : i + 2**16] for i in range(0, len(request.body), 2**16))
        try:
            self.connection.request(
                request.method, request.path, body, request.headers, encode_chunked=request.chunked
            )
            reply = self.connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
        except (http.client.HTTPException, OSError):
            self.connection.close()
            raise
        if reply.will_close:
            self.connection.close()
        return reply.status, reply.headers.get("Content-Type", ""), text


def wrong_with(request: Request, status: int, kind: str, text: str) -> str | None:
    """What is wrong with a reply."""
    if any(sign in text and sign not in f"{request.path} {request.body[:100_000]}" for sign in OF_TRACEBACKS):
        return "a traceback"
    if any(sign in text for sign in OF_FILES):
        return "the content of a file"
    if "html" in kind and "onerror=hacked()>" in text:
        return "HTML as it came"
    if status >= 500 and not re.search(r'"(error|detail|message)": ?"[^"]{5,}', text):
        return f"{status} without a message"
    if status >= 400 and request.method != "HEAD" and not text.strip():
        return f"{status} without a word"
    if "event: error" in text and not re.search(r'("error"|data): ?"[^"]{5,}', text):
        return "an error without a message"
    return None


@contextlib.contextmanager
def listening():
    """A server that must never be asked for anything; yields its address and the list of connections that
    came.
    """
    came = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait():
            with contextlib.suppress(OSError):
                while True:
                    connection, who = server.accept()
                    came.append(who)
                    connection.close()

        threading.Thread(target=wait, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", came


def resident(process) -> float:
    """MB of memory of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def fuzz(inputs: int, seed: int, folder: Path, limit: float | None = GROWTH) -> dict:
    """Send so many inputs to an app of its own, where memory has a limit after as many for warming up;
    AssertionError names what went wrong.
    """
    secret, temporary = folder / "secret.txt", folder / "gradio"
    secret.write_text(SECRET)
    with (
        listening() as (listener, came),
        app_process.running(folder / "log", GRADIO_TEMP_DIR=str(temporary)) as app,
    ):
        statuses, wrongs = collections.Counter(), []

        def send_all(nonsense: Nonsense, count: int) -> None:
            lock, left = threading.Lock(), iter(range(count))

            def worker() -> None:
                line = Line(app.url)
                while True:
                    with lock:
                        if next(left, None) is None or len(wrongs) > 20:
                            return
                        request = nonsense.next()
                    try:
                        reply = line.send(request)
                    except (http.client.HTTPException, OSError, ValueError) as error:
                        fault, reply = f"no answer: {error!r}", (0, "", "")
                        if request.kind == "huge" and isinstance(
                            error, (BrokenPipeError, ConnectionResetError)
                        ):
                            fault = None  # cut off while it was sending
                    else:
                        fault = wrong_with(request, *reply)
                    statuses[request.kind, reply[0]] += 1
                    if fault:
                        wrongs.append(
                            f"{fault}: {request.method} {request.path} {request.headers} {request.body[:300]!r}\n -> {reply[2][:1000]}"
                        )

            with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
                for done in [pool.submit(worker) for _ in range(WORKERS)]:
                    done.result()

        if limit is not None:
            send_all(Nonsense(seed + 1, secret, listener), inputs)
        warm = resident(app.process)
        began = time.monotonic()
        send_all(Nonsense(seed, secret, listener), inputs)
        took, end = time.monotonic() - began, resident(app.process)
        assert app.process.poll() is None, "the app ended"
        assert not wrongs, "\n\n".join(wrongs)
        assert not came, "the app connected to an address that a request named"
        log = app.log.read_text(errors="replace")
        assert "Traceback" not in log, log[-5000:]
        found = [line for line in log.splitlines() if HTML in line]
        assert not found, f"what was sent is in the log: {found[:5]}"
        kept = [str(path) for path in temporary.rglob("*") if path.is_file()]
    assert not Path("/tmp/hacked").exists()
    assert limit is None or end <= limit * warm, f"memory grew from {warm:.0f} to {end:.0f} MB"
    return {
        "inputs": inputs,
        "seconds": took,
        "statuses": statuses,
        "warm": warm,
        "end": end,
        "kept": kept,
        "log": log,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = fuzz(options.inputs, options.seed, Path(folder))
    for (kind, status), count in sorted(result["statuses"].items()):
        print(f"{kind:24} {status}  {count}")
    print(f"{result['inputs']} inputs in {result['seconds']:.0f} s; memory {result['warm']:.0f} -> {result['end']:.0f} MB; "
          f"{len(result['kept'])} files kept; {len(result['log'].splitlines())} lines of log")  # fmt: skip


if __name__ == "__main__":
    main()
