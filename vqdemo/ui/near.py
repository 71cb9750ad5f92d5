"""The VQ-VAE's weights for the page, which runs that network in the visitor's browser (static/vqvae.js).

Four megabytes, once: the address holds their fingerprint, so that a browser may keep them for good.
"""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from ..storage import file_of, fingerprint_of

ADDRESS = "vqdemo/weights"
PIECE = 64 * 1024  # bytes that wait in memory for a visitor with a slow connection


def name_of(model) -> str:
    """The last part of the address; it changes with the weights."""
    return f"{fingerprint_of(model.vqvae)[:12]}.safetensors"


def route(model) -> Route:
    """Where the weights are: GET vqdemo/weights/{name_of(model)}, a safetensors file."""
    content = memoryview(file_of(model.vqvae))
    headers = {"content-length": str(len(content)), "cache-control": "public, max-age=31536000, immutable"}

    async def pieces() -> AsyncIterator[memoryview]:
        for start in range(0, len(content), PIECE):
            yield content[start : start + PIECE]

    async def endpoint(request: Request) -> StreamingResponse:
        return StreamingResponse(pieces(), media_type="application/octet-stream", headers=headers)

    return Route(f"/{ADDRESS}/{name_of(model)}", endpoint)
