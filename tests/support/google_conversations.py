"""Hypothesis strategies for what Google's API carries whole."""

from __future__ import annotations

import msgspec
from hypothesis import strategies as st

from support.conversations import base64, calls, inlines, names, objects, schemas, urls, words
from vanguard.core.usage import Usage
from vanguard.dialects.conversation import (
    Audio,
    Conversation,
    Document,
    End,
    Finish,
    Foreign,
    Image,
    Inline,
    Message,
    OutputFormat,
    PlainText,
    Reasoning,
    Remote,
    Sampling,
    Start,
    Stored,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    ThinkingSignature,
    Tool,
    ToolArguments,
    ToolCall,
    ToolChoice,
    ToolResult,
    ToolStart,
    UsageTold,
)
from vanguard.dialects.google_generate.signatures import enclosed

texts = st.builds(Text, words)
signatures = st.sampled_from(["AAAA", "CiQB0e2Kb0123456", "abcdefgh"])
user_parts = (
    texts
    | st.builds(Image, inlines | st.builds(Remote, urls))
    | st.builds(Audio, base64, st.sampled_from(["wav", "mp3"]))
    | st.builds(Document, st.builds(Inline, st.just("application/pdf"), base64))
    | st.builds(Document, st.builds(PlainText, words))
    | st.builds(
        Document,
        st.builds(Stored, st.just("google_generate"), names.map("gs://bucket/{}.pdf".format)),
    )
)


@st.composite
def _turns(draw: st.DrawFn) -> tuple[Message, ...]:
    """Users' and the model's in alternation, each call answered in the turn after."""
    turns: list[Message] = []
    for number in range(draw(st.integers(0, 2))):
        turns.append(Message("user", tuple(draw(st.lists(user_parts, min_size=1, max_size=2)))))
        made = draw(st.lists(calls(), max_size=2))
        made = [
            ToolCall(f"call_{number}_{i}", call.name, call.arguments) for i, call in enumerate(made)
        ]
        seal = draw(st.none() | signatures)
        if made and seal:
            thought = [Thinking(draw(words | st.just("")), enclosed(seal, "call"))]
        else:
            thought = [Thinking(draw(words), enclosed(seal, "thought"))] if seal else []
        said = [] if made else [draw(texts)]
        turns.append(Message("assistant", (*thought, *said, *made)))
        if made:
            results = [
                ToolResult(call.id, (Text(draw(words | objects.filter(_is_full))),), draw(flags))
                for call in made
            ]
            turns.append(Message("user", tuple(results)))
            turns.append(Message("assistant", (draw(texts),)))
    turns.append(Message("user", (draw(texts),)))
    return tuple(turns)


flags = st.booleans()


def _is_full(text: str) -> bool:
    return text != "{}"


@st.composite
def google_conversations(draw: st.DrawFn) -> Conversation:
    """What generateContent carries whole; model and stream stand in its path."""
    tools = draw(
        st.lists(
            st.builds(Tool, names, words | st.just(""), schemas),
            max_size=2,
            unique_by=lambda tool: tool.name,
        )
    )
    choices = [ToolChoice()]
    if tools:
        named = ToolChoice("named", tools[0].name)
        choices += [ToolChoice("auto"), ToolChoice("none"), ToolChoice("required"), named]
    thinking = st.sampled_from(
        [
            Reasoning(display="omitted"),
            Reasoning("off", display="omitted"),
            Reasoning("adaptive"),
            Reasoning("budget", 2048),
            Reasoning("budget", 4096, display="omitted"),
        ]
    )
    output = st.just(OutputFormat()) | st.just(OutputFormat("json_object"))
    output |= st.builds(OutputFormat, st.just("json_schema"), schemas)
    amounts = st.none() | st.floats(-2, 2).filter(bool)
    foreign = Foreign("google_generate", "safetySettings", msgspec.Raw(b'[{"category":"X"}]'))
    logprobs = Foreign("google_generate", "generationConfig.logprobs", msgspec.Raw(b"3"))
    return Conversation(
        model="gemini-2.5-flash",
        messages=draw(_turns()),
        system=tuple(draw(st.lists(texts, max_size=2))),
        tools=tuple(tools),
        tool_choice=draw(st.sampled_from(choices)),
        reasoning=draw(thinking),
        output=draw(output),
        sampling=Sampling(
            temperature=draw(st.none() | st.floats(0, 2)),
            top_p=draw(st.none() | st.floats(0, 1)),
            top_k=draw(st.none() | st.integers(1, 100)),
            seed=draw(st.none() | st.integers(0, 2**31 - 1)),
            presence_penalty=draw(amounts),
            frequency_penalty=draw(amounts),
        ),
        stop=tuple(draw(st.lists(words, max_size=5))),
        max_output_tokens=draw(st.none() | st.integers(1, 100_000)),
        foreign=draw(st.sampled_from([(), (foreign,), (foreign, logprobs)])),
    )


@st.composite
def google_replies(draw: st.DrawFn) -> list:
    """Events of a reply that Google's form can hold, calls last."""
    events: list = [Start("r-1", "gemini-2.5-flash")]
    events += [ThinkingDelta(one) for one in draw(st.lists(words, max_size=2))]
    if draw(flags):
        events.append(ThinkingSignature(enclosed(draw(signatures), "thought")))
    events += [TextDelta(one) for one in draw(st.lists(words, max_size=3))]
    made = draw(st.lists(calls(), max_size=2))
    for index, call in enumerate(made):
        if index == 0 and draw(flags):
            events.append(ThinkingSignature(enclosed(draw(signatures), "call")))
        events.append(ToolStart(index, f"c{index}", call.name))
        events.append(ToolArguments(index, call.arguments))
    usage = Usage(
        input_tokens=draw(st.integers(0, 900)) + 50,
        output_tokens=draw(st.integers(0, 900)) + 7,
        cache_read_tokens=draw(st.integers(0, 50)),
        reasoning_tokens=draw(st.integers(0, 7)),
    )
    reason = "tool_calls" if made else draw(st.sampled_from(["stop", "length", "refusal"]))
    return [*events, UsageTold(usage), Finish(reason), End()]
