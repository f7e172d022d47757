"""The neutral Conversation that every dialect can be read into, and the events of a reply to it.

It does not know any wire format: names here are the field's terms, and what only one API family has
travels in `Foreign` values that another family turns into named losses. Frozen values cannot form
cycles, so the garbage collector is told to leave them alone (`gc=False`).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from vanguard.core.usage import Usage

Role = Literal["system", "developer", "user", "assistant"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
ThinkingMode = Literal["unset", "off", "adaptive", "between_tools", "budget"]
Mode = Literal["unset", "auto", "none", "required", "named"]
ToolKind = Literal["function", "freeform", "search"]
FinishReason = Literal[
    "stop", "stop_sequence", "length", "tool_calls", "refusal", "pause", "context_window"
]


class Cache(msgspec.Struct, frozen=True, gc=False):
    """A marker: the prompt up to here shall be kept in the provider's cache.

    Attributes:
        ttl: `5m`, `1h`, or empty for the provider's default.
        scope: who shares the cache, as Anthropic names it; empty for its default.
    """

    ttl: str = ""
    scope: str = ""


class Inline(msgspec.Struct, frozen=True, gc=False, tag="inline"):
    """Bytes inside the request: base64 text without line breaks, and their media type."""

    media_type: str
    data: str


class Remote(msgspec.Struct, frozen=True, gc=False, tag="remote"):
    """An address that the provider fetches itself."""

    url: str


class Stored(msgspec.Struct, frozen=True, gc=False, tag="stored"):
    """A file uploaded to one provider before; `dialect` says whose id it is."""

    dialect: str
    file_id: str


class Text(msgspec.Struct, frozen=True, gc=False, tag="text"):
    """Plain text."""

    text: str
    cache: Cache | None = None


class Image(msgspec.Struct, frozen=True, gc=False, tag="image"):
    """A picture.

    Attributes:
        detail: OpenAI's wish for the resolution; empty when not said.
    """

    source: Inline | Remote | Stored
    detail: str = ""
    cache: Cache | None = None


class PlainText(msgspec.Struct, frozen=True, gc=False, tag="plain_text"):
    """A document that is text."""

    text: str


class Passage(msgspec.Struct, frozen=True, gc=False, tag="passage"):
    """A document made of texts and pictures."""

    parts: tuple[Text | Image, ...]


class Document(msgspec.Struct, frozen=True, gc=False, tag="document"):
    """A file with pages or text.

    Attributes:
        title: file name or title; empty when not said.
        context: words about the document that are not part of it.
        citations: whether the answer shall cite it.
    """

    source: Inline | Remote | Stored | PlainText | Passage
    title: str = ""
    context: str = ""
    citations: bool = False
    cache: Cache | None = None


class Audio(msgspec.Struct, frozen=True, gc=False, tag="audio"):
    """A recording: base64 text and its format, such as `wav`."""

    data: str
    format: str


class ToolCall(msgspec.Struct, frozen=True, gc=False, tag="tool_call"):
    """The model's wish to call a tool.

    Attributes:
        arguments: JSON text as the model wrote it; models do write text that is not JSON.
    """

    id: str
    name: str
    arguments: str
    cache: Cache | None = None


class Foreign(msgspec.Struct, frozen=True, gc=False, tag="foreign"):
    """Something that one API family alone has, kept verbatim for it and lost towards others.

    Attributes:
        dialect: whose it is.
        path: where it stood, such as `service_tier` or `messages[2].content[0]`.
        value: its JSON.
    """

    dialect: str
    path: str
    value: msgspec.Raw


class ToolResult(msgspec.Struct, frozen=True, gc=False, tag="tool_result"):
    """What a tool answered to the call of the same id."""

    id: str
    parts: tuple[Text | Image | Document | Foreign, ...]
    is_error: bool = False
    cache: Cache | None = None


class Thinking(msgspec.Struct, frozen=True, gc=False, tag="thinking"):
    """The model's reasoning; `signature` is the provider's seal on it, empty when it has none.

    A bare seal is Claude's, whose providers accept one another's; all others stand in an envelope
    (`vanguard.dialects.seals`).
    """

    text: str
    signature: str = ""


class RedactedThinking(msgspec.Struct, frozen=True, gc=False, tag="redacted_thinking"):
    """Reasoning that only the provider can read."""

    data: str


class Refusal(msgspec.Struct, frozen=True, gc=False, tag="refusal"):
    """The model's words in place of an answer it would not give."""

    text: str


