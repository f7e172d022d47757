"""Hypothesis strategies for conversations and replies that a dialect can carry whole."""

from __future__ import annotations

from base64 import b64encode

import msgspec
from hypothesis import strategies as st

from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    Audio,
    Cache,
    Conversation,
    Document,
    End,
    Finish,
    Foreign,
    Image,
    Inline,
    Message,
    OutputFormat,
    Passage,
    PlainText,
    Reasoning,
    RedactedThinking,
    Refusal,
    Remote,
    ReplyEvent,
    Sampling,
    Start,
    Stored,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ThinkingRedacted,
    ThinkingSignature,
    Tool,
    ToolArguments,
    ToolCall,
    ToolChoice,
    ToolResult,
    ToolStart,
    UsageTold,
)

words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
names = st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_-]{0,12}", fullmatch=True)
ids = st.from_regex(r"(call|toolu)_[a-zA-Z0-9]{4,10}", fullmatch=True)
base64 = st.binary(max_size=9).map(lambda raw: b64encode(raw).decode())
urls = names.map(lambda name: f"https://example.org/{name}.png")
objects = st.dictionaries(names, st.integers() | words | st.booleans(), max_size=3).map(
    lambda value: msgspec.json.encode(value).decode()
)
schemas = st.dictionaries(names, st.just({"type": "string"}), max_size=3).map(
    lambda fields: msgspec.Raw(msgspec.json.encode({"type": "object", "properties": fields}))
)
caches = st.none() | st.sampled_from([Cache(), Cache("5m"), Cache("1h", "global")])
no_cache = st.none()
inlines = st.builds(Inline, st.sampled_from(["image/png", "image/jpeg"]), base64)
pdfs = st.builds(Inline, st.just("application/pdf"), base64)


def texts(cache: st.SearchStrategy[Cache | None] = no_cache) -> st.SearchStrategy[Text]:
    return st.builds(Text, words, cache)


def images(cache: st.SearchStrategy[Cache | None] = no_cache) -> st.SearchStrategy[Image]:
    return st.builds(Image, inlines | st.builds(Remote, urls), st.just(""), cache)


def calls(cache: st.SearchStrategy[Cache | None] = no_cache) -> st.SearchStrategy[ToolCall]:
    return st.builds(ToolCall, ids, names, objects, cache)


@st.composite
def tool_settings(draw: st.DrawFn, *, cached: bool, allows: bool) -> tuple[object, ToolChoice]:
    tools = draw(
        st.lists(
            st.builds(
                Tool,
                names,
                words | st.just(""),
                schemas,
                st.sampled_from([None, True, False]),
                caches if cached else no_cache,
            ),
            max_size=3,
            unique_by=lambda tool: tool.name,
        )
    )
    if not tools:
        return (), ToolChoice()
    mode = draw(st.sampled_from(["unset", "auto", "required", "named", "none"]))
    told = mode not in {"unset", "none"} or not cached
    parallel = draw(st.sampled_from([None, True, False])) if told else None
    if mode == "named":
        return tuple(tools), ToolChoice("named", tools[0].name, parallel=parallel)
    if mode in {"auto", "required"} and allows and draw(st.booleans()):
        return tuple(tools), ToolChoice(mode, allowed=(tools[0].name,), parallel=parallel)
    return tuple(tools), ToolChoice(mode, parallel=parallel)


def _openai_messages() -> st.SearchStrategy[Message]:
    user_parts = (
        texts()
        | images()
        | st.builds(Image, inlines, st.sampled_from(["low", "high"]))
        | st.builds(Audio, base64, st.sampled_from(["wav", "mp3"]))
        | st.builds(Document, pdfs, words)
        | st.builds(Document, st.builds(Stored, st.just("openai_chat"), names))
    )
    system = st.builds(
        Message,
        st.sampled_from(["system", "developer"]),
        st.lists(texts(), min_size=1, max_size=2).map(tuple),
        names | st.just(""),
    )
    user = st.builds(
        Message, st.just("user"), st.lists(user_parts, max_size=3).map(tuple), names | st.just("")
    )
    result = st.builds(ToolResult, ids, st.lists(texts(), max_size=2).map(tuple))
    tool = st.builds(Message, st.just("user"), st.tuples(result))
    assistant = st.builds(
        lambda said, refused, called: Message("assistant", (*said, *refused, *called)),
        st.lists(texts(), max_size=2),
        st.lists(st.builds(Refusal, words), max_size=1),
        st.lists(calls(), max_size=2),
    )
    return system | user | tool | assistant


