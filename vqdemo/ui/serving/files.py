"""Files whose address changes with their content, so that browsers may keep them for good."""

from starlette.staticfiles import StaticFiles

FOR_GOOD = "public, max-age=31536000, immutable"


class FingerprintedFiles(StaticFiles):
    """A folder of files, below an address that holds a fingerprint of them."""

    def file_response(self, *arguments, **named):
        response = super().file_response(*arguments, **named)
        response.headers["cache-control"] = FOR_GOOD
        return response