Part = (
    Text
    | Image
    | Document
    | Audio
    | ToolCall
    | ToolResult
    | Thinking
    | RedactedThinking
    | Refusal
    | Foreign
)


class Message(msgspec.Struct, frozen=True, gc=False):
    """One message; its index among `Conversation.messages` is its index on the client's wire.

    Attributes:
        name: the participant's name; empty when not said.
    """

    role: Role
    parts: tuple[Part, ...]
    name: str = ""


class Namespace(msgspec.Struct, frozen=True, gc=False):
    """The group that a tool belongs to, and the tool's name in it."""

    name: str
    local_name: str
    description: str = ""


class Tool(msgspec.Struct, frozen=True, gc=False, tag="tool"):
    """A function that the model may call.

    Tools of other kinds are functions too, so that every API can offer them: what takes free text
    has it as its one argument (`vanguard.dialects.freeform`), and one of a group has the group's
    name before its own. An API that knows such tools itself finds here what it needs to.

    Attributes:
        schema: JSON schema of its arguments, verbatim; None when it takes none.
        strict: whether arguments must follow the schema; None when not said.
        kind: `freeform` takes free text, `search` finds more tools.
        grammar: how the free text must look, in OpenAI's form; None for any text.
        space: the group that it belongs to.
    """

    name: str
    description: str = ""
    schema: msgspec.Raw | None = None
    strict: bool | None = None
    cache: Cache | None = None
    kind: ToolKind = "function"
    grammar: msgspec.Raw | None = None
    space: Namespace | None = None


class ToolChoice(msgspec.Struct, frozen=True, gc=False):
    """Whether and which tools the model shall call.

    Attributes:
        name: the tool when the mode is `named`, else empty.
        allowed: names of the only tools that may be called; empty means all.
        parallel: whether several calls at once are allowed; None leaves it to the provider.
    """

    mode: Mode = "unset"
    name: str = ""
    allowed: tuple[str, ...] = ()
    parallel: bool | None = None


class Reasoning(msgspec.Struct, frozen=True, gc=False):
    """How much the model shall think before it answers.

    Attributes:
        mode: `budget` (of `budget_tokens`), `adaptive` (the model decides), `between_tools` (not
            before the first call), `off`, or `unset`.
        budget_tokens: upper bound of the thinking; 0 unless the mode is `budget`.
        effort: a wish independent of the mode; None when not said.
        display: `omitted` hides the thinking's text from the client; empty when not said.
    """

    mode: ThinkingMode = "unset"
    budget_tokens: int = 0
    effort: Effort | None = None
    display: str = ""


class OutputFormat(msgspec.Struct, frozen=True, gc=False):
    """The form that the answer's text must have.

    Attributes:
        schema: JSON schema, verbatim, when the kind is `json_schema`.
    """

    kind: Literal["text", "json_object", "json_schema"] = "text"
    schema: msgspec.Raw | None = None
    name: str = ""
    description: str = ""
    strict: bool | None = None


