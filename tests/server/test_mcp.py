"""The app as an MCP server, tried with the protocol's own client over HTTP."""

import ast
import json
from datetime import timedelta

import coroutines
import numpy as np
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from test_api import seven  # noqa: F401, a fixture

TOOLS = {"encode", "decode", "complete", "sample", "conditionals", "label_probs"}


def connected(url: str, conversation):
    """The result of `conversation(session)` with a client that is connected to the app."""

    async def talk():
        async with (
            streamable_http_client(f"{url}/gradio_api/mcp/") as (receive, send, _),
            ClientSession(receive, send, read_timeout_seconds=timedelta(seconds=60)) as session,
        ):
            await session.initialize()
            return await conversation(session)

    return coroutines.run(talk())


@pytest.fixture
def talk(app_url):
    return lambda conversation: connected(app_url, conversation)


def text(result) -> str:
    assert not result.isError, result
    (content,) = result.content
    return content.text


def test_the_six_endpoints_are_the_tools_and_their_arguments_are_typed_and_documented(talk):
    tools = {tool.name: tool for tool in talk(lambda session: session.list_tools()).tools}
    assert set(tools) == TOOLS
    for tool in tools.values():
        assert len(tool.description) > 40
        for name, schema in tool.inputSchema["properties"].items():
            assert {"type", "anyOf", "oneOf"} & set(schema), f"{tool.name}: {name} has no type"
            assert len(schema["description"]) > 10, f"{tool.name}: {name} is not explained"
    assert tools["complete"].inputSchema["required"] == ["codes"]
    assert tools["complete"].inputSchema["properties"]["n"] | {"description": ""} == {
        "type": "integer",
        "default": 4,
        "description": "",
    }


def test_a_digit_is_encoded_and_completed(talk, seven):  # noqa: F811
    async def conversation(session):
        codes = json.loads(text(await session.call_tool("encode", {"image": seven})))
        question = [[-1] * 7] * 3 + codes[3:]
        answer = await session.call_tool("complete", {"codes": question, "n": 2, "label": 7, "seed": 1})
        return question, ast.literal_eval(text(answer))  # Gradio writes results as Python does

    question, answer = talk(conversation)
    grids = np.array(answer["grids"])
    assert grids.shape == (2, 7, 7) and (grids >= 0).all()
    assert (grids[:, 3:] == np.array(question)[3:]).all()
    assert np.shape(answer["images"]) == (2, 28, 28)


@pytest.mark.parametrize(
    "tool, arguments, words",
    [
        ("encode", {"image": "<script>"}, "28 rows of 28 numbers"),
        ("encode", {"image": "data:image/png;base64,!"}, "base64 of its file"),
        ("complete", {"codes": [[0] * 7] * 7, "n": 65}, "n must be from 1 to 64"),
        ("complete", {}, "codes"),
        ("delete", {}, "Unknown tool"),
    ],
)
def test_what_is_wrong_is_told(talk, tool, arguments, words):
    result = talk(lambda session: session.call_tool(tool, arguments))
    assert result.isError
    assert words in result.content[0].text
    assert "Traceback" not in result.content[0].text
