"""Files whose address changes with their content, so that browsers may keep them for good."""

import mimetypes
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


def files_route(address: str, files: dict[str, bytes | Path]) -> Route:
    """GET {address}/{name}: files by their names. Name or address holds a fingerprint of the file."""
    headers = {"cache-control": FOR_GOOD}

    async def endpoint(request: Request) -> Response:
        name = request.path_params["name"]
        file = files.get(name)
        if file is None:
            raise HTTPException(404)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        if isinstance(file, bytes):
            return Response(file, media_type=kind, headers=headers)
        return FileResponse(file, media_type=kind, headers=headers)

    return Route(f"/{address}/{{name}}", endpoint)