class Sampling(msgspec.Struct, frozen=True, gc=False):
    """How the next token is chosen; None leaves a value to the provider."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


class Conversation(msgspec.Struct, frozen=True, gc=False):
    """A request to a model, whatever API it came by.

    Attributes:
        model: the name that the reader found; whoever writes it for an upstream replaces it.
        system: a system prompt that stands apart from the messages.
        max_output_tokens: None when the client named none.
        cache: a marker for the request as a whole.
        user: the client's own id for its end user; empty when not said.
        stream_usage: whether a streamed reply shall tell its usage, where that is a choice.
        foreign: what only the client's API family has.
    """

    model: str
    messages: tuple[Message, ...]
    system: tuple[Text | Foreign, ...] = ()
    tools: tuple[Tool | Foreign, ...] = ()
    tool_choice: ToolChoice = ToolChoice()
    reasoning: Reasoning = Reasoning()
    output: OutputFormat = OutputFormat()
    sampling: Sampling = Sampling()
    stop: tuple[str, ...] = ()
    max_output_tokens: int | None = None
    cache: Cache | None = None
    user: str = ""
    stream: bool = False
    stream_usage: bool = True
    foreign: tuple[Foreign, ...] = ()


class Start(msgspec.Struct, frozen=True, gc=False, tag="start"):
    """The reply begins; comes first and once. Empty strings and None mean not told."""

    id: str = ""
    model: str = ""
    usage: Usage | None = None


class TextDelta(msgspec.Struct, frozen=True, gc=False, tag="text_delta"):
    """More of the answer's text."""

    text: str


class ThinkingDelta(msgspec.Struct, frozen=True, gc=False, tag="thinking_delta"):
    """More of the thinking's text."""

    text: str


class ThinkingSignature(msgspec.Struct, frozen=True, gc=False, tag="thinking_signature"):
    """The seal of the thinking so far, which it ends."""

    signature: str


class ThinkingRedacted(msgspec.Struct, frozen=True, gc=False, tag="thinking_redacted"):
    """A whole piece of thinking that only the provider can read."""

    data: str


class ToolStart(msgspec.Struct, frozen=True, gc=False, tag="tool_start"):
    """A tool call begins; `index` counts the calls of this reply from 0."""

    index: int
    id: str
    name: str


class ToolArguments(msgspec.Struct, frozen=True, gc=False, tag="tool_arguments"):
    """More of the JSON text of one call's arguments."""

    index: int
    text: str


class RefusalDelta(msgspec.Struct, frozen=True, gc=False, tag="refusal_delta"):
    """More of a refusal's text."""

    text: str


class Extract(msgspec.Struct, frozen=True, gc=False):
    """A stretch of something that the request held.

    Attributes:
        kind: what `start` and `end` count: characters, pages or blocks of a document, or blocks of a
            search result.
        index: which of the request's documents, or of its search results.
        end: the first that does not belong to it.
        file_id: of the document, where it was uploaded before.
    """

    kind: Literal["char", "page", "block", "result"]
    index: int
    start: int
    end: int
    file_id: str = ""


class Source(msgspec.Struct, frozen=True, gc=False):
    """Something that an answer rests on; empty strings mean not told.

    Attributes:
        url: its address.
        quote: its own words.
        extract: where it stood in the request.
    """

    url: str = ""
    title: str = ""
    quote: str = ""
    extract: Extract | None = None


class TextBreak(msgspec.Struct, frozen=True, gc=False, tag="text_break"):
    """Another piece of text begins: what is cited from here on stands for it alone."""


class Cited(msgspec.Struct, frozen=True, gc=False, tag="cited"):
    """A source of what was said.

    Attributes:
        start: the first character for which it stands, of all text of the answer; -1 where it stands
            for the text since the last `TextBreak`.
        end: the character after the last.
    """

    source: Source
    start: int = -1
    end: int = -1


class Finish(msgspec.Struct, frozen=True, gc=False, tag="finish"):
    """Why the model stopped; `stop_sequence` is the one it met, empty when not told."""

    reason: FinishReason
    stop_sequence: str = ""


class UsageTold(msgspec.Struct, frozen=True, gc=False, tag="usage_told"):
    """Usage of the whole reply so far; a later one replaces an earlier one."""

    usage: Usage


class End(msgspec.Struct, frozen=True, gc=False, tag="end"):
    """The upstream said its end; comes last and once, and only then is a reply whole."""


ReplyEvent = (
    Start
    | TextDelta
    | ThinkingDelta
    | ThinkingSignature
    | ThinkingRedacted
    | ToolStart
    | ToolArguments
    | RefusalDelta
    | TextBreak
    | Cited
    | Finish
    | UsageTold
    | End
)
