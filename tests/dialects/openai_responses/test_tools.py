"""Tools of a responses request, there and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from support.work import grows_evenly
from vanguard.core.errors import InvalidRequest, UnsupportedFeature
from vanguard.dialects.contract import Losses
from vanguard.dialects.conversation import (
    Cache,
    Conversation,
    Foreign,
    Message,
    Namespace,
    Text,
    Tool,
    ToolChoice,
)
from vanguard.dialects.openai_responses.tools import (
    ToolReader,
    flat_name,
    read_choice,
    write_choice,
    write_tools,
)
from vanguard.wire import openai_responses as wire

FUNCTION = {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"}}
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": "start: x"}
PATCH = {"type": "custom", "name": "apply_patch", "description": "d", "format": GRAMMAR}
GROUP = {
    "type": "namespace",
    "name": "mcp__git",
    "description": "Git",
    "tools": [{**FUNCTION, "name": "log"}, {"type": "custom", "name": "run"}],
}
SEARCH = {"type": "tool_search", "execution": "client", "parameters": {"type": "object"}}


def read(*tools: dict[str, Any]) -> ToolReader:
    reader = ToolReader([])
    reader.read([msgspec.Raw(json.dumps(tool).encode()) for tool in tools], "tools")
    return reader


def conversation(*tools: Tool | Foreign, choice: ToolChoice | None = None) -> Conversation:
    message = Message("user", (Text("hi"),))
    return Conversation("m", (message,), tools=tools, tool_choice=choice or ToolChoice())


def choose(choice: str | wire.ToolChoice, *tools: dict[str, Any]) -> ToolChoice:
    request = wire.ResponsesRequest("m", tool_choice=choice)
    return read_choice(request, read(*tools).tools, [])


def test_every_tool_is_a_function_too() -> None:
    reader = read(FUNCTION, PATCH, GROUP, SEARCH)
    tools = [tool for tool in reader.tools if isinstance(tool, Tool)]
    assert [(tool.name, tool.kind) for tool in tools] == [
        ("f", "function"),
        ("apply_patch", "freeform"),
        ("mcp__git__log", "function"),
        ("mcp__git__run", "freeform"),
        ("tool_search", "search"),
    ]
    assert tools[2].space == Namespace("mcp__git", "log", "Git")
    assert all(tool.schema is not None for tool in tools)
    # a grammar binds nobody but OpenAI, so it is named as lost
    assert [one.path for one in reader.foreign] == ["tools[1].format"]


def test_what_openai_runs_is_foreign() -> None:
    reader = read({"type": "web_search"}, {"type": "tool_search"}, {"type": "mcp", "x": 1})
    assert [tool.path for tool in reader.tools if isinstance(tool, Foreign)] == [
        "tools[0]",
        "tools[1]",
        "tools[2]",
    ]


def test_they_are_written_as_they_were() -> None:
    strict = {**FUNCTION, "strict": True}
    group = {**GROUP, "tools": [{**strict, "name": "log"}, {"type": "custom", "name": "run"}]}
    tools = [strict, PATCH, group, SEARCH, {"type": "web_search"}]
    written = write_tools(conversation(*read(*tools).tools), Losses(strict=True))
    assert [json.loads(bytes(one)) for one in written] == tools


def test_a_foreign_tool_and_a_marker_are_lost() -> None:
    losses = Losses()
    tools = (
        Foreign("anthropic_messages", "tools[0]", msgspec.Raw(b"{}")),
        Tool("f", cache=Cache()),
    )
    (written,) = write_tools(conversation(*tools), losses)
    assert losses.names == ["tools[0]", "cache_control"]
    assert json.loads(bytes(written)) == {
        "type": "function",
        "name": "f",
        "parameters": {"type": "object", "properties": {}},
        "strict": False,
    }
    with pytest.raises(UnsupportedFeature):
        write_tools(conversation(*tools), Losses(strict=True))


def test_long_names_are_cut_the_same_way_each_time_and_stay_apart() -> None:
    long = [flat_name("space" * 12, name) for name in ("one", "two", "one")]
    assert long[0] == long[2] != long[1]
    assert all(len(name) == 64 for name in long)
    assert flat_name("my.space", "a/b") == "my_space__a_b"
    assert flat_name("", "as it is") == "as it is"


def test_a_tool_told_again_replaces_its_first_form_and_two_of_one_name_are_refused() -> None:
    reader = read(FUNCTION, {**FUNCTION, "description": "newer"})
    (tool,) = reader.tools
    assert isinstance(tool, Tool)
    assert tool.description == "newer"
    clash = {"type": "namespace", "name": "a", "tools": [{**FUNCTION, "name": "b"}]}
    with pytest.raises(InvalidRequest, match="name of two tools"):
        read({**FUNCTION, "name": "a__b"}, clash)


@pytest.mark.parametrize("broken", [{"type": "function"}, {"type": "namespace", "name": "x"}])
def test_a_malformed_tool_names_its_field(broken: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(FUNCTION, broken)
    assert str(caught.value.param).startswith("tools[1].")


def test_choices_there_and_back() -> None:
    tools = read(FUNCTION, PATCH, GROUP).tools
    for choice in (
        "none",
        "required",
        wire.ToolChoice("function", "f"),
        wire.ToolChoice("custom", "apply_patch"),
        wire.ToolChoice("function", "log", "mcp__git"),
    ):
        chosen = choose(choice, FUNCTION, PATCH, GROUP)
        assert write_choice(conversation(*tools, choice=chosen)) == choice
    by_local_name = choose(wire.ToolChoice("function", "log"), GROUP)
    assert by_local_name == ToolChoice("named", "mcp__git__log")


def test_a_set_of_tools_may_be_called() -> None:
    allowed = [wire.NamedTool("function", "f"), wire.NamedTool("web_search")]
    choice = wire.ToolChoice("allowed_tools", mode="required", tools=allowed)
    chosen = choose(choice, FUNCTION)
    assert chosen == ToolChoice("required", allowed=("f",))
    written = write_choice(conversation(*read(FUNCTION).tools, choice=chosen))
    assert written == wire.ToolChoice("allowed_tools", mode="required", tools=allowed[:1])


def test_openais_own_tool_cannot_be_forced_elsewhere() -> None:
    foreign: list[Foreign] = []
    request = wire.ResponsesRequest("m", tool_choice=wire.ToolChoice("web_search_preview"))
    assert read_choice(request, [], foreign) == ToolChoice()
    assert [one.path for one in foreign] == ["tool_choice.type"]


def test_twice_as_many_tools_are_twice_the_work() -> None:
    """Each was looked for among all before it: 40,000 took 40 s."""

    def reading(count: int) -> Callable[[], object]:
        tools = [{**FUNCTION, "name": f"f{i}"} for i in range(count)]
        group = {**GROUP, "tools": tools}
        return lambda: read(*tools, group)

    def choosing(count: int) -> Callable[[], object]:
        group = {**GROUP, "tools": [{**FUNCTION, "name": f"f{i}"} for i in range(count)]}
        tools = read(group).tools
        names = [wire.NamedTool("function", f"f{i}") for i in range(count)]
        choice = wire.ToolChoice("allowed_tools", mode="required", tools=names)
        request = wire.ResponsesRequest("m", tool_choice=choice)

        def both() -> None:
            chosen = read_choice(request, tools, [])
            write_choice(conversation(*tools, choice=chosen))

        return both

    assert grows_evenly(reading)
    assert grows_evenly(choosing)
