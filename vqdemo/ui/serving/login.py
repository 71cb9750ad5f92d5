"""Who may use the app when it is launched with a login (`launch(auth=...)`).

Gradio asks for it before the page and the calls of the API, but not before the MCP server, nor before routes
that are not its own.
"""

import inspect

from starlette.requests import Request
from starlette.types import Scope


async def is_let_in(scope: Scope) -> bool:
    """Whether a request comes from somebody who has logged in, or no login is wanted."""
    app = scope.get("app")  # Gradio's
    request = Request(scope)
    if dependency := getattr(app, "auth_dependency", None):
        user = dependency(request)
        return (await user if inspect.isawaitable(user) else user) is not None
    if getattr(app, "auth", None) is None:
        return True
    tokens = (request.cookies.get(f"access-token-{kind}{app.cookie_id}") for kind in ("", "unsecure-"))
    return any(token in app.tokens for token in tokens)
