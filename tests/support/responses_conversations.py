"""Hypothesis strategies for conversations that OpenAI's responses carry whole."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from support.conversations import (
    ids,
    inlines,
    names,
    objects,
    pdfs,
    schemas,
    texts,
    urls,
    words,
)
from vanguard.dialects import freeform, seals
from vanguard.dialects.conversation import (
    Conversation,
    Document,
    Foreign,
    Image,
    Message,
    Namespace,
    OutputFormat,
    Reasoning,
    Refusal,
    Remote,
    Sampling,
    Stored,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

GRAMMAR = msgspec.Raw(b'{"type":"grammar","syntax":"lark","definition":"start: x"}')
SEARCH = Tool("tool_search", "Finds tools", msgspec.Raw(b'{"type":"object"}'), kind="search")
sealed = st.builds(
    lambda text, data, item: Thinking(
        text, seals.enclose(seals.Seal("openai_responses", data, item=item))
    ),
    words | st.just(""),
    words,
    names.map(lambda name: f"rs_{name}"),
)


def _tools() -> st.SearchStrategy[list[Tool]]:
    functions = st.builds(Tool, names, words | st.just(""), schemas, st.booleans())
    custom = st.builds(
        lambda name, told, grammar: Tool(
            name, told, freeform.schema(grammar), kind="freeform", grammar=grammar
        ),
        names,
        words | st.just(""),
        st.none() | st.just(GRAMMAR),
    )
    grouped = st.builds(
        lambda name, strict: Tool(
            f"git__{name}",
            schema=msgspec.Raw(b'{"type":"object"}'),
            strict=strict,
            space=Namespace("git", name, "Version control"),
        ),
        names,
        st.booleans(),
    )
    return st.lists(functions | custom, max_size=3, unique_by=lambda tool: tool.name).flatmap(
        lambda plain: st.lists(grouped, max_size=2, unique_by=lambda tool: tool.name).map(
            lambda group: [*plain, *group, SEARCH]
        )
    )


@st.composite
def _choices(draw: st.DrawFn, tools: list[Tool]) -> ToolChoice:
    parallel = draw(st.sampled_from([None, True, False]))
    mode = draw(st.sampled_from(["unset", "auto", "none", "required", "named", "allowed"]))
    plain = [tool.name for tool in tools if tool.kind != "search"]
    if mode in {"named", "allowed"} and not plain:
        mode = "auto"
    if mode == "named":
        return ToolChoice("named", plain[0], parallel=parallel)
    if mode == "allowed":
        return ToolChoice("auto", allowed=(plain[0],), parallel=parallel)
    return ToolChoice(mode, parallel=parallel)


@st.composite
def _turns(draw: st.DrawFn, tools: list[Tool]) -> list[Message]:
    """Users' words, an assistant's turn with its calls, and their results."""
    said = texts() | st.builds(Image, inlines | st.builds(Remote, urls), st.just("low"))
    said |= st.builds(Document, pdfs, words) | st.builds(
        Document, st.builds(Stored, st.just("openai_chat"), names)
    )
    turns = [Message("user", tuple(draw(st.lists(said, min_size=1, max_size=3))))]
    if draw(st.booleans()):
        turns.insert(0, Message(draw(st.sampled_from(["system", "developer"])), (Text("be"),)))
    words_or_refusal = st.builds(Text, words) | st.builds(Refusal, words)
    parts = [*draw(st.lists(sealed, max_size=1)), *draw(st.lists(words_or_refusal, max_size=2))]
    called = draw(st.lists(st.sampled_from(tools), max_size=2))
    call_ids = draw(st.lists(ids, min_size=2, max_size=2, unique=True))
    results = []
    for call_id, tool in zip(call_ids, called, strict=False):
        free = tool.kind == "freeform"
        arguments = freeform.wrap(draw(words)) if free else draw(objects)
        parts.append(ToolCall(call_id, tool.name, arguments))
        found = (
            (Text("[]"),) if tool.kind == "search" else tuple(draw(st.lists(texts(), max_size=2)))
        )
        results.append(Message("user", (ToolResult(call_id, found),)))
    if parts:
        turns.append(Message("assistant", tuple(parts)))
    return [*turns, *results, Message("user", (Text("on"),))]


@st.composite
def responses_conversations(draw: st.DrawFn) -> Conversation:
    """What OpenAI's responses carry whole."""
    tools = draw(_tools())
    output = st.just(OutputFormat()) | st.just(OutputFormat("json_object"))
    output |= st.builds(
        OutputFormat,
        st.just("json_schema"),
        schemas,
        names,
        words | st.just(""),
        st.sampled_from([None, True, False]),
    )
    efforts = ["low", "medium", "high"]  # that all of these models take
    grammars = tuple(
        Foreign("openai_responses", f"tools[{place}].format", tool.grammar)
        for place, tool in enumerate(tools)
        if tool.grammar is not None
    )
    own = draw(
        st.just(())
        | st.just((Foreign("openai_responses", "max_tool_calls", msgspec.Raw(b"3")),))
        | st.just((Foreign("openai_responses", "text.verbosity", msgspec.Raw(b'"low"')),))
    )
    return Conversation(
        model=draw(st.sampled_from(["gpt-4o", "gpt-5", "gpt-6-sol"])),
        messages=tuple(one for one in draw(_turns(tools))),
        system=draw(st.just(()) | st.builds(lambda text: (Text(text),), words)),
        tools=tuple(tools),
        tool_choice=draw(_choices(tools)),
        reasoning=Reasoning(
            effort=draw(st.none() | st.sampled_from(efforts)),
            display=draw(st.sampled_from(["", "summarized"])),
        ),
        output=draw(output),
        sampling=Sampling(
            temperature=draw(st.none() | st.floats(0, 2)), top_p=draw(st.none() | st.floats(0, 1))
        ),
        max_output_tokens=draw(st.none() | st.integers(1, 100_000)),
        user=draw(names | st.just("")),
        stream=draw(st.booleans()),
        foreign=(*own, *grammars),
    )