@st.composite
def openai_conversations(draw: st.DrawFn) -> Conversation:
    """What OpenAI's chat API carries whole."""
    tools, choice = draw(tool_settings(cached=False, allows=True))
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
    amounts = st.none() | st.floats(-2, 2).filter(bool)
    return Conversation(
        model=draw(st.sampled_from(["gpt-4o", "gpt-5", "o3-mini", "my-model"])),
        messages=tuple(draw(st.lists(_openai_messages(), min_size=1, max_size=6))),
        tools=tools,
        tool_choice=choice,
        reasoning=Reasoning(effort=draw(st.none() | st.sampled_from(efforts))),
        output=draw(output),
        sampling=Sampling(
            temperature=draw(st.none() | st.floats(0, 2)),
            top_p=draw(st.none() | st.floats(0, 1)),
            seed=draw(st.none() | st.integers(0, 2**31)),
            presence_penalty=draw(amounts),
            frequency_penalty=draw(amounts),
        ),
        stop=tuple(draw(st.lists(words, max_size=3))),
        max_output_tokens=draw(st.none() | st.integers(1, 100_000)),
        user=draw(names | st.just("")),
        stream=draw(st.booleans()),
        foreign=draw(
            st.just(())
            | st.just((Foreign("openai_chat", "logit_bias", msgspec.Raw(b'{"5":-100}')),))
        ),
    )


@st.composite
def _anthropic_messages(draw: st.DrawFn) -> tuple[Message, ...]:
    plain = texts(caches) | images(caches)
    documents = st.builds(
        Document,
        pdfs
        | st.builds(Remote, urls)
        | st.builds(Stored, st.just("anthropic_messages"), names)
        | st.builds(PlainText, words)
        | st.builds(Passage, st.lists(texts(caches), min_size=1, max_size=2).map(tuple)),
        words | st.just(""),
        words | st.just(""),
        st.booleans(),
        caches,
    )
    results = st.builds(
        ToolResult, ids, st.lists(plain | documents, max_size=2).map(tuple), st.booleans(), caches
    )
    user = st.builds(
        lambda first, rest: Message("user", (*first, *rest)),
        st.lists(results, max_size=2),
        st.lists(plain | documents, min_size=1, max_size=2),
    )
    assistant = st.builds(
        lambda *parts: Message("assistant", tuple(one for some in parts for one in some)),
        st.lists(
            st.builds(Thinking, words, words) | st.builds(RedactedThinking, words), max_size=2
        ),
        st.lists(texts(caches), min_size=1, max_size=2),
        st.lists(calls(caches), max_size=2),
    )
    pairs = draw(st.lists(st.tuples(user, assistant), max_size=2))
    return (*(one for pair in pairs for one in pair), draw(user))


@st.composite
def anthropic_conversations(draw: st.DrawFn) -> Conversation:
    """What Anthropic's API carries whole."""
    messages = draw(_anthropic_messages())
    tools, choice = draw(tool_settings(cached=True, allows=False))
    if not tools and any(isinstance(part, ToolCall) for one in messages for part in one.parts):
        tools = (Tool("declared", schema=msgspec.Raw(b'{"type":"object"}')),)
    free = choice.mode not in {"required", "named"}
    cap = draw(st.integers(2048, 64_000))
    thinking = st.sampled_from([Reasoning(), Reasoning("off"), Reasoning(effort=None)])
    sampling = Sampling(
        temperature=draw(st.none() | st.floats(0, 1)),
        top_p=draw(st.none() | st.floats(0, 1)),
        top_k=draw(st.none() | st.integers(1, 100)),
    )
    if free and draw(st.booleans()):
        thinking = st.just(Reasoning("adaptive", effort="high", display="omitted"))
        thinking |= st.builds(Reasoning, st.just("budget"), st.integers(1024, cap - 1))
        sampling = Sampling()
    reasoning = draw(thinking)
    if reasoning.mode == "budget":
        messages = messages[:1]
    return Conversation(
        model="claude-opus-4-6",  # knows budgets and adaptive thinking
        messages=messages,
        system=tuple(draw(st.lists(texts(caches), max_size=2))),
        tools=tools,
        tool_choice=choice,
        reasoning=reasoning,
        output=draw(
            st.just(OutputFormat()) | st.builds(OutputFormat, st.just("json_schema"), schemas)
        ),
        sampling=sampling,
        stop=tuple(draw(st.lists(words.filter(str.strip), max_size=3))),
        max_output_tokens=cap,
        cache=draw(caches),
        user=draw(names | st.just("")),
        stream=draw(st.booleans()),
        foreign=draw(
            st.just(())
            | st.just((Foreign("anthropic_messages", "service_tier", msgspec.Raw(b'"x"')),))
        ),
    )


