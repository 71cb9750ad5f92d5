"""What every request passes first (vqdemo/ui/serving/gate.py): around a small application, and over HTTP
around the real one.
"""

import http.client
import json
import logging
from urllib.parse import urlparse

import coroutines
import pytest

from vqdemo.ui.serving import limits
from vqdemo.ui.serving.gate import Gate

CALL = "/gradio_api/call/encode"


async def ask(app, path=CALL, chunks=(b"{}",), headers=(), method="POST") -> tuple[int, bytes, int]:
    """Status and body of the reply to one request, and how many of its chunks were read."""
    coming = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    coming.append({"type": "http.request", "body": b"", "more_body": False})
    count, sent = len(coming), []

    async def receive():
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    await Gate(app)({"type": "http", "path": path, "method": method, "headers": list(headers)}, receive, send)
    assert sent[0]["type"] == "http.response.start"
    assert not sent[-1].get("more_body"), "the reply does not end"
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]), count - len(coming)


async def echo(scope, receive, send):
    """An application that answers with the length of the body."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message["body"]), message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


def test_a_body_without_a_length_is_cut_off_at_the_limit():
    chunk = bytes(2**20)
    fits = limits.MAX_BODY_BYTES // len(chunk)
    status, body, _ = coroutines.run(ask(echo, chunks=[chunk] * fits))
    assert (status, body) == (200, str(fits * len(chunk)).encode())
    status, body, read = coroutines.run(ask(echo, chunks=[chunk] * 3 * fits))
    assert status == 413
    assert "at most 14 MB" in json.loads(body)["detail"]
    assert read > 2 * fits, "the rest is read, so that the sender hears why"
    *_, read = coroutines.run(ask(echo, chunks=[chunk] * 200))
    assert read * len(chunk) < limits.MAX_DISCARDED_BYTES + 3 * len(chunk), "but not without end"


@pytest.mark.parametrize("length", [b"14680065", b"-1", b"1e3", b"99999999999999999999"])
def test_a_wrong_or_too_large_length_is_refused_unread(length):
    status, body, _ = coroutines.run(ask(echo, headers=[(b"content-length", length)]))
    assert status == 413
    assert json.loads(body)["error"]


def test_what_fails_is_answered_in_a_sentence_and_its_content_is_not_logged(caplog):
    async def failing(scope, receive, send):
        raise KeyError("what the visitor drew")

    async def failing_late(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("what the visitor drew")

    with caplog.at_level(logging.DEBUG):
        status, body, _ = coroutines.run(ask(failing))
        late = coroutines.run(ask(failing_late))
    assert (status, json.loads(body)["detail"]) == (400, "The server can make nothing of this request.")
    assert late[:2] == (200, b"half")
    assert "KeyError" in caplog.text
    assert "drew" not in caplog.text


@pytest.mark.parametrize(
    "path",
    [
        "component_server",
        "file=/etc/passwd",
        "file/app.py",
        "proxy=http://127.0.0.1/",
        "deep_link",
        "process_recording",
        "stream/x",
    ],
)
def test_what_the_app_does_not_use_is_closed(path):
    assert coroutines.run(ask(echo, path=f"/gradio_api/{path}", method="GET"))[0] == 404
    status, _, read = coroutines.run(ask(echo, path=f"/behind/a/proxy/gradio_api/{path}", chunks=[b"x"] * 5))
    assert (status, read) == (404, 6), "a sender hears the answer only once he has sent all"


def test_50_mb_are_refused_over_http_with_and_without_a_length(app_url):
    for chunked in (False, True):
        connection = http.client.HTTPConnection(urlparse(app_url).netloc, timeout=60)
        body = (bytes(2**20) for _ in range(50)) if chunked else bytes(50 * 2**20)
        connection.request("POST", CALL, body, {"Content-Type": "application/json"}, encode_chunked=chunked)
        reply = connection.getresponse()
        assert reply.status == 413
        assert "at most 14 MB" in json.load(reply)["error"]
        connection.close()


def test_there_is_no_way_to_an_endpoint_past_the_queue(app_url):
    connection = http.client.HTTPConnection(urlparse(app_url).netloc, timeout=60)
    connection.request(
        "POST", "/gradio_api/run/sample", b'{"data": [1]}', {"Content-Type": "application/json"}
    )
    assert connection.getresponse().status == 404
