"""A stand-in for the Hugging Face Hub on loopback: as much of its HTTP protocol as fetching and uploading a
repository takes.

Repositories are made by `put` or by a client's uploads, and live in memory: commits, branches, small files
sent within a commit, large files by LFS. `refuse_large` cuts uploads off, `requests` lists what was asked.
Clients are pointed at it by HF_ENDPOINT.
"""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

LARGE = 1_000_000  # bytes from which a file goes by LFS
API = r"/api/(?P<kind>model|space)s/(?P<repo>[^/]+/[^/]+)"


class Hub(ThreadingHTTPServer):
    """Repositories by (kind, name): their refs, and the files of each commit."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.refs: dict[tuple[str, str], dict[str, str]] = {}
        self.trees: dict[str, dict[str, bytes]] = {}
        self.large: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.refuse_large = 0  # so many uploads of large files fail

    def put(
        self, repo: str, files: dict[str, bytes], branch: str = "main", kind: str = "model", deleted=()
    ) -> str:
        """Commit files, without those deleted, on top of a branch; returns the commit."""
        refs = self.refs.setdefault((kind, repo), {})
        before = self.trees.get(refs.get(branch, ""), {})
        tree = {path: data for path, data in before.items() if path not in deleted} | files
        commit = hashlib.sha1(repr((repo, len(self.trees), sorted(tree))).encode()).hexdigest()
        self.trees[commit] = tree
        refs[branch] = commit
        return commit

    def files(self, repo: str, kind: str = "model", branch: str = "main") -> dict[str, bytes]:
        return self.trees[self.refs[kind, repo][branch]]


class Handler(BaseHTTPRequestHandler):
    """One request; `answers` says which method answers which address."""

    protocol_version = "HTTP/1.1"
    server: Hub

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.answer()

    do_POST = do_PUT = do_HEAD = do_GET

    def answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.body += self.rfile.read(size + 2)[:-2]
            self.rfile.readline()
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {path}")
        for pattern, answer in self.answers.items():
            if match := re.fullmatch(pattern, path):
                return answer(self, **match.groupdict())
        return self.reply(404, {"error": f"the stand-in knows no {self.command} {path}"})

    def reply(self, status: int, content, **headers: str) -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(data)),
            **headers,
        }.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def tree(self, kind: str, repo: str, revision: str) -> dict[str, bytes] | None:
        """The files at a revision; answers the request itself if there is none."""
        refs = self.server.refs.get((kind, repo))
        if refs is None:
            return self.reply(404, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
        self.commit = refs.get(revision, revision)
        if self.commit not in self.server.trees:
            return self.reply(404, {"error": f"Invalid rev id: {revision}"}, X_Error_Code="RevisionNotFound")
        return self.server.trees[self.commit]

    # ---- fetching

    def info(self, kind: str, repo: str, revision: str = "main") -> None:
        if (files := self.tree(kind, repo, revision)) is not None:
            self.reply(200, {"id": repo, "sha": self.commit, "siblings": [{"rfilename": path} for path in files], "private": False,
                             "tags": [], "downloads": 0, "likes": 0})  # fmt: skip

    def listing(self, kind: str, repo: str, revision: str) -> None:
        if (files := self.tree(kind, repo, revision)) is not None:
            self.reply(
                200,
                [
                    {"type": "file", "path": path, "size": len(data), "oid": oid(data)}
                    for path, data in files.items()
                ],
            )

    def resolve(self, repo: str, revision: str, path: str) -> None:
        if (files := self.tree("model", repo, revision)) is None:
            return None
        if path not in files:
            return self.reply(404, {"error": "Entry not found"}, X_Error_Code="EntryNotFound")
        data = files[path]
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").split("-")[0])
        return self.reply(206 if start else 200, data[start:], ETag=f'"{oid(data)}"', X_Repo_Commit=self.commit, Accept_Ranges="bytes",
                          Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")  # fmt: skip

    # ---- uploading

    def create(self) -> None:
        wanted = json.loads(self.body)
        repo = (
            f"{wanted['organization']}/{wanted['name']}"
            if wanted.get("organization")
            else f"someone/{wanted['name']}"
        )
        kind = wanted.get("type") or "model"
        if (kind, repo) in self.server.refs:
            return self.reply(
                409, {"error": "You already created this repo", "url": f"{self.server.url}/{repo}"}
            )
        self.server.put(repo, {}, kind=kind)
        return self.reply(
            200,
            {
                "url": f"{self.server.url}/{'spaces/' if kind == 'space' else ''}{repo}",
                "name": repo,
                "id": "1",
            },
        )

    def preupload(self, kind: str, repo: str, revision: str) -> None:
        if (files := self.tree(kind, repo, revision)) is None:
            return
        answers = []
        for file in json.loads(self.body)["files"]:
            mode = "lfs" if file["size"] >= LARGE else "regular"
            known = files.get(file["path"])
            answers.append(
                {"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": known and oid(known)}
            )
        self.reply(200, {"files": answers})

    def lfs_batch(self, repo: str, space: str | None = None) -> None:
        objects = []
        for one in json.loads(self.body)["objects"]:
            upload = {"upload": {"href": f"{self.server.url}/lfs/{one['oid']}"}}
            objects.append({**one, **({} if one["oid"] in self.server.large else {"actions": upload})})
        self.reply(200, {"transfer": "basic", "objects": objects})

    def lfs_put(self, sha256: str) -> None:
        if self.server.refuse_large:
            self.server.refuse_large -= 1
            return self.reply(403, {"error": "cut off"})
        if hashlib.sha256(self.body).hexdigest() != sha256:
            return self.reply(400, {"error": "another file"})
        self.server.large[sha256] = self.body
        return self.reply(200, {})

    def commit_files(self, kind: str, repo: str, revision: str) -> None:
        files, deleted = {}, set()
        for line in self.body.decode().splitlines():
            one = json.loads(line)
            value = one["value"]
            if one["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif one["key"] == "lfsFile":
                files[value["path"]] = self.server.large[value["oid"]]
            elif one["key"] == "deletedFile":
                deleted.add(value["path"])
        commit = self.server.put(repo, files, revision, kind, deleted)
        self.reply(
            200,
            {"success": True, "commitOid": commit, "commitUrl": f"{self.server.url}/{repo}/commit/{commit}"},
        )

    def validate_yaml(self) -> None:
        self.reply(200, {"errors": [], "warnings": []})

    def who(self) -> None:
        self.reply(200, {"type": "user", "name": "someone", "orgs": []})

    answers = {  # noqa: RUF012, a constant
        r"/api/repos/create": create,
        r"/api/validate-yaml": validate_yaml,
        r"/api/whoami-v2": who,
        API: info,
        API + r"/revision/(?P<revision>.+)": info,
        API + r"/tree/(?P<revision>[^/]+)": listing,
        API + r"/preupload/(?P<revision>[^/]+)": preupload,
        API + r"/commit/(?P<revision>[^/]+)": commit_files,
        r"/(?P<space>spaces/)?(?P<repo>[^/]+/[^/]+)\.git/info/lfs/objects/batch": lfs_batch,
        r"/lfs/(?P<sha256>[0-9a-f]{64})": lfs_put,
        r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)": resolve,
    }


def oid(data: bytes) -> str:
    """What git calls a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


@contextmanager
def running() -> Iterator[Hub]:
    hub = Hub()
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
