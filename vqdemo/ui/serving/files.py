"""Files whose address changes with their content, so that browsers may keep them for good."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

FOR_GOOD = "public, max-age=31536000, immutable"


class FingerprintedFiles(StaticFiles):
    """A folder of files, below an address that holds a fingerprint of them."""

    def file_response(self, *arguments, **named):
        response = super().file_response(*arguments, **named)
        response.headers["cache-control"] = FOR_GOOD
        return response


def weights_route(address: str, files: dict[str, bytes | Path]) -> Route:
    """GET {address}/{name}: files by their names, each of which holds a fingerprint of its file."""
    headers = {"cache-control": FOR_GOOD}

    async def endpoint(request: Request) -> Response:
        file = files.get(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        if isinstance(file, bytes):
            return Response(file, media_type="application/json", headers=headers)
        return FileResponse(file, media_type="application/octet-stream", headers=headers)

    return Route(f"/{address}/{{name}}", endpoint)
