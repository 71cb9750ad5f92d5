"""The VQ-VAE's weights for the page, which runs that network in the visitor's browser (static/networks/vqvae.js).

Four megabytes, once: the address holds the model's identity, so that a browser may keep them for good.
"""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from vqdemo.storage import file_of
from vqdemo.ui.serving.files import FOR_GOOD

ADDRESS = "vqdemo/weights"
PIECE = 64 * 1024  # bytes that wait in memory for a visitor with a slow connection


def route(model, identity: str) -> Route:
    """Where the weights are: GET vqdemo/weights/{identity}, a safetensors file. `identity`: see server.identity_of."""
    content = memoryview(file_of(model.vqvae))
    headers = {"content-length": str(len(content)), "cache-control": FOR_GOOD}

    async def pieces() -> AsyncIterator[memoryview]:
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]

    async def endpoint(request: Request) -> StreamingResponse:
        return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)

    return Route(f"/{ADDRESS}/{identity}", endpoint)