@st.composite
def shared_conversations(draw: st.DrawFn) -> Conversation:
    """What both APIs carry whole, written the way Anthropic wants turns."""
    plain = texts() | images()
    results = st.builds(ToolResult, ids, st.lists(texts(), min_size=1, max_size=2).map(tuple))
    user = st.builds(
        lambda first, rest: Message("user", (*first, *rest)),
        st.lists(results, max_size=2),
        st.lists(plain, min_size=1, max_size=2),
    )
    assistant = st.builds(
        lambda said, called: Message("assistant", (*said, *called)),
        st.lists(texts(), min_size=1, max_size=2),
        st.lists(calls(), max_size=2),
    )
    pairs = draw(st.lists(st.tuples(user, assistant), max_size=2))
    tools = draw(
        st.lists(
            st.builds(Tool, names, words, schemas),
            min_size=1,
            max_size=2,
            unique_by=lambda t: t.name,
        )
    )
    return Conversation(
        model="m",
        messages=(*(one for pair in pairs for one in pair), draw(user)),
        tools=tuple(tools),
        tool_choice=draw(
            st.sampled_from([ToolChoice("auto"), ToolChoice("required", parallel=False)])
        ),
        sampling=Sampling(draw(st.none() | st.floats(0, 1)), draw(st.none() | st.floats(0, 1))),
        stop=tuple(draw(st.lists(words.filter(str.strip), max_size=3))),
        max_output_tokens=draw(st.integers(1, 9999)),
        user=draw(names | st.just("")),
        stream=draw(st.booleans()),
    )


@st.composite
def usages(draw: st.DrawFn, *, hour: bool = True) -> Usage:
    read, short, long = draw(st.tuples(*[st.integers(0, 500)] * 3))
    long = long if hour else 0
    output = draw(st.integers(0, 900))
    return Usage(
        input_tokens=draw(st.integers(0, 900)) + read + short + long,
        output_tokens=output,
        cache_read_tokens=read,
        cache_write_tokens=short,
        cache_write_1h_tokens=long,
        reasoning_tokens=draw(st.integers(0, output)),
    )


@st.composite
def replies(draw: st.DrawFn, *, sealed: bool = True, hour: bool = True) -> list[ReplyEvent]:
    """The events of a whole reply: thinking, then text, then calls."""
    events: list[ReplyEvent] = [Start("id_1", "model-1")]
    events.extend(ThinkingDelta(text) for text in draw(st.lists(words, max_size=3)))
    if sealed and len(events) > 1:
        events.append(ThinkingSignature(draw(words)))
    if sealed and draw(st.booleans()):
        events.append(ThinkingRedacted(draw(words)))
    events.extend(TextDelta(text) for text in draw(st.lists(words, max_size=4)))
    count = draw(st.integers(0, 3))
    for index in range(count):
        events.append(ToolStart(index, f"call_{index}", draw(names)))
        arguments = draw(objects)
        cut = draw(st.integers(0, len(arguments)))
        events.extend(ToolArguments(index, t) for t in (arguments[:cut], arguments[cut:]) if t)
    reason = "tool_calls" if count else draw(st.sampled_from(["stop", "length", "refusal"]))
    events.append(Finish(reason))
    events.append(UsageTold(draw(usages(hour=hour))))
    events.append(End())
    return events
