"""How the page's scripts reach the server: POST vqdemo/ask/{question} with a JSON object, answered by another.

Gradio's own way for a script to call Python, ``server_functions``, takes half as long again (tests/page_speed.py), which counts in what
follows a moving pen; it also keeps notes of each visitor. What is wrong about a request is told as ``{"error": message}`` for the page to
show. What follows a pen is asynchronous, so that visitors share passes through the networks (see shared.py); the rest takes turns (see
turns.py).
"""

import inspect
import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from vqdemo.ui.questions.turns import Turns

ADDRESS = "vqdemo/ask"


def route(questions: dict[str, Callable]) -> Route:
    """The address of the questions, by name. Each takes one dict and returns one dict, or raises ValueError or TypeError."""
    turns = Turns()

    async def answer(name: str, body: bytes) -> dict:
        question = questions.get(name)
        if question is None:
            return {"error": f"There is no such question; there are {', '.join(questions)}."}
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            request = None
        if not isinstance(request, dict):
            return {"error": "A request is a JSON object with named fields."}
        try:
            return await (question(request) if inspect.iscoroutinefunction(question) else turns(question, request))
        except KeyError as error:
            return {"error": f"The request lacks the field {error}."}
        except (ValueError, TypeError) as error:
            return {"error": str(error)}

    async def endpoint(request: Request) -> JSONResponse:
        return JSONResponse(await answer(request.path_params["question"], await request.body()))

    return Route(f"/{ADDRESS}/{{question}}", endpoint, methods=["POST"])
